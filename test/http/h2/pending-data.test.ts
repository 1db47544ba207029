import fc from 'fast-check';
import t from 'tap';
import { PendingData } from '#http/h2/pending-data.ts';

t.test('bytes come out as they went in, however they are cut', async (t) => {
  const step = fc.oneof(
    fc.record({ put: fc.uint8Array({ maxLength: 9000 }) }),
    fc.record({ take: fc.integer({ min: 0, max: 12_000 }) }),
    fc.constant({ clear: true }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const pending = new PendingData();
      let model = Buffer.alloc(0);
      for (const each of steps) {
        if ('put' in each) {
          const bytes = Buffer.from(each.put);
          pending.append(bytes, 0, bytes.length);
          model = Buffer.concat([model, bytes]);
          bytes.fill(0);
        } else if ('take' in each) {
          const size = Math.min(each.take, model.length);
          const into = Buffer.alloc(size + 3, 0x3f);
          pending.take(into, 3, size);
          if (!into.subarray(3).equals(model.subarray(0, size))) return false;
          if (into.toString('latin1', 0, 3) !== '???') return false;
          model = model.subarray(size);
        } else {
          pending.clear();
          model = Buffer.alloc(0);
        }
        if (pending.length !== model.length) return false;
      }
      return true;
    }),
  );
  t.pass('for all of them');
});
