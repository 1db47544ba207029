import fc from 'fast-check';
import t from 'tap';
import { SeededRandom } from '#base/random.ts';
import { randomUuid } from '#base/uuid.ts';

t.test('every id has the shape of RFC 9562 version 4', (t) => {
  fc.assert(
    fc.property(fc.integer(), (seed) =>
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(
        randomUuid(new SeededRandom(seed)),
      ),
    ),
  );
  t.end();
});

t.test('all random bits are used', (t) => {
  const words = [0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210];
  let next = 0;
  const random = { uint32: () => words[next++ % 4] as number };
  t.equal(randomUuid(random), '01234567-89ab-4def-ba98-fedc76543210');
  t.end();
});

t.test('ids differ', (t) => {
  const random = new SeededRandom(1);
  const ids = new Set(Array.from({ length: 1000 }, () => randomUuid(random)));
  t.equal(ids.size, 1000);
  t.end();
});
