import t from 'tap';
import {
  type MadeConnection,
  PoolHarness,
  type PoolOptions,
  type TestStream,
} from './pool-harness.ts';
import {
  dataFrame,
  goAwayFrame,
  headersFrame,
  resetFrame,
  settingsFrame,
} from './upstream-speech.ts';

/** What pools do with HTTP/2 alone; the rest is in the contract of all pools. */
const READY = 'ready HTTP/2';
const MAX_CONCURRENT_STREAMS = 3;
const REFUSED_STREAM = 7;
const CANCEL = 8;

/** A pool with one connection, which has so many streams. */
function connected(
  streams: number,
  options: PoolOptions = {},
  settings: readonly (readonly [number, number])[] = [],
): { harness: PoolHarness; connection: MadeConnection; started: TestStream[] } {
  const harness = new PoolHarness('HTTP/2', options);
  const started = harness.startMany(streams);
  return { harness, connection: harness.connection().accept(settings), started };
}

function eventsOf(streams: readonly TestStream[]): string[] {
  return streams.map(({ events }) => events.join());
}

t.test('requests share one connection, and end in any order', async (t) => {
  const { harness, connection, started } = connected(3);
  t.equal(harness.made.length, 1);
  connection.answer(2);
  t.same(eventsOf(started), [READY, READY, `${READY},200 end`]);
  connection.answer(0).answer(1);
  t.same(eventsOf(started), Array(3).fill(`${READY},200 end`));
  t.same(harness.leftOver, { upstream_cx_active: 1, connections: 1 });
  t.same(harness.stats('upstream_rq_total', 'http2.streams_active'), { upstream_rq_total: 3 });
});

t.test('max_concurrent_streams is how many streams a connection has', async (t) => {
  const options = { http2: { max_concurrent_streams: 2 } };
  const harness = new PoolHarness('HTTP/2', options);
  const streams = harness.startMany(5);
  t.equal(harness.made.length, 3, 'as many connections as five streams need');
  for (const made of harness.made) made.accept();
  t.same(eventsOf(streams), Array(5).fill(READY));
  harness.connection(0).answer(0);
  const next = harness.start();
  t.same(next.events, [READY]);
  t.equal(harness.made.length, 3);
});

t.test('a connection that has room is filled before another one is', async (t) => {
  const { harness } = connected(4, { http2: { max_concurrent_streams: 2 } });
  harness.connection(1).accept();
  harness.connection(0).answer(0).answer(1);
  harness.connection(1).answer(0).answer(1);
  for (const made of harness.made) made.takeSent();
  const streams = harness.startMany(2);
  t.same(eventsOf(streams), [READY, READY]);
  const sent = harness.made.map((made) => made.takeSent().length > 0);
  t.same(sent.filter(Boolean).length, 1);
});

t.test('the limit of the upstream counts where it is the lower one', async (t) => {
  const { harness, connection } = connected(2, {}, [[MAX_CONCURRENT_STREAMS, 2]]);
  const third = harness.start();
  t.same(third.events, []);
  t.equal(harness.made.length, 2);
  harness.connection(1).accept([[MAX_CONCURRENT_STREAMS, 2]]);
  t.same(third.events, [READY]);
  const [fourth, fifth] = harness.startMany(2) as [TestStream, TestStream];
  t.same(eventsOf([fourth, fifth]), [READY, '']);
  connection.answer(0);
  t.same(fifth.events, [READY], 'it takes the first place that becomes free');
});

t.test('ours counts where that is the lower one', async (t) => {
  const options = { http2: { max_concurrent_streams: 1 } };
  const { harness } = connected(1, options, [[MAX_CONCURRENT_STREAMS, 100]]);
  harness.start();
  t.equal(harness.made.length, 2);
});

t.test('an upstream that changes its mind is listened to', async (t) => {
  const { harness, connection } = connected(2, {}, [[MAX_CONCURRENT_STREAMS, 2]]);
  const waiting = harness.start();
  connection.feed(settingsFrame([[MAX_CONCURRENT_STREAMS, 3]]));
  t.same(waiting.events, [READY]);
  connection.feed(settingsFrame([[MAX_CONCURRENT_STREAMS, 1]]));
  connection.answer(0).answer(1);
  const other = harness.start();
  t.same(other.events, [], 'there is still one stream');
  connection.answer(2);
  t.same(other.events, [READY]);
});

t.test('a hundred streams go before the upstream has told its limit', async (t) => {
  const harness = new PoolHarness('HTTP/2');
  const streams = harness.startMany(150);
  t.equal(harness.made.length, 1);
  const connection = harness.connection();
  connection.accept('none');
  const ready = () => streams.filter(({ events }) => events.includes(READY)).length;
  t.equal(ready(), 100);
  t.equal(harness.made.length, 1, 'the others need no connection of their own');
  connection.feed(settingsFrame([]));
  t.equal(ready(), 150);
  t.equal(harness.made.length, 1);
});

