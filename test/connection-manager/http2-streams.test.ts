import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { acquireResponseHeaders, headerMapsInUse } from '#http/header-pool.ts';
import { SETTINGS } from '../tools/http2/frames.ts';
import { Http2Client } from './http2-client.ts';
import { ManagerHarness } from './manager-harness.ts';
import type { ScriptedFilter } from './scripted-filter.ts';

const CANCEL = 8;

t.test('a connection has many streams, each with its own answer', async (t) => {
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  client.get(1, '/1');
  client.request(3, 'POST', '/3');
  client.get(5, '/5');
  t.equal(harness.stat('downstream_rq_active'), 3);
  client.data(3, 'body', true);
  harness.respond(200, 'five', [], '/5');
  harness.respond(204, '', [], '/3');
  harness.respond(404, 'one', [], '/1');
  t.same(client.received(), [
    '5 HEADERS :status: 200',
    '5 DATA five end',
    '3 HEADERS :status: 204 end',
    '1 HEADERS :status: 404',
    '1 DATA one end',
  ]);
  t.equal(harness.stat('downstream_cx_http2_total'), 1);
  t.equal(harness.stat('downstream_cx_http2_active'), 1);
  t.equal(harness.stat('downstream_rq_http2_total'), 3);
  t.equal(harness.stat('downstream_cx_http1_total'), 0);
  client.close();
  t.same(harness.gaugesInUse, []);
});

t.test('what the filters see', async (t) => {
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  client.request(1, 'POST', '/a', ['x: y']);
  client.data(1, 'one');
  client.data(1, 'two', true);
  t.same(harness.takeSeen(), [
    'last decodeHeaders POST /a',
    'last decodeData one',
    'last decodeData two end',
  ]);
  t.equal(harness.terminal?.stream.streamInfo.protocol, 'HTTP/2');
});

t.test('the scheme is the client’s unless the configuration has one', async (t) => {
  const rows: readonly (readonly [JsonObject, string, string])[] = [
    [{}, 'https', 'https'],
    [{}, 'HTTP', 'http'],
    [{ schemeHeaderTransformation: { schemeToOverwrite: 'https' } }, 'http', 'https'],
  ];
  for (const [manager, sent, expected] of rows) {
    const harness = new ManagerHarness({ manager });
    new Http2Client(harness).fields(
      1,
      [':method: GET', `:scheme: ${sent}`, ':path: /', ':authority: a'],
      true,
    );
    t.equal(harness.terminal?.stream.requestHeaders?.scheme, expected);
  }
});

t.test('a client that cancels', async (t) => {
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  client.get(1, '/1');
  client.get(3, '/3');
  t.same(client.reset(1, CANCEL), []);
  t.match(harness.takeLogged(), [{ status: 0, details: 'http2.remote_reset', flags: 'DR' }]);
  t.equal(harness.stat('downstream_rq_rx_reset'), 1);
  harness.respond(200, '', [], '/3');
  t.same(client.received(), ['3 HEADERS :status: 200 end']);
  t.equal(harness.stat('downstream_rq_active'), 0);
});

t.test('an answer before the request is complete', async (t) => {
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  client.request(1, 'POST', '/');
  harness.respond(403, 'no');
  t.same(client.received(), ['1 HEADERS :status: 403', '1 DATA no end', '1 RST_STREAM NO_ERROR']);
  t.match(harness.takeLogged(), [{ status: 403, details: 'via_upstream', flags: '-' }]);
  t.equal(harness.stat('downstream_rq_response_before_rq_complete'), 1);
  t.equal(harness.stat('downstream_rq_rx_reset'), 1);
  t.same(client.data(1, 'late', true), []);
  client.get(3, '/next');
  harness.respond(200);
  t.same(client.received(), ['3 HEADERS :status: 200 end']);
});

