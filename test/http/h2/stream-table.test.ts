import fc from 'fast-check';
import t from 'tap';
import type { Http2Stream } from '#http/h2/stream.ts';
import { StreamTable } from '#http/h2/stream-table.ts';

const streamOf = (id: number): Http2Stream => ({ id }) as Http2Stream;

t.test('holds what a Map holds, whatever comes and goes', async () => {
  const operation = fc.record({
    kind: fc.constantFrom('add', 'remove', 'get'),
    // Few enough ids to come again, far enough apart to fall onto one another.
    id: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 5000 })).map((n) => n * 2 + 1),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
      const table = new StreamTable();
      const model = new Map<number, Http2Stream>();
      for (const { kind, id } of operations) {
        const known = model.get(id);
        if (kind === 'add' && known === undefined) {
          const stream = streamOf(id);
          table.add(stream);
          model.set(id, stream);
        } else if (kind === 'remove' && known !== undefined) {
          table.remove(known);
          model.delete(id);
        }
        if (table.get(id) !== model.get(id) || table.size !== model.size) return false;
      }
      const oldestFirst = [...model.keys()].sort((left, right) => left - right);
      return table.values().every((stream, index) => stream.id === oldestFirst[index]);
    }),
  );
});

t.test('a stream that lasts does not make the table grow', async (t) => {
  const table = new StreamTable();
  const lasting = streamOf(1);
  table.add(lasting);
  for (let id = 3; id < 20_003; id += 2) {
    const stream = streamOf(id);
    table.add(stream);
    if (table.get(id) !== stream) t.fail(`${id} is lost`);
    table.remove(stream);
  }
  t.equal(table.get(1), lasting);
  t.equal(table.size, 1);
});

t.test('what is walked may be removed meanwhile', async (t) => {
  const table = new StreamTable();
  for (const id of [9, 1, 33, 65]) table.add(streamOf(id));
  const seen: number[] = [];
  for (const stream of table.values()) {
    seen.push(stream.id);
    table.remove(stream);
  }
  t.strictSame(seen, [1, 9, 33, 65]);
  t.equal(table.size, 0);
});
