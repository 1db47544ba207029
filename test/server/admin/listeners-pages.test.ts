import t from 'tap';
import { startAdmin } from './admin-client.ts';

t.test('listeners are listed with each of their addresses', async (t) => {
  const admin = await startAdmin(t);
  t.equal(
    await (await admin.get('/listeners')).text(),
    'ingress::0.0.0.0:8080\ningress::[::1]:8081\nlocal::@local\n',
  );
  const asJson = await admin.get('/listeners?format=json');
  t.equal(asJson.headers.get('content-type'), 'application/json');
  t.strictSame(await asJson.json(), {
    listener_statuses: [
      {
        name: 'ingress',
        local_address: { socket_address: { address: '0.0.0.0', port_value: 8080 } },
        additional_local_addresses: [{ socket_address: { address: '::1', port_value: 8081 } }],
      },
      { name: 'local', local_address: { pipe: { path: '@local' } } },
    ],
  });
});

t.test('without listeners the JSON is empty', async (t) => {
  const admin = await startAdmin(t);
  admin.services.listeners = () => [];
  t.equal(await (await admin.get('/listeners?format=json')).text(), '{}\n');
});

t.test('draining takes its options from the query, with or without values', async (t) => {
  const admin = await startAdmin(t);
  for (const query of ['', '?inboundonly&graceful', '?graceful=true&skip_exit']) {
    t.equal(await (await admin.post(`/drain_listeners${query}`)).text(), 'OK\n');
  }
  t.strictSame(admin.services.asked, [
    'drain {"inboundOnly":false,"graceful":false,"skipExit":false}',
    'drain {"inboundOnly":true,"graceful":true,"skipExit":false}',
    'drain {"inboundOnly":false,"graceful":true,"skipExit":true}',
  ]);
});
