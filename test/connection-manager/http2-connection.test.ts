import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { encodeSettings, PREFACE } from '../tools/http2/frames.ts';
import { Http2Client } from './http2-client.ts';
import { ManagerHarness, requestHead } from './manager-harness.ts';

const CANCEL = 8;
/** The highest there can be: nobody is refused yet. */
const SHUTDOWN_NOTICE = 'GOAWAY 2147483647 NO_ERROR';

t.test('the codec is chosen by the first bytes', async (t) => {
  const settings = encodeSettings([]).toString('latin1');

  await t.test('wherever the preface is cut', async (t) => {
    for (let cut = 1; cut < PREFACE.length; cut++) {
      const harness = new ManagerHarness();
      const client = harness.connect();
      t.equal(client.send(PREFACE.slice(0, cut)) === '', cut < 12, `${cut}`);
      client.send(PREFACE.slice(cut) + settings);
      t.equal(harness.stat('downstream_cx_http2_total'), 1, `${cut}`);
      client.close();
      t.same(harness.gaugesInUse, []);
    }
  });

  await t.test('a request that begins like it', async (t) => {
    for (const request of [requestHead('PROPFIND', '/'), requestHead('POST', '/')]) {
      const harness = new ManagerHarness();
      const client = harness.connect();
      for (const char of request) client.send(char);
      t.equal(harness.stat('downstream_cx_http1_total'), 1);
      harness.respond(200);
      t.match(client.received(), /^HTTP\/1.1 200 OK/);
    }
  });

  await t.test('bytes that tell nothing and then time out', async (t) => {
    const harness = new ManagerHarness({ manager: { requestHeadersTimeout: '2s' } });
    const client = harness.connect();
    client.send('PR');
    t.equal(harness.stat('downstream_rq_total'), 0);
    harness.time.advance(2100);
    t.equal(harness.stat('downstream_cx_http1_total'), 1);
    harness.time.advance(2100);
    t.match(client.received(), /^HTTP\/1.1 408 /);
  });

  await t.test('a client that leaves before it says anything of use', async (t) => {
    const harness = new ManagerHarness();
    const client = harness.connect();
    client.send('PR');
    client.close();
    t.equal(harness.stat('downstream_rq_total'), 0);
    t.same(harness.gaugesInUse, []);
  });

  await t.test('HTTP1 takes the preface for a request', async (t) => {
    const harness = new ManagerHarness({ manager: { codecType: 'HTTP1' } });
    t.match(harness.connect().send(PREFACE + settings), /^HTTP\/1.1 400 /);
  });

  await t.test('HTTP2 takes a request for a broken preface', async (t) => {
    const harness = new ManagerHarness({ manager: { codecType: 'HTTP2' } });
    harness.connect().send(requestHead('GET', '/'));
    t.equal(harness.stat('downstream_cx_protocol_error'), 1);
    t.equal(harness.stat('downstream_rq_total'), 0);
  });
});

