import fc from 'fast-check';
import t from 'tap';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import { fieldList } from './arbitraries.ts';
import { CollectedFields, type ListedField } from './collected-fields.ts';
import { encodeBlock } from './encode-block.ts';

/** A Huffman octet holds at most 1.6 characters. */
const EXPANSION_MAX = 1.6;
const TABLE_BYTES = 4096;

function decode(decoder: HpackDecoder, block: Buffer): { list: ListedField[]; isSound: boolean } {
  const collected = new CollectedFields();
  const defect = decoder.decode(block, 0, block.length, collected);
  return { list: collected.list, isSound: defect === undefined };
}

/** Blocks of one connection, encoded in order. */
const conversation = fc.array(fieldList, { minLength: 1, maxLength: 4 }).map((lists) => {
  const encoder = new HpackEncoder();
  return lists.map((list) => encodeBlock(encoder, list));
});

t.test('no octets throw, and none make a field larger than table and block allow', async () => {
  const octets = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(octets, { maxLength: 5 }), (blocks) => {
      const decoder = new HpackDecoder(TABLE_BYTES);
      for (const block of blocks) {
        const { list, isSound } = decode(decoder, block);
        if (list.length > block.length) return false;
        const largest = Math.max(TABLE_BYTES, block.length * EXPANSION_MAX);
        if (list.some(([name, value]) => name.length + value.length > largest)) return false;
        if (!isSound) return true;
      }
      return true;
    }),
    { numRuns: 2000 },
  );
});

t.test('a block that is cut tells a beginning of its fields and no others', async () => {
  fc.assert(
    fc.property(conversation, (blocks) => {
      const last = blocks.at(-1) as Buffer;
      const decoderBefore = (): HpackDecoder => {
        const decoder = new HpackDecoder();
        for (const block of blocks.slice(0, -1)) decode(decoder, block);
        return decoder;
      };
      const whole = decode(decoderBefore(), last).list;
      for (let cut = 0; cut <= last.length; cut += last.length > 300 ? 17 : 1) {
        const { list } = decode(decoderBefore(), last.subarray(0, cut));
        if (list.length > whole.length) return false;
        for (const [index, field] of list.entries()) {
          if (field.join('\n') !== whole[index]?.join('\n')) return false;
        }
      }
      return true;
    }),
    { numRuns: 30 },
  );
});

t.test('a block with changed octets is read or refused, and never throws', async () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(conversation, changes, (blocks, octets) => {
      const decoder = new HpackDecoder();
      for (const block of blocks) {
        for (const [at, octet] of octets) if (block.length > 0) block[at % block.length] = octet;
        const { list, isSound } = decode(decoder, block);
        if (list.length > block.length) return false;
        if (!isSound) return true;
      }
      return true;
    }),
    { numRuns: 1000 },
  );
});
