import t from 'tap';
import { fuzz } from './http1-fuzz.ts';

t.test('random, damaged and randomly cut messages do the codecs no harm', async (t) => {
  const { connections, failures } = fuzz(1, (played) => played >= 4000);
  t.equal(connections, 4000);
  t.same(failures, []);
});
