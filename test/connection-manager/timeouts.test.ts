import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { headOf, ManagerHarness, requestHead } from './manager-harness.ts';

const GET = requestHead('GET', '/');
const POST = requestHead('POST', '/', ['content-length: 4']);

interface Case {
  readonly name: string;
  readonly manager?: JsonObject;
  readonly route?: JsonObject;
  readonly send: string;
  /** When it fires. */
  readonly afterMs: number;
  readonly status: number;
  readonly body: string;
  readonly details: string;
  readonly flags: string;
  readonly stat: string;
}

const IDLE = {
  body: 'stream timeout',
  details: 'stream_idle_timeout',
  flags: 'SI',
  stat: 'downstream_rq_idle_timeout',
};
const DURATION = {
  body: 'downstream duration timeout',
  details: 'max_duration_timeout',
  flags: '-',
  stat: 'downstream_rq_max_duration_reached',
};

const cases: readonly Case[] = [
  {
    name: 'stream_idle_timeout while the answer is awaited',
    manager: { streamIdleTimeout: '3s' },
    send: GET,
    afterMs: 3_000,
    status: 504,
    ...IDLE,
  },
  {
    name: 'stream_idle_timeout within the request',
    manager: { streamIdleTimeout: '3s' },
    send: `${POST}bo`,
    afterMs: 3_000,
    status: 408,
    ...IDLE,
  },
  {
    name: 'the default of stream_idle_timeout',
    send: GET,
    afterMs: 300_000,
    status: 504,
    ...IDLE,
  },
  {
    name: 'the route’s idle_timeout',
    route: { idleTimeout: '2s' },
    send: GET,
    afterMs: 2_000,
    status: 504,
    ...IDLE,
  },
  {
    name: 'request_timeout',
    manager: { requestTimeout: '3s' },
    send: `${POST}bo`,
    afterMs: 3_000,
    status: 408,
    body: 'request timeout',
    details: 'request_overall_timeout',
    flags: '-',
    stat: 'downstream_rq_timeout',
  },
  {
    name: 'request_headers_timeout',
    manager: { requestHeadersTimeout: '3s' },
    send: 'GET / HT',
    afterMs: 3_000,
    status: 408,
    body: 'request header timeout',
    details: 'request_header_timeout',
    flags: '-',
    stat: 'downstream_rq_header_timeout',
  },
  {
    name: 'max_stream_duration',
    manager: { commonHttpProtocolOptions: { maxStreamDuration: '3s' } },
    send: GET,
    afterMs: 3_000,
    status: 504,
    ...DURATION,
  },
  {
    name: 'the route’s max_stream_duration',
    manager: { commonHttpProtocolOptions: { maxStreamDuration: '1s' } },
    route: { maxStreamDuration: { maxStreamDuration: '3s' } },
    send: GET,
    afterMs: 3_000,
    status: 504,
    ...DURATION,
  },
  {
    name: 'grpc-timeout within its limit',
    route: { maxStreamDuration: { grpcTimeoutHeaderMax: '10s' } },
    send: requestHead('GET', '/', ['grpc-timeout: 3S']),
    afterMs: 3_000,
    status: 504,
    ...DURATION,
  },
  {
    name: 'grpc-timeout beyond its limit, with an offset',
    route: {
      maxStreamDuration: { grpcTimeoutHeaderMax: '4s', grpcTimeoutHeaderOffset: '1s' },
    },
    send: requestHead('GET', '/', ['grpc-timeout: 1H']),
    afterMs: 3_000,
    status: 504,
    ...DURATION,
  },
];

function harnessOf({ manager = {}, route = {} }: Pick<Case, 'manager' | 'route'>): ManagerHarness {
  return new ManagerHarness({
    manager,
    routes: [{ match: { prefix: '/' }, route: { cluster: 'backend', ...route } }],
  });
}

