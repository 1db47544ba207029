import t from 'tap';
import { acquireResponseHeaders } from '#http/header-pool.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import { Http2Client } from './http2-client.ts';
import { ManagerHarness } from './manager-harness.ts';
import type { ScriptedFilter } from './scripted-filter.ts';

const manager = {
  http2ProtocolOptions: { allowConnect: true },
  upgradeConfigs: [{ upgradeType: 'websocket' }, { upgradeType: 'CONNECT' }],
};
const CONNECT_ROUTE = { match: { connectMatcher: {} }, route: { cluster: 'backend' } };
const ANY_ROUTE = { match: { prefix: '/' }, route: { cluster: 'backend' } };

function answer(harness: ManagerHarness, status: number): ScriptedFilter {
  const terminal = harness.terminal as ScriptedFilter;
  const headers = acquireResponseHeaders();
  headers.status = status;
  if (status === 101) {
    headers.append('connection', 'upgrade');
    headers.append('upgrade', 'websocket');
  }
  terminal.stream.encodeHeaders(headers, false, 'via_upstream');
  return terminal;
}

t.test('an extended CONNECT is an upgrade to the filters', async (t) => {
  const harness = new ManagerHarness({ manager });
  const client = new Http2Client(harness);
  client.request(1, 'CONNECT', '/chat', [':protocol: websocket', 'sec-websocket-version: 13']);
  const { requestHeaders } = (harness.terminal as ScriptedFilter).stream;
  t.equal(requestHeaders?.method, 'GET');
  t.equal(requestHeaders?.get('upgrade'), 'websocket');
  t.equal(requestHeaders?.get('connection'), 'upgrade');
  t.equal(harness.stat('downstream_cx_upgrades_active'), 1);

  const terminal = answer(harness, 101);
  t.same(client.received(), ['1 HEADERS :status: 200']);
  harness.takeSeen();
  client.data(1, 'ping');
  t.same(harness.takeSeen(), ['last decodeData ping']);
  terminal.stream.encodeData(Buffer.from('pong'), false);
  t.same(client.received(), ['1 DATA pong']);
  client.data(1, '', true);
  terminal.stream.encodeData(Buffer.from('bye'), true);
  t.same(client.received(), ['1 DATA bye end']);
  t.match(harness.takeLogged(), [{ status: 101, received: 4, sent: 7, flags: '-' }]);
  t.equal(harness.stat('downstream_cx_upgrades_active'), 0);
});

t.test('one that is not offered ends the connection', async (t) => {
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  t.same(client.request(1, 'CONNECT', '/chat', [':protocol: websocket']), [
    'GOAWAY 1 PROTOCOL_ERROR',
  ]);
  t.match(harness.takeLogged(), [{ flags: 'DPE' }]);
});

t.test('a tunnel of which the other end breaks ends with CONNECT_ERROR', async (t) => {
  const requests: readonly (readonly [method: string, path: string, fields: string[]])[] = [
    ['CONNECT', '/chat', [':protocol: websocket']],
    ['CONNECT', '', []],
  ];
  for (const [method, path, fields] of requests) {
    const harness = new ManagerHarness({ manager, routes: [CONNECT_ROUTE, ANY_ROUTE] });
    const client = new Http2Client(harness);
    const lines = [
      `:method: ${method}`,
      ...(path === '' ? [] : [':scheme: http', `:path: ${path}`]),
      ':authority: example.test:80',
      ...fields,
    ];
    client.fields(1, lines, false);
    const { stream } = answer(harness, path === '' ? 200 : 101);
    client.received();
    stream.streamInfo.setResponseFlag(ResponseFlag.upstreamConnectionTermination);
    stream.sendLocalReply({ status: 503, body: '', details: 'gone' });
    t.same(client.received(), ['1 RST_STREAM CONNECT_ERROR'], path);
  }
});