t.test('an answer that is broken off', async (t) => {
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  client.get(1, '/');
  const headers = acquireResponseHeaders();
  headers.status = 200;
  const { stream } = harness.terminal as ScriptedFilter;
  stream.encodeHeaders(headers, false, 'via_upstream');
  stream.sendLocalReply({ status: 503, body: '', details: 'broken' });
  t.same(client.received(), ['1 HEADERS :status: 200', '1 RST_STREAM INTERNAL_ERROR']);
  t.equal(harness.stat('downstream_rq_tx_reset'), 1);
  t.match(harness.takeLogged(), [{ status: 200, details: 'broken' }]);
  t.equal(client.transport.state, 'open');
});

t.test('a bad request does not end the connection', async (t) => {
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  t.same(client.get(1, '/a#b'), ['1 HEADERS :status: 400 end']);
  client.get(3, '/');
  harness.respond(200);
  t.same(client.received(), ['3 HEADERS :status: 200 end']);
});

t.test('an answer is not over before the client has taken it', async (t) => {
  const start = (): readonly [ManagerHarness, Http2Client] => {
    const harness = new ManagerHarness();
    const client = new Http2Client(harness, [[SETTINGS.INITIAL_WINDOW_SIZE, 3]]);
    client.get(1, '/');
    harness.respond(200, 'hello');
    t.same(client.received(), ['1 HEADERS :status: 200', '1 DATA hel']);
    t.same(harness.takeLogged(), []);
    t.equal(harness.stat('downstream_rq_active'), 1);
    return [harness, client];
  };

  await t.test('and it takes it', async (t) => {
    const [harness, client] = start();
    harness.time.advance(10);
    t.same(client.window(1, 2), ['1 DATA lo end']);
    t.match(harness.takeLogged(), [{ status: 200, flags: '-', details: 'via_upstream', sent: 5 }]);
    t.equal(harness.stat('downstream_rq_active'), 0);
  });

  await t.test('and it resets the stream', async (t) => {
    const [harness, client] = start();
    client.reset(1, CANCEL);
    t.match(harness.takeLogged(), [{ flags: 'DR', details: 'http2.remote_reset' }]);
    t.equal(harness.stat('downstream_rq_rx_reset'), 1);
  });

  await t.test('and it leaves', async (t) => {
    const [harness, client] = start();
    client.close();
    t.match(harness.takeLogged(), [{ flags: 'DC', details: 'downstream_remote_disconnect' }]);
    t.equal(harness.stat('downstream_cx_destroy_remote_active_rq'), 1);
    t.same(harness.gaugesInUse, []);
  });

  await t.test('and it never does', async (t) => {
    const [harness, client] = start();
    harness.time.advance(300_100);
    t.same(client.received(), ['1 RST_STREAM CANCEL']);
    t.match(harness.takeLogged(), [{ status: 200, flags: '-' }]);
    t.equal(harness.stat('downstream_rq_active'), 0);
  });
});

t.test('how long an answer waits for its client', async (t) => {
  const rows: readonly (readonly [manager: JsonObject, route: JsonObject, expectedMs: number])[] = [
    [{}, {}, 300_000],
    [{ streamIdleTimeout: '7s' }, {}, 7000],
    [{ streamIdleTimeout: '7s', streamFlushTimeout: '9s' }, {}, 9000],
    [{ streamFlushTimeout: '9s' }, { idleTimeout: '3s' }, 9000],
    [{ streamFlushTimeout: '9s' }, { flushTimeout: '4s' }, 4000],
    [{}, { idleTimeout: '3s' }, 3000],
    [{}, { idleTimeout: '3s', flushTimeout: '4s' }, 4000],
  ];
  for (const [manager, route, expectedMs] of rows) {
    const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend', ...route } }];
    const harness = new ManagerHarness({ manager, routes });
    const client = new Http2Client(harness, [[SETTINGS.INITIAL_WINDOW_SIZE, 0]]);
    client.get(1, '/');
    harness.respond(200, 'x');
    t.same(client.received(), ['1 HEADERS :status: 200']);
    harness.time.advance(expectedMs - 10);
    t.same(client.received(), [], JSON.stringify([manager, route]));
    harness.time.advance(20);
    t.same(client.received(), ['1 RST_STREAM CANCEL'], JSON.stringify([manager, route]));
  }
});

