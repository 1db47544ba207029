import fc from 'fast-check';
import t from 'tap';
import { BodyBuffer } from '#connection-manager/body-buffer.ts';

t.test('gives back what it was given, in order, and is empty then', async (t) => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 5 }),
    fc.integer({ min: 4090, max: 9000 }).map((length) => new Uint8Array(length).fill(length)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const buffer = new BodyBuffer();
      const reused = Buffer.alloc(9000);
      for (const bytes of pieces) {
        reused.set(bytes);
        buffer.add(reused.subarray(0, bytes.length));
        reused.fill(0);
      }
      const all = Buffer.concat(pieces);
      return (
        buffer.length === all.length &&
        Buffer.concat([...buffer.chunks]).equals(all) &&
        buffer.takeAll().equals(all) &&
        buffer.length === 0 &&
        buffer.chunks.length === 0 &&
        buffer.takeAll().length === 0
      );
    }),
  );
  t.pass();
});

t.test(
  'joins small pieces: a client that sends single bytes must not cost a hundred for each',
  async (t) => {
    const buffer = new BodyBuffer();
    for (let count = 0; count < 20_000; count++) buffer.add(Buffer.from('x'));
    t.ok(buffer.chunks.length <= 6, `${buffer.chunks.length} chunks`);
  },
);

t.test('a body in one piece takes no more than it is', async (t) => {
  const buffer = new BodyBuffer();
  buffer.add(Buffer.from('abc'));
  t.equal(buffer.chunks[0]?.length, 3);
  t.equal(buffer.takeAll().toString(), 'abc');
});