t.test('a connection that drains', async (t) => {
  const common = (options: JsonObject): JsonObject => ({
    commonHttpProtocolOptions: options,
    drainTimeout: '3s',
  });

  await t.test('is told twice, serves until then, and closes after its streams', async (t) => {
    const harness = new ManagerHarness({ manager: common({ maxConnectionDuration: '10s' }) });
    const client = new Http2Client(harness);
    client.get(1, '/1');
    harness.time.advance(10_050);
    t.same(client.received(), [SHUTDOWN_NOTICE]);
    t.equal(harness.stat('downstream_cx_max_duration_reached'), 1);
    client.get(3, '/3');
    harness.time.advance(3050);
    t.same(client.received(), ['GOAWAY 3 NO_ERROR']);
    t.same(client.get(5, '/5'), []);
    t.notOk(harness.terminals.has('/5'));
    harness.respond(200, '', [], '/1');
    t.equal(client.transport.state, 'open');
    harness.respond(200, '', [], '/3');
    t.same(client.received(), ['1 HEADERS :status: 200 end', '3 HEADERS :status: 200 end']);
    harness.time.advance(1050);
    t.equal(client.transport.state, 'destroyed');
    t.equal(harness.stat('downstream_cx_delayed_close_timeout'), 1);
    client.close();
    t.same(harness.gaugesInUse, []);
  });

  await t.test('waits for what its client has not taken', async (t) => {
    const harness = new ManagerHarness({ manager: common({ idleTimeout: '10s' }) });
    const client = new Http2Client(harness);
    client.initialWindow(0);
    client.request(1, 'POST', '/');
    harness.drain.start('immediate', 1000);
    harness.respond(200, 'early');
    t.same(client.received(), [SHUTDOWN_NOTICE, '1 HEADERS :status: 200']);
    harness.time.advance(3050);
    t.same(client.received(), ['GOAWAY 1 NO_ERROR']);
    t.equal(client.transport.state, 'open');
    t.same(client.window(1, 5), ['1 DATA early end', '1 RST_STREAM NO_ERROR']);
    harness.time.advance(1050);
    t.equal(client.transport.state, 'destroyed');
  });

  await t.test('because nothing moves', async (t) => {
    const harness = new ManagerHarness({ manager: common({ idleTimeout: '10s' }) });
    const client = new Http2Client(harness);
    client.get(1, '/1');
    harness.time.advance(10_050);
    t.same(client.received(), []);
    harness.respond(200);
    client.received();
    harness.time.advance(10_050);
    t.same(client.received(), [SHUTDOWN_NOTICE]);
    t.equal(harness.stat('downstream_cx_idle_timeout'), 1);
    harness.time.advance(3050);
    t.same(client.received(), ['GOAWAY 1 NO_ERROR']);
  });

  await t.test('with its listener', async (t) => {
    const harness = new ManagerHarness();
    const client = new Http2Client(harness);
    client.get(1, '/1');
    client.get(3, '/3');
    harness.drain.failHealthChecks(true);
    harness.respond(200, '', [], '/1');
    harness.respond(200, '', [], '/3');
    t.same(client.received(), [
      SHUTDOWN_NOTICE,
      '1 HEADERS :status: 200 end',
      '3 HEADERS :status: 200 end',
    ]);
    t.equal(harness.stat('downstream_cx_drain_close'), 1);
  });

  await t.test('after so many requests', async (t) => {
    const harness = new ManagerHarness({ manager: common({ maxRequestsPerConnection: 2 }) });
    const client = new Http2Client(harness);
    t.same(client.get(1, '/1'), []);
    t.same(client.get(3, '/3'), [SHUTDOWN_NOTICE]);
    t.same(client.get(5, '/5'), []);
    t.ok(harness.terminals.has('/5'));
    t.equal(harness.stat('downstream_cx_max_requests_reached'), 2);
  });

  await t.test('because an upgrade was refused', async (t) => {
    const harness = new ManagerHarness({
      manager: { http2ProtocolOptions: { allowConnect: true } },
    });
    const client = new Http2Client(harness);
    t.same(client.request(1, 'CONNECT', '/', [':protocol: websocket']), [
      SHUTDOWN_NOTICE,
      '1 HEADERS :status: 403 end',
      '1 RST_STREAM NO_ERROR',
    ]);
  });
});