t.test('those that the limit leaves over get another connection', async (t) => {
  const harness = new PoolHarness('HTTP/2');
  const streams = harness.startMany(150);
  harness
    .connection()
    .accept('none')
    .feed(settingsFrame([[MAX_CONCURRENT_STREAMS, 120]]));
  const ready = () => streams.filter(({ events }) => events.includes(READY)).length;
  t.equal(ready(), 120);
  t.equal(harness.made.length, 2);
  harness.connection(1).accept();
  t.equal(ready(), 150);
});

t.test('what one connection was told of the limit holds for the next ones', async (t) => {
  const { harness } = connected(1, {}, [[MAX_CONCURRENT_STREAMS, 2]]);
  const streams = harness.startMany(5);
  t.equal(harness.made.length, 3, 'as many as five more streams need');
  for (const made of harness.made.slice(1)) made.accept('none');
  t.same(eventsOf(streams), Array(5).fill(READY));
});

t.test('an upstream that takes no stream is asked again, once for each request', async (t) => {
  const { harness, connection } = connected(1, {}, [[MAX_CONCURRENT_STREAMS, 0]]);
  const [first, second] = harness.startMany(2) as [TestStream, TestStream];
  t.equal(harness.made.length, 3);
  harness.connection(1).accept([[MAX_CONCURRENT_STREAMS, 0]]);
  harness.connection(2).accept([[MAX_CONCURRENT_STREAMS, 0]]);
  t.same(eventsOf([first, second]), [READY, READY]);
  connection.feed(settingsFrame([[MAX_CONCURRENT_STREAMS, 5]]));
  t.same(harness.start().events, [READY], 'and may change its mind');
  t.equal(harness.made.length, 3);
});

t.test('a connection lost before its settings leaves no promise behind', async (t) => {
  const harness = new PoolHarness('HTTP/2');
  harness.start();
  harness.connection().accept('none').end();
  const next = harness.start();
  harness.connection(1).accept();
  t.same(next.events, [READY]);
  t.equal(harness.made.length, 2);
});

t.test('GOAWAY: served streams end well, the others are refused', async (t) => {
  const { harness, connection, started } = connected(3);
  connection.feed(goAwayFrame(0));
  t.same(eventsOf(started), [
    READY,
    `${READY},reset remoteRefusedStreamReset`,
    `${READY},reset remoteRefusedStreamReset`,
  ]);
  const next = harness.start();
  t.same(next.events, []);
  t.equal(harness.made.length, 2, 'it takes no more streams');
  t.ok(connection.isOpen);
  connection.answer(0);
  t.same(started[0]?.events, [READY, '200 end']);
  t.notOk(connection.isOpen);
  harness.connection(1).accept().answer(0);
  t.same(next.events, [READY, '200 end']);
  t.same(harness.stats('upstream_cx_close_notify', 'upstream_cx_destroy_local'), {
    upstream_cx_close_notify: 1,
    upstream_cx_destroy_local: 1,
  });
  t.same(harness.leftOver, { upstream_cx_active: 1, connections: 1 });
});

t.test('GOAWAY in two steps: what began in between is refused by the second', async (t) => {
  const { harness, connection, started } = connected(2);
  connection.feed(goAwayFrame(0x3fff_ffff));
  t.same(eventsOf(started), [READY, READY]);
  connection.feed(goAwayFrame(0));
  t.same(eventsOf(started), [READY, `${READY},reset remoteRefusedStreamReset`]);
  connection.answer(0);
  t.notOk(connection.isOpen);
  t.same(harness.stats('upstream_cx_close_notify'), { upstream_cx_close_notify: 1 });
});

t.test('GOAWAY without a stream ends the connection at once', async (t) => {
  const { harness, connection } = connected(1);
  connection.answer(0);
  connection.feed(goAwayFrame(0));
  t.notOk(connection.isOpen);
  t.same(harness.leftOver, {});
});

t.test('GOAWAY for every stream ends the connection with them', async (t) => {
  const { harness, connection, started } = connected(2);
  connection.feed(goAwayFrame(-1));
  t.same(eventsOf(started), Array(2).fill(`${READY},reset remoteRefusedStreamReset`));
  t.notOk(connection.isOpen);
  t.same(harness.leftOver, {});
});

t.test('a reset of the upstream ends its stream alone', async (t) => {
  const { harness, connection, started } = connected(3);
  connection.feed(resetFrame(0, CANCEL)).feed(resetFrame(1, REFUSED_STREAM));
  t.same(eventsOf(started), [
    `${READY},reset remoteReset`,
    `${READY},reset remoteRefusedStreamReset`,
    READY,
  ]);
  connection.answer(2);
  t.same(started[2]?.events, [READY, '200 end']);
  t.same(harness.leftOver, { upstream_cx_active: 1, connections: 1 });
  t.same(harness.stats('http2.rx_reset'), { 'http2.rx_reset': 2 });
});

