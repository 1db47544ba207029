import t from 'tap';
import { startAdmin } from './admin-client.ts';

t.test('every key is shown with its value in each layer', async (t) => {
  const admin = await startAdmin(t);
  admin.services.adminValues.set('health_check.min_interval', '7').set('a', 'x');
  t.strictSame(await (await admin.get('/runtime')).json(), {
    layers: ['base', 'admin'],
    entries: {
      a: { layer_values: ['', 'x'], final_value: 'x' },
      'health_check.min_interval': { layer_values: ['5', '7'], final_value: '7' },
    },
  });
});

t.test('values are modified by query and by form', async (t) => {
  const admin = await startAdmin(t);
  t.equal(await (await admin.post('/runtime_modify?a.b=1&c=%20x')).text(), 'OK\n');
  await admin.post('/runtime_modify', 'form=2');
  t.strictSame(
    [...admin.services.adminValues],
    [
      ['a.b', '1'],
      ['c', ' x'],
      ['form', '2'],
    ],
  );
});

t.test('modifying needs values and an admin layer', async (t) => {
  const admin = await startAdmin(t);
  const empty = await admin.post('/runtime_modify');
  t.equal(empty.status, 400);
  t.match(await empty.text(), /^usage: \/runtime_modify\?key1=value1&key2=value2&keyN=valueN\n/);
  admin.services.modifyError = 'No admin layer specified';
  const refused = await admin.post('/runtime_modify?a=1');
  t.equal(refused.status, 503);
  t.equal(await refused.text(), 'No admin layer specified');
});
