import fc from 'fast-check';
import t from 'tap';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import { endOfWholeFields } from '#http/h2/hpack/whole-fields.ts';
import { fieldList } from './arbitraries.ts';
import { CollectedFields } from './collected-fields.ts';
import { encodeBlock } from './encode-block.ts';

const SMALL: Readonly<Record<string, string>> = {
  'an index': '82',
  'an index of several octets': 'ff8001',
  'a literal with a known name': '0f0d0161',
  'a literal with a known name, to be indexed': '410161',
  'a literal that is never indexed': '1002782d0161',
  'a literal with a new name': '0002782d0161',
  'a literal without name and value': '000000',
  'a Huffman string': '4188f439ce75c875fa57',
  'a table size': '3fe11f',
};

t.test('a field is whole with its last octet', async (t) => {
  for (const [name, hex] of Object.entries(SMALL)) {
    // It lies somewhere within other octets.
    const bytes = Buffer.from(`8282${hex}82`, 'hex');
    const end = bytes.length - 1;
    t.equal(endOfWholeFields(bytes, 1, end), end, name);
    for (let cut = 2; cut < end; cut++) t.equal(endOfWholeFields(bytes, 1, cut), 2, `${name} cut`);
  }
  t.equal(endOfWholeFields(Buffer.alloc(0), 0, 0), 0);
});

t.test('a string that is too long is not waited for', async (t) => {
  // 127 + 1 + (127 << 7) + (3 << 14) = 65,536
  for (const [hex, end] of [
    ['00ff81ff02', 0],
    ['00ff81ff03', 0],
    ['00ff82ff03', undefined],
    ['000178ff81ff03', 0],
    ['000178ff82ff03', undefined],
    ['0f0dff82ff03', undefined],
  ] as const) {
    const octets = Buffer.from(hex, 'hex');
    t.equal(endOfWholeFields(octets, 0, octets.length), end, hex);
  }
});

t.test('a number without end is left to the decoder', async (t) => {
  for (const hex of ['ff80808080', '00ff80808080', '7f80808080', '3f80808080']) {
    const octets = Buffer.from(`${hex}ffffff`, 'hex');
    const end = endOfWholeFields(octets, 0, octets.length);
    if (end === undefined || end === 0) continue;
    const defect = new HpackDecoder().decode(octets, 0, end, new CollectedFields());
    t.equal(defect, 'integerOverflow', hex);
  }
});

t.test('whole is what the decoder can read', async () => {
  fc.assert(
    fc.property(fieldList, fc.nat(), (list, at) => {
      const block = encodeBlock(new HpackEncoder(), list);
      const cut = at % (block.length + 1);
      const end = endOfWholeFields(block, 0, cut) as number;
      const whole = new HpackDecoder().decode(block, 0, end, new CollectedFields());
      const rest = new HpackDecoder().decode(block, 0, cut, new CollectedFields());
      return whole === undefined && rest === (end === cut ? undefined : 'truncated');
    }),
    { numRuns: 500 },
  );
});
