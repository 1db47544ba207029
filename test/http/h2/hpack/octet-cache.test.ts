import fc from 'fast-check';
import t from 'tap';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import { OctetCache } from '#http/h2/hpack/octet-cache.ts';
import { decodeAll } from './collected-fields.ts';
import { encodeBlock } from './encode-block.ts';

/** What a cache answers for a text that means itself; it is kept as the decoder keeps it. */
function lookUp(cache: OctetCache<string>, text: string, seed = 0): string | undefined {
  // The text lies somewhere within other octets.
  const bytes = Buffer.from(`ab${text}cd`, 'latin1');
  const found = cache.find(seed, bytes, 2, bytes.length - 2);
  if (found === undefined) cache.keep(bytes, 2, bytes.length - 2, text);
  return found;
}

t.test('a string is remembered when it came twice', async (t) => {
  const cache = new OctetCache<string>(16, 16, 100, 1000);
  t.equal(lookUp(cache, 'value'), undefined);
  t.equal(lookUp(cache, 'value'), undefined);
  t.equal(lookUp(cache, 'value'), 'value');
  t.equal(lookUp(cache, 'other'), undefined);
  t.equal(lookUp(cache, 'value', 1), undefined, 'equal octets of another meaning');
});

t.test('fresh strings do not drive out one that is kept', async (t) => {
  const cache = new OctetCache<string>(4, 16, 100, 1000);
  for (let round = 0; round < 2; round++) lookUp(cache, 'value');
  for (let round = 0; round < 1000; round++) lookUp(cache, `fresh-${round}`);
  t.equal(lookUp(cache, 'value'), 'value');
});

t.test('it grows when more strings come back than it has places for', async (t) => {
  const texts = Array.from({ length: 40 }, (_, index) => `value-${index}`);
  const foundOf = (cache: OctetCache<string>): number => {
    for (let round = 0; round < 100; round++) for (const text of texts) lookUp(cache, text);
    return texts.filter((text) => lookUp(cache, text) === text).length;
  };
  t.ok(foundOf(new OctetCache<string>(8, 8, 100, 1000)) <= 8);
  const found = foundOf(new OctetCache<string>(8, 128, 100, 1000));
  t.ok(found > 30, `${found} of 40`);
});

t.test('strings that are too long, or too many, are let go', async (t) => {
  const cache = new OctetCache<string>(256, 256, 100, 1000);
  for (let round = 0; round < 3; round++) {
    t.equal(lookUp(cache, 'v'.repeat(101)), undefined);
  }
  const longest = Array.from({ length: 50 }, (_, index) => String(index).padEnd(100, 'v'));
  for (let round = 0; round < 3; round++) for (const text of longest) lookUp(cache, text);
  const kept = longest.filter((text) => lookUp(cache, text) !== undefined).length;
  t.ok(kept <= 10, `${kept} of ten that fit`);
});

t.test('what is found is always what was asked for', async () => {
  // Of a long text the hash sees but a part: these differ in any octet.
  const text = fc
    .tuple(fc.constantFrom(1, 5, 40, 64, 65, 200, 500), fc.nat())
    .map(([length, seed]) => {
      const octets = 'v'.repeat(length).split('');
      octets[seed % length] = String.fromCharCode(0x61 + (seed % 5));
      return octets.join('');
    });
  fc.assert(
    fc.property(fc.array(text, { minLength: 50, maxLength: 200 }), (texts) => {
      const cache = new OctetCache<string>(2, 8, 400, 3000);
      return [...texts, ...texts, ...texts].every((text) => {
        const found = lookUp(cache, text);
        return found === undefined || found === text;
      });
    }),
  );
});

t.test('literals that differ in one octet alone are told apart by the decoder', async (t) => {
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder();
  for (const length of [1, 20, 64, 65, 130, 300]) {
    const values = Array.from(
      { length },
      (_, at) => `${'v'.repeat(at)}w${'v'.repeat(length - at)}`,
    );
    for (let round = 0; round < 3; round++) {
      for (const value of values) {
        const fields = [
          [':path', value],
          ['cookie', value],
        ] as const;
        const { list } = decodeAll(decoder, encodeBlock(encoder, fields));
        if (list[0]?.[1] !== value || list[1]?.[1] !== value || list[1][0] !== 'cookie') {
          t.fail(`${value} in round ${round}`);
        }
      }
    }
  }
});

t.test('a literal that comes again with the same mark is one object', async (t) => {
  const decoder = new HpackDecoder();
  const plain = Buffer.from('\x04\x06/value', 'latin1');
  const marked = Buffer.from('\x14\x06/value', 'latin1');
  decodeAll(decoder, plain);
  const [kept] = decodeAll(decoder, plain).fields;
  decodeAll(decoder, marked);
  const [keptMarked] = decodeAll(decoder, marked).fields;
  const again = decodeAll(decoder, Buffer.concat([marked, plain]));
  t.equal(again.fields[0], keptMarked);
  t.equal(again.fields[1], kept);
  t.same(again.list, [
    [':path', '/value', true],
    [':path', '/value', false],
  ]);
});