t.test('a reset of ours ends its stream alone, and makes room', async (t) => {
  const { harness, connection, started } = connected(2, { http2: { max_concurrent_streams: 2 } });
  const waiting = harness.start();
  started[0]?.encoder?.resetStream('localReset');
  t.same(waiting.events, [READY]);
  t.ok(connection.takeSent().includes(resetFrame(0, CANCEL)));
  connection.answer(1).answer(2);
  t.same(started[1]?.events, [READY, '200 end']);
  t.same(waiting.events, [READY, '200 end']);
});

t.test('a response may come in pieces, those of several streams mixed', async (t) => {
  const { connection, started } = connected(2);
  connection.feed(headersFrame(0, [':status: 200'], false));
  connection.feed(headersFrame(1, [':status: 404'], false));
  connection.feed(dataFrame(1, 'one', false) + dataFrame(0, 'two', true));
  connection.feed(headersFrame(1, ['grpc-status: 0'], true));
  t.same(eventsOf(started), [`${READY},200,data 3 end`, `${READY},404,data 3,trailers`]);
});

t.test('a connection has ended when its upstream lost every stream', async (t) => {
  const { harness, connection, started } = connected(3);
  connection.answer(0).end();
  t.same(eventsOf(started).slice(1), Array(2).fill(`${READY},reset connectionTermination`));
  t.same(harness.leftOver, {});
});

t.test('max_requests_per_connection: the last streams end, others go elsewhere', async (t) => {
  const { harness, connection, started } = connected(3, {
    common: { max_requests_per_connection: 2 },
  });
  t.equal(harness.made.length, 2, 'three requests are known to need two connections');
  t.same(eventsOf(started), [READY, READY, '']);
  harness.connection(1).accept().answer(0);
  connection.answer(0);
  t.ok(connection.isOpen);
  connection.answer(1);
  t.notOk(connection.isOpen);
  t.same(harness.stats('upstream_cx_max_requests'), { upstream_cx_max_requests: 1 });
});

t.test('an upstream that answers no PING is given up', async (t) => {
  const keepalive = { interval: '1s', timeout: '0.5s', interval_jitter: { value: 0 } };
  const { harness, connection, started } = connected(1, {
    http2: { connection_keepalive: keepalive },
  });
  connection.takeSent();
  harness.time.advance(1_100);
  t.ok(connection.takeSent().length > 0, 'a PING goes');
  harness.time.advance(600);
  connection.settle();
  t.notOk(connection.isOpen);
  t.same(started[0]?.events, [READY, 'reset connectionTermination']);
  t.same(harness.stats('http2.keepalive_timeout', 'upstream_cx_destroy_local_with_active_rq'), {
    'http2.keepalive_timeout': 1,
    upstream_cx_destroy_local_with_active_rq: 1,
  });
  t.same(harness.leftOver, {});
});

t.test('a malformed response harms no other request, unless that is asked for', async (t) => {
  const badHead = headersFrame(0, [':status: none'], true);
  const { harness, connection, started } = connected(2);
  connection.feed(badHead);
  connection.answer(1);
  t.same(eventsOf(started), [`${READY},reset protocolError`, `${READY},200 end`]);
  t.ok(connection.isOpen);
  t.same(harness.stats('upstream_cx_protocol_error', 'http2.rx_messaging_error'), {
    'http2.rx_messaging_error': 1,
  });
  const strict = connected(2, { http2: { override_stream_error_on_invalid_http_message: false } });
  strict.connection.feed(badHead);
  t.same(eventsOf(strict.started), Array(2).fill(`${READY},reset protocolError`));
  t.notOk(strict.connection.isOpen);
});

t.test('a broken protocol ends an idle connection, read or not', async (t) => {
  for (const isStuck of [false, true]) {
    const { harness, connection } = connected(1);
    connection.answer(0);
    connection.takeSent();
    connection.transport.isStuck = isStuck;
    connection.feed(dataFrame(7, 'nobody asked', true));
    t.ok(connection.takeSent().length > 0, 'it is told why');
    t.notOk(connection.isOpen);
    t.same(harness.stats('upstream_cx_protocol_error', 'upstream_cx_destroy_with_active_rq'), {
      upstream_cx_protocol_error: 1,
    });
    t.same(harness.leftOver, {});
  }
});

t.test('what is counted of resets depends on who reset, and why', async (t) => {
  const cases = [
    ['localReset', { upstream_rq_tx_reset: 1 }],
    ['protocolError', { upstream_rq_tx_reset: 1 }],
    ['remoteReset', { upstream_rq_rx_reset: 1 }],
    ['remoteRefusedStreamReset', {}],
    ['connectionTermination', { upstream_rq_pending_failure_eject: 1 }],
  ] as const;
  const names = cases.flatMap(([, counts]) => Object.keys(counts));
  for (const [reason, expected] of cases) {
    const { harness } = connected(1);
    harness.pool().streamReset(reason);
    t.same(harness.stats(...names), expected, reason);
  }
  const http1 = new PoolHarness('HTTP/1.1');
  http1.pool().streamReset('localReset');
  t.same(http1.stats(...names), {}, 'an HTTP/1.1 stream ends with its connection');
});