t.test('a client that only cancels', async (t) => {
  const cancelMany = (client: Http2Client, from: number, count: number): void => {
    for (let stream = from; stream < from + count * 2; stream += 2) {
      client.get(stream, '/');
      client.reset(stream, CANCEL);
    }
  };

  await t.test('is thrown out when nothing could make up for it', async (t) => {
    const harness = new ManagerHarness();
    const client = new Http2Client(harness);
    cancelMany(client, 1, 249);
    t.equal(client.transport.state, 'open');
    cancelMany(client, 499, 1);
    t.equal(client.transport.state, 'destroyed');
    t.equal(harness.stat('downstream_rq_too_many_premature_resets'), 1);
    client.close();
    t.same(harness.gaugesInUse, []);
  });

  await t.test('gets nothing more done by what has arrived already', async (t) => {
    const harness = new ManagerHarness();
    const client = new Http2Client(harness);
    client.atOnce(() => cancelMany(client, 1, 600));
    t.equal(harness.stat('downstream_rq_total'), 250);
    t.equal(client.transport.state, 'destroyed');
    client.close();
    t.same(harness.gaugesInUse, []);
  });

  await t.test('or makes the proxy reset', async (t) => {
    const provocations: Readonly<Record<string, (client: Http2Client) => void>> = {
      'more streams than are allowed': (client) => {
        client.get(1, '/');
        for (let stream = 3; stream < 600; stream += 2) client.get(stream, '/');
      },
      'frames behind the end': (client) => {
        client.get(1, '/');
        client.reset(1, CANCEL);
        for (let count = 0; count < 260; count++) client.data(1, 'x');
      },
    };
    for (const [name, provoke] of Object.entries(provocations)) {
      const http2ProtocolOptions = { maxConcurrentStreams: 1 };
      const harness = new ManagerHarness({ manager: { http2ProtocolOptions } });
      const client = new Http2Client(harness);
      provoke(client);
      t.equal(client.transport.state, 'destroyed', name);
      t.equal(harness.stat('downstream_rq_too_many_premature_resets'), 1);
      client.close();
      t.same(harness.gaugesInUse, []);
    }
  });

  await t.test('is thrown out when half of its requests were not meant', async (t) => {
    const runtime = { 'overload.premature_reset_total_stream_count': 4 };
    const harness = new ManagerHarness({ runtime });
    const client = new Http2Client(harness);
    for (const stream of [1, 3, 5]) {
      client.get(stream, '/');
      harness.respond(200);
    }
    cancelMany(client, 7, 2);
    t.equal(client.transport.state, 'open');
    cancelMany(client, 11, 1);
    t.equal(client.transport.state, 'destroyed');
  });

  await t.test('may take its time for it', async (t) => {
    const runtime = {
      'overload.premature_reset_total_stream_count': 2,
      'overload.premature_reset_min_stream_lifetime_seconds': 3,
    };
    const harness = new ManagerHarness({ runtime });
    const client = new Http2Client(harness);
    client.get(1, '/');
    harness.time.advance(4000);
    client.reset(1, CANCEL);
    t.equal(client.transport.state, 'open');
    client.get(3, '/');
    harness.time.advance(3000);
    client.reset(3, CANCEL);
    t.equal(client.transport.state, 'destroyed');
  });
});

t.test('a client that does not answer PING', async (t) => {
  const harness = new ManagerHarness({
    manager: {
      http2ProtocolOptions: {
        connectionKeepalive: { interval: '5s', timeout: '2s', intervalJitter: { value: 0 } },
      },
    },
  });
  const client = new Http2Client(harness);
  client.get(1, '/');
  harness.time.advance(5100);
  harness.time.advance(2100);
  t.equal(client.transport.state, 'destroyed');
  client.close();
  t.match(harness.takeLogged(), [
    { flags: 'DC', details: 'downstream_local_disconnect(http2_ping_timeout)' },
  ]);
  t.equal(harness.stat('downstream_cx_destroy_local'), 1);
  t.equal(harness.stat('downstream_cx_destroy_remote_active_rq'), 1);
});

t.test('the end of the process breaks every stream off', async (t) => {
  const harness = new ManagerHarness();
  const client = new Http2Client(harness);
  client.get(1, '/1');
  client.get(3, '/3');
  client.client.connection.breakOff();
  t.match(harness.takeLogged(), [{ flags: 'DC' }, { flags: 'DC' }]);
  t.equal(client.transport.state, 'destroyed');
  client.close();
  t.same(harness.gaugesInUse, []);
});
