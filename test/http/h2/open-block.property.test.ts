import fc from 'fast-check';
import t from 'tap';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import type { HpackDefect } from '#http/h2/hpack/hpack-defect.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import { OpenBlock } from '#http/h2/open-block.ts';
import { fieldList, tableBytes } from './hpack/arbitraries.ts';
import { CollectedFields, type ListedField } from './hpack/collected-fields.ts';
import { encodeBlock } from './hpack/encode-block.ts';

const NO_LIMITS = { maxHeadersBytes: 1e9, maxHeadersCount: 1e9 };

interface Outcome {
  readonly defect: HpackDefect | undefined;
  readonly list: readonly ListedField[];
}

function readWhole(decoder: HpackDecoder, block: Buffer): Outcome {
  const collected = new CollectedFields();
  const defect = decoder.decode(block, 0, block.length, collected);
  return { defect, list: collected.list };
}

/** The same block cut at these places. */
function readCut(
  decoder: HpackDecoder,
  block: Buffer,
  cuts: readonly number[],
  limits = NO_LIMITS,
): Outcome {
  const open = new OpenBlock(1, 0, false, decoder, limits);
  const places = [...new Set(cuts.map((cut) => cut % (block.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...places, block.length]) {
    // Bytes are valid only during the call.
    const bytes = Buffer.from(block);
    const isLast = end === block.length && start === (places.at(-1) ?? 0);
    const defect = open.add(bytes, start, end, isLast);
    bytes.fill(0xff);
    if (defect !== undefined) return { defect, list: [] };
    if (isLast) break;
    start = end;
  }
  const { fields, count } = open.list;
  const list = fields.slice(0, count).flatMap((field): ListedField[] => {
    return field === undefined ? [] : [[field.name.text, field.value, field.isNeverIndexed]];
  });
  return { defect: undefined, list };
}

function areSame(one: Outcome, other: Outcome): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Blocks of one connection, encoded in order; in front of each its table may change its size. */
const conversation = fc
  .array(fc.tuple(fieldList, fc.option(tableBytes), fc.option(tableBytes)), {
    minLength: 1,
    maxLength: 4,
  })
  .map((messages) => {
    const encoder = new HpackEncoder();
    return messages.map(([list, firstSize, secondSize]) => {
      if (firstSize !== null) encoder.setPeerTableSize(Math.min(firstSize, 4096));
      if (secondSize !== null) encoder.setPeerTableSize(Math.min(secondSize, 4096));
      return encodeBlock(encoder, list);
    });
  });
const someCuts = fc.array(fc.nat(), { maxLength: 8 });

t.test('fragments give the fields of the whole block', async () => {
  fc.assert(
    fc.property(conversation, someCuts, (blocks, cuts) => {
      const whole = new HpackDecoder();
      const inPieces = new HpackDecoder();
      return blocks.every((block) => {
        return areSame(readWhole(whole, block), readCut(inPieces, block, cuts));
      });
    }),
    { numRuns: 500 },
  );
});

t.test('wherever a block is cut, in two or behind every octet', async () => {
  fc.assert(
    fc.property(conversation, (blocks) => {
      const last = blocks.at(-1) as Buffer;
      const decoderBefore = (): HpackDecoder => {
        const decoder = new HpackDecoder();
        for (const block of blocks.slice(0, -1)) readWhole(decoder, block);
        return decoder;
      };
      const whole = readWhole(decoderBefore(), last);
      for (let cut = 0; cut <= last.length; cut += last.length > 300 ? 17 : 1) {
        if (!areSame(readCut(decoderBefore(), last, [cut]), whole)) return false;
      }
      const everywhere = Array.from({ length: Math.min(last.length, 1000) }, (_, at) => at);
      return areSame(readCut(decoderBefore(), last, everywhere), whole);
    }),
    { numRuns: 30 },
  );
});

t.test('what is refused is decoded all the same, for the blocks behind it', async () => {
  const limits = { maxHeadersBytes: 200, maxHeadersCount: 3 };
  fc.assert(
    fc.property(conversation, someCuts, (blocks, cuts) => {
      const whole = new HpackDecoder();
      const inPieces = new HpackDecoder();
      for (const block of blocks.slice(0, -1)) {
        readWhole(whole, block);
        const { list } = readCut(inPieces, block, cuts, limits);
        if (list.length > 4) return false;
      }
      const last = blocks.at(-1) as Buffer;
      return areSame(readWhole(whole, last), readWhole(inPieces, last));
    }),
    { numRuns: 300 },
  );
});

t.test('octets that are no HPACK are refused in fragments as they are as a whole', async () => {
  const octets = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(octets, someCuts, (block, cuts) => {
      const whole = readWhole(new HpackDecoder(), block);
      const cut = readCut(new HpackDecoder(), block, cuts);
      if (whole.defect === undefined) return areSame(whole, cut);
      // What follows a string that is too long is not looked at, nor its length to the end.
      return cut.defect === whole.defect || cut.defect === 'stringTooLong';
    }),
    { numRuns: 3000 },
  );
});