t.test('a client that takes little at a time is not idle', async (t) => {
  const harness = new ManagerHarness({ manager: { streamIdleTimeout: '3s' } });
  const client = new Http2Client(harness, [[SETTINGS.INITIAL_WINDOW_SIZE, 0]]);
  client.get(1, '/');
  const headers = acquireResponseHeaders();
  headers.status = 200;
  const stream = harness.terminal?.stream;
  stream?.encodeHeaders(headers, false, 'via_upstream');
  stream?.encodeData(Buffer.from('begin'), false);
  harness.time.settle();
  t.same(client.received(), ['1 HEADERS :status: 200']);
  for (const byte of 'begi') {
    harness.time.advance(2900);
    t.same(client.window(1, 1), [`1 DATA ${byte}`]);
  }
  harness.time.advance(2900);
  t.same(client.received(), []);
  harness.time.advance(200);
  t.same(client.received(), ['1 RST_STREAM INTERNAL_ERROR'], 'until it takes nothing more');
  t.match(harness.takeLogged(), [{ status: 200, details: 'stream_idle_timeout', flags: 'SI' }]);
});

t.test('each stream has its own timeouts', async (t) => {
  const harness = new ManagerHarness({ manager: { streamIdleTimeout: '3s' } });
  const client = new Http2Client(harness);
  client.get(1, '/1');
  harness.time.advance(2000);
  client.request(3, 'POST', '/3');
  harness.time.advance(1100);
  t.same(client.received(), [
    '1 HEADERS :status: 504, content-length: 14, content-type: text/plain',
    '1 DATA stream timeout end',
  ]);
  client.data(3, 'more');
  harness.time.advance(2900);
  t.same(client.received(), []);
  harness.time.advance(200);
  t.same(client.received(), [
    '3 HEADERS :status: 408, content-length: 14, content-type: text/plain',
    '3 DATA stream timeout end',
    '3 RST_STREAM NO_ERROR',
  ]);
});

t.test('a client that leaves takes all its streams with it, the latest first', async (t) => {
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  client.get(1, '/1');
  client.get(3, '/3');
  harness.terminals.get('/1')?.stream.streamInfo.setResponseFlag(1);
  client.close();
  t.match(harness.takeLogged(), [{ flags: 'DC' }, { flags: 'LH,DC' }]);
  t.equal(harness.stat('downstream_cx_destroy_active_rq'), 1);
  t.equal(harness.stat('downstream_rq_rx_reset'), 2);
  t.same(harness.gaugesInUse, []);
});

t.test('a client that breaks the protocol loses all its streams', async (t) => {
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  client.get(1, '/1');
  client.get(3, '/3');
  t.same(client.data(0, 'nowhere'), ['GOAWAY 3 PROTOCOL_ERROR']);
  t.match(harness.takeLogged(), [{ flags: 'DPE' }, { flags: 'DPE' }]);
  t.equal(harness.stat('downstream_cx_protocol_error'), 1);
  t.equal(harness.stat('downstream_cx_destroy_local_active_rq'), 1);
  harness.time.advance(1100);
  t.equal(client.transport.state, 'destroyed');
  t.equal(harness.stat('downstream_cx_delayed_close_timeout'), 1);
});

t.test('header maps are given back', async (t) => {
  const before = headerMapsInUse();
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  client.get(1, '/1');
  client.get(3, '/3');
  client.request(5, 'POST', '/5');
  harness.respond(200, 'x', [], '/1');
  client.reset(3, CANCEL);
  client.close();
  t.same(headerMapsInUse(), before);
});
