import t from 'tap';
import { fuzz } from './http2-fuzz.ts';

t.test('random and broken sequences of frames do the codecs no harm', async (t) => {
  const { connections, failures } = fuzz(1, (played) => played >= 2000);
  t.equal(connections, 2000);
  t.same(failures, []);
});
