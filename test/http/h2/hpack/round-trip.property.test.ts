import fc from 'fast-check';
import t from 'tap';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import { fieldList, tableBytes } from './arbitraries.ts';
import { decodeAll } from './collected-fields.ts';
import { encodeBlock } from './encode-block.ts';

/** The peer's limit changes to each of these in turn, mostly to none, then a block is sent. */
const limits = fc.oneof(
  { weight: 5, arbitrary: fc.constant([]) },
  fc.array(tableBytes, { maxLength: 3 }),
);
const steps = fc.array(fc.tuple(limits, fieldList), { maxLength: 30 });

t.test('any field lists come back, whatever happens to the table size', async () => {
  fc.assert(
    fc.property(steps, fc.option(tableBytes, { nil: undefined }), (blocks, usedBytesMax) => {
      const encoder = new HpackEncoder(usedBytesMax);
      const decoder = new HpackDecoder();
      for (const [sizes, fields] of blocks) {
        for (const bytes of sizes) {
          encoder.setPeerTableSize(bytes);
          decoder.setTableSizeMax(bytes);
        }
        const { list } = decodeAll(decoder, encodeBlock(encoder, fields));
        if (list.length !== fields.length) return false;
        for (const [index, [name, value, isNeverIndexed]] of fields.entries()) {
          const found = list[index];
          if (found?.[0] !== name || found[1] !== value) return false;
          // Secrets may be marked on top of what was asked for; no mark is ever lost.
          if (isNeverIndexed && !found[2]) return false;
        }
      }
      return true;
    }),
    { numRuns: 300 },
  );
});
