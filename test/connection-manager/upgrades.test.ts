import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { headOf, ManagerHarness } from './manager-harness.ts';

const ASK = ['connection: Upgrade', 'upgrade: WebSocket'];
const enabled = (enabled?: boolean): JsonObject => ({
  upgradeConfigs: [{ upgradeType: 'websocket', ...(enabled === undefined ? {} : { enabled }) }],
});

function routesWith(upgrade: JsonObject | undefined): JsonObject[] {
  const upgradeConfigs = upgrade === undefined ? [] : [{ upgradeType: 'websocket', ...upgrade }];
  return [{ match: { prefix: '/' }, route: { cluster: 'backend', upgradeConfigs } }];
}

t.test('which upgrades are allowed', async (t) => {
  const rows: readonly (readonly [JsonObject, JsonObject | undefined, boolean])[] = [
    // The connection manager, the route, and the outcome.
    [{}, undefined, false],
    [enabled(), undefined, true],
    [enabled(true), undefined, true],
    [enabled(false), undefined, false],
    [enabled(false), {}, true],
    [enabled(), { enabled: false }, false],
    [{}, { enabled: true }, true],
    [{}, { enabled: false }, false],
  ];
  for (const [manager, upgrade, isAllowed] of rows) {
    const harness = new ManagerHarness({ manager, routes: routesWith(upgrade) });
    harness.connect().get('/', ...ASK);
    t.equal(harness.terminal !== undefined, isAllowed, JSON.stringify([manager, upgrade]));
  }
});

t.test('one that is not allowed is refused, and ends the connection', async (t) => {
  const harness = new ManagerHarness();
  const client = harness.connect();
  t.same(headOf(client.get('/', ...ASK)), [
    'HTTP/1.1 403 Forbidden',
    'connection: close',
    'content-length: 0',
  ]);
  t.match(harness.takeLogged(), [{ status: 403, details: 'upgrade_failed' }]);
  t.equal(harness.stat('downstream_rq_ws_on_non_ws_route'), 1);
});

t.test('without a route it gets on to the filters', async (t) => {
  const harness = new ManagerHarness({ routes: [] });
  harness.connect().get('/', ...ASK);
  t.ok(harness.terminal);
});

t.test('a tunnel carries bytes both ways until one side ends', async (t) => {
  const harness = new ManagerHarness({
    manager: {
      ...enabled(),
      accessLogOptions: { flushLogOnTunnelSuccessfullyEstablished: true },
    },
  });
  const client = harness.connect();
  client.get('/', ...ASK);
  t.equal(harness.stat('downstream_cx_upgrades_active'), 1);
  const { acquireResponseHeaders } = await import('#http/header-pool.ts');
  const headers = acquireResponseHeaders();
  headers.status = 101;
  headers.append('connection', 'upgrade');
  headers.append('upgrade', 'websocket');
  const stream = harness.terminal?.stream;
  stream?.encodeHeaders(headers, false, 'via_upstream');
  t.same(headOf(client.received()), [
    'HTTP/1.1 101 Switching Protocols',
    'connection: upgrade',
    'upgrade: websocket',
  ]);
  t.match(harness.takeLogged(), [{ type: 'DownstreamTunnelSuccessfullyEstablished', status: 101 }]);
  harness.takeSeen();
  client.send('ping');
  t.same(harness.takeSeen(), ['last decodeData ping']);
  stream?.encodeData(Buffer.from('pong'), false);
  t.equal(client.received(), 'pong');
  client.close();
  t.match(harness.takeLogged(), [{ type: 'DownstreamEnd', status: 101, sent: 4, received: 4 }]);
  t.same(harness.gaugesInUse, []);
  t.equal(harness.stat('downstream_cx_upgrades_total'), 1);
});