for (const each of cases) {
  t.test(each.name, async (t) => {
    const harness = harnessOf(each);
    const client = harness.connect();
    client.send(each.send);
    harness.time.advance(each.afterMs - 1);
    t.equal(client.received(), '', 'not early');
    harness.time.advance(9);
    const sent = client.received();
    t.match(sent, new RegExp(`^HTTP/1.1 ${each.status} .*\r\n\r\n${each.body}$`, 's'));
    const isComplete = each.status === 504;
    t.equal(headOf(sent).includes('connection: close'), !isComplete);
    const { status, details, flags } = each;
    t.match(harness.takeLogged(), [{ status, details, flags }]);
    t.equal(harness.stat(each.stat), 1);
  });
}

t.test('what moves keeps a stream from being idle', async (t) => {
  const harness = harnessOf({ manager: { streamIdleTimeout: '3s' } });
  const client = harness.connect();
  client.send(POST);
  for (const byte of 'body') {
    harness.time.advance(2_900);
    client.send(byte);
  }
  harness.time.advance(2_900);
  harness.respond(200);
  t.match(client.received(), /^HTTP\/1\.1 200/);
  harness.time.advance(60_000);
  t.equal(harness.stat('downstream_rq_idle_timeout'), 0, 'without a stream nothing is idle');
});

t.test('an idle timeout after the head of the answer breaks the stream off', async (t) => {
  const harness = harnessOf({ manager: { streamIdleTimeout: '3s' } });
  const client = harness.connect();
  client.get();
  const { acquireResponseHeaders } = await import('#http/header-pool.ts');
  const headers = acquireResponseHeaders();
  headers.status = 200;
  harness.terminal?.stream.encodeHeaders(headers, false, 'via_upstream');
  harness.time.settle();
  harness.time.advance(3_010);
  t.match(harness.takeLogged(), [{ status: 200, details: 'stream_idle_timeout', flags: 'SI' }]);
  t.equal(harness.stat('downstream_rq_tx_reset'), 1);
});

t.test('an idle timeout of 0 at the route turns the connection manager’s off', async (t) => {
  const harness = harnessOf({
    manager: { streamIdleTimeout: '3s' },
    route: { idleTimeout: '0s' },
  });
  harness.connect().get();
  harness.time.advance(600_000);
  t.equal(harness.logged.length, 0);
});

t.test('a max_stream_duration of 0 at the route turns the connection manager’s off', async (t) => {
  const harness = harnessOf({
    manager: {
      commonHttpProtocolOptions: { maxStreamDuration: '3s' },
      streamIdleTimeout: '0s',
    },
    route: { maxStreamDuration: { maxStreamDuration: '0s' } },
  });
  harness.connect().get();
  harness.time.advance(600_000);
  t.equal(harness.logged.length, 0);
});

t.test('a request that is read in time is not timed any more', async (t) => {
  const harness = harnessOf({ manager: { requestTimeout: '3s', requestHeadersTimeout: '3s' } });
  const client = harness.connect();
  client.send(`${POST}body`);
  harness.time.advance(10_000);
  t.equal(harness.logged.length, 0);
  harness.respond(200);
  t.match(client.received(), /^HTTP\/1\.1 200/);
});

t.test('gRPC clients are told that their deadline is exceeded', async (t) => {
  const harness = harnessOf({
    manager: { commonHttpProtocolOptions: { maxStreamDuration: '1s' } },
  });
  const client = harness.connect();
  client.get('/', 'content-type: application/grpc');
  harness.time.advance(1_010);
  t.ok(headOf(client.received()).includes('grpc-status: 4'));
});

t.test('logs at intervals, and at the beginning', async (t) => {
  const harness = harnessOf({
    manager: {
      accessLogOptions: { accessLogFlushInterval: '1s', flushAccessLogOnNewRequest: true },
    },
  });
  const client = harness.connect();
  client.get();
  harness.time.advance(2_100);
  harness.respond(200);
  t.same(
    harness.takeLogged().map(({ type, status }) => [type, status]),
    [
      ['DownstreamStart', 0],
      ['DownstreamPeriodic', 0],
      ['DownstreamPeriodic', 0],
      ['DownstreamEnd', 200],
    ],
  );
  harness.time.advance(5_000);
  t.same(harness.takeLogged(), []);
  client.close();
  t.equal(harness.time.wheel.size, 0);
});
