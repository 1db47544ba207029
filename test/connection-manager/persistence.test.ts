import t from 'tap';
import { headerMapsInUse } from '#http/header-pool.ts';
import { headOf, ManagerHarness, requestHead } from './manager-harness.ts';

const CLOSE = 'connection: close';

t.test('a connection serves one request after the other', async (t) => {
  const harness = new ManagerHarness();
  const client = harness.connect();
  for (const path of ['/1', '/2', '/3']) {
    client.get(path);
    harness.respond(200);
    t.notOk(headOf(client.received()).includes(CLOSE));
  }
  t.equal(harness.stat('downstream_rq_total'), 3);
  t.equal(harness.stat('downstream_cx_http1_total'), 1);
  t.equal(client.transport.state, 'open');
});

t.test('requests that are sent ahead wait for their turn', async (t) => {
  const harness = new ManagerHarness();
  const client = harness.connect();
  client.send(requestHead('GET', '/1') + requestHead('GET', '/2') + requestHead('GET', '/3'));
  t.same(harness.takeSeen(), ['last decodeHeaders GET /1 end']);
  harness.respond(200);
  t.same(harness.takeSeen().at(-1), 'last decodeHeaders GET /2 end');
  harness.respond(200);
  t.same(harness.takeSeen().at(-1), 'last decodeHeaders GET /3 end');
});

t.test('a client that asks for it gets its connection closed at once', async (t) => {
  for (const field of ['Connection: close', 'connection: foo, Close', 'proxy-connection: close']) {
    const harness = new ManagerHarness();
    const client = harness.connect();
    client.get('/', field);
    harness.respond(200);
    t.ok(headOf(client.received()).includes(CLOSE), field);
    t.equal(client.transport.state, 'destroyed', field);
  }
});

t.test('a connection that closes takes no further request', async (t) => {
  const harness = new ManagerHarness();
  const client = harness.connect();
  client.send(requestHead('GET', '/1', ['connection: close']) + requestHead('GET', '/2'));
  harness.respond(200);
  t.equal(harness.stat('downstream_rq_total'), 1);
});

t.test('HTTP/1.0', async (t) => {
  const manager = { httpProtocolOptions: { accept_http_10: true } };
  const head = (fields: string): string => `GET / HTTP/1.0\r\nhost: a\r\n${fields}\r\n`;

  await t.test('is refused unless enabled', async (t) => {
    const harness = new ManagerHarness();
    const client = harness.connect();
    t.match(client.send(head('')), /^HTTP\/1\.. 426 Upgrade Required\r\n/);
    t.match(harness.takeLogged(), [{ status: 426, details: 'low_version' }]);
  });

  await t.test('closes after the answer', async (t) => {
    const harness = new ManagerHarness({ manager });
    const client = harness.connect();
    client.send(head(''));
    harness.respond(200, 'ok', [['content-length', '2']]);
    t.ok(headOf(client.received()).includes(CLOSE));
    t.equal(client.transport.state, 'destroyed');
  });

  await t.test('stays open for keep-alive, and says so', async (t) => {
    const harness = new ManagerHarness({ manager });
    const client = harness.connect();
    client.send(head('connection: keep-alive\r\n'));
    harness.respond(200, 'ok', [['content-length', '2']]);
    t.ok(headOf(client.received()).includes('connection: keep-alive'));
    t.equal(client.transport.state, 'open');
  });

  await t.test('without a length ends the body with the connection', async (t) => {
    const harness = new ManagerHarness({ manager });
    const client = harness.connect();
    client.send(head('connection: keep-alive\r\n'));
    harness.respond(200, 'ok');
    const sent = client.received();
    t.ok(headOf(sent).includes(CLOSE));
    t.match(sent, /\r\n\r\nok$/);
    t.equal(client.transport.state, 'destroyed');
  });
});

t.test('max_requests_per_connection closes with the last one', async (t) => {
  const harness = new ManagerHarness({
    manager: { commonHttpProtocolOptions: { maxRequestsPerConnection: 2 } },
  });
  const client = harness.connect();
  client.get();
  harness.respond(200);
  t.notOk(headOf(client.received()).includes(CLOSE));
  client.get();
  harness.respond(200);
  t.ok(headOf(client.received()).includes(CLOSE));
  t.equal(client.transport.state, 'destroyed');
  t.equal(harness.stat('downstream_cx_max_requests_reached'), 1);
});

t.test('an answer before the end of the request', async (t) => {
  const post = requestHead('POST', '/', ['content-length: 10']);

  await t.test('closes, but lets the client finish', async (t) => {
    const harness = new ManagerHarness();
    const client = harness.connect();
    client.send(`${post}some`);
    harness.respond(200, 'early', [['content-length', '5']]);
    t.ok(headOf(client.received()).includes(CLOSE));
    t.equal(client.transport.state, 'open');
    t.equal(harness.stat('downstream_rq_response_before_rq_complete'), 1);
    t.equal(harness.stat('downstream_rq_rx_reset'), 1);
    t.equal(client.send('other!'), '', 'what still comes is dropped');
    t.same(harness.stat('downstream_cx_rx_bytes_total'), post.length + 4);
    harness.time.advance(1010);
    t.equal(client.transport.state, 'destroyed');
    t.equal(harness.stat('downstream_cx_delayed_close_timeout'), 1);
    client.close();
    t.equal(harness.stat('downstream_cx_destroy_local'), 1);
  });

  await t.test('and a client that closes meanwhile closes for both', async (t) => {
    const harness = new ManagerHarness();
    const client = harness.connect();
    client.send(`${post}some`);
    harness.respond(200);
    client.transport.feedEnd();
    t.equal(client.transport.state, 'destroyed');
    client.close();
    t.equal(harness.stat('downstream_cx_destroy_remote'), 1);
    t.equal(harness.stat('downstream_cx_delayed_close_timeout'), 0);
    t.same(harness.gaugesInUse, []);
    t.equal(harness.time.wheel.size, 0);
  });

  await t.test('without a delay closes as soon as it is sent', async (t) => {
    const harness = new ManagerHarness({ manager: { delayedCloseTimeout: '0s' } });
    const client = harness.connect();
    client.send(`${post}some`);
    harness.respond(200);
    t.equal(client.transport.state, 'destroyed');
  });

  await t.test('to a client that reads slowly waits while it reads', async (t) => {
    const harness = new ManagerHarness();
    const client = harness.connect();
    client.transport.isStuck = true;
    client.send(`${post}some`);
    harness.respond(200, 'x'.repeat(50));
    client.transport.queuedBytes = 200;
    harness.time.advance(900);
    client.transport.drain(100);
    harness.time.advance(200);
    t.equal(client.transport.state, 'open', 'some was taken');
    harness.time.advance(1010);
    t.equal(client.transport.state, 'destroyed', 'then nothing any more');
  });
});

t.test('a connection that waits to be closed after its last bytes are sent', async (t) => {
  const harness = new ManagerHarness();
  const client = harness.connect();
  client.get('/', 'connection: close');
  client.transport.isStuck = true;
  harness.respond(200, 'x'.repeat(50));
  t.equal(client.transport.state, 'open');
  client.transport.isStuck = false;
  client.transport.drain();
  t.equal(client.transport.state, 'destroyed');
});

t.test('idle_timeout', async (t) => {
  const manager = { commonHttpProtocolOptions: { idleTimeout: '10s' }, drainTimeout: '2s' };

  await t.test('closes at once a connection that never said anything', async (t) => {
    const harness = new ManagerHarness({ manager });
    const client = harness.connect();
    harness.time.advance(9_990);
    t.equal(client.transport.state, 'open');
    harness.time.advance(20);
    t.equal(client.transport.state, 'destroyed');
    t.equal(harness.stat('downstream_cx_idle_timeout'), 1);
    t.equal(harness.stat('downstream_cx_http1_total'), 0);
    client.close();
    t.same(harness.gaugesInUse, []);
  });

  await t.test('gives others the drain time, then the delayed close', async (t) => {
    const harness = new ManagerHarness({ manager });
    const client = harness.connect();
    client.get();
    harness.respond(200);
    harness.time.advance(10_010);
    t.equal(harness.stat('downstream_cx_idle_timeout'), 1);
    client.get();
    harness.respond(200);
    t.ok(headOf(client.received()).includes(CLOSE), 'a request meanwhile is told');
    harness.time.advance(3_020);
    t.equal(client.transport.state, 'destroyed');
    t.equal(harness.stat('downstream_cx_delayed_close_timeout'), 1);
  });

  await t.test('is not for connections with a request', async (t) => {
    const harness = new ManagerHarness({ manager });
    const client = harness.connect();
    client.get();
    harness.time.advance(60_000);
    t.equal(harness.stat('downstream_cx_idle_timeout'), 0);
    harness.respond(200);
    harness.time.advance(9_900);
    t.equal(harness.stat('downstream_cx_idle_timeout'), 0);
    harness.time.advance(120);
    t.equal(harness.stat('downstream_cx_idle_timeout'), 1);
    t.equal(client.isClosed, false);
  });
});

t.test('max_connection_duration lets the present request finish', async (t) => {
  const harness = new ManagerHarness({
    manager: {
      commonHttpProtocolOptions: { maxConnectionDuration: '10s' },
      drainTimeout: '2s',
    },
  });
  const client = harness.connect();
  client.get();
  harness.time.advance(10_010);
  t.equal(harness.stat('downstream_cx_max_duration_reached'), 1);
  harness.time.advance(5_000);
  t.equal(client.transport.state, 'open');
  harness.respond(200);
  t.ok(headOf(client.received()).includes(CLOSE));
  harness.time.advance(1_020);
  t.equal(client.transport.state, 'destroyed');
});

t.test('while the listener drains, answers end their connections', async (t) => {
  await t.test('at once when health checks are failed, until they are not', async (t) => {
    const harness = new ManagerHarness();
    harness.drain.failHealthChecks(true);
    const client = harness.connect();
    client.get();
    harness.respond(200);
    t.ok(headOf(client.received()).includes(CLOSE));
    t.equal(client.transport.state, 'open', 'the client is given drain_timeout to close');
    t.equal(harness.stat('downstream_cx_drain_close'), 1);
    harness.time.advance(6_020);
    t.equal(client.transport.state, 'destroyed');
    harness.drain.failHealthChecks(false);
    const other = harness.connect();
    other.get();
    harness.respond(200);
    t.notOk(headOf(other.received()).includes(CLOSE));
  });

  await t.test('gradually: none in the beginning, all at the end', async (t) => {
    const harness = new ManagerHarness();
    harness.drain.start('gradual', 100_000);
    const countClosing = (): number => {
      let closing = 0;
      for (let turn = 0; turn < 200; turn++) {
        const client = harness.connect();
        client.get();
        harness.respond(200);
        if (headOf(client.received()).includes(CLOSE)) closing++;
        client.close();
      }
      return closing;
    };
    t.equal(countClosing(), 0);
    harness.time.advance(50_000);
    const half = countClosing();
    t.ok(half > 60 && half < 140, String(half));
    harness.time.advance(50_000);
    t.equal(countClosing(), 200);
  });

  await t.test('immediately if that is the strategy', async (t) => {
    const harness = new ManagerHarness();
    harness.drain.start('immediate', 100_000);
    const client = harness.connect();
    client.get();
    harness.respond(200);
    t.ok(headOf(client.received()).includes(CLOSE));
  });
});

t.test('bad requests', async (t) => {
  await t.test('are answered, and the connection is closed with a delay', async (t) => {
    const harness = new ManagerHarness();
    const client = harness.connect();
    const sent = client.send('GET / HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\nGET /smuggled');
    t.match(sent, /^HTTP\/1\.1 400 Bad Request\r\n.*connection: close\r\n/s);
    t.match(harness.takeLogged(), [{ status: 400, details: 'http1.codec_error', flags: 'DPE' }]);
    t.equal(harness.stat('downstream_cx_protocol_error'), 1);
    t.equal(client.transport.state, 'open');
    harness.time.advance(1_010);
    t.equal(client.transport.state, 'destroyed');
  });

  await t.test('within a body after the head of the answer break it off', async (t) => {
    const harness = new ManagerHarness();
    const client = harness.connect();
    client.send(`${requestHead('POST', '/', ['transfer-encoding: chunked'])}3\r\nabc\r\n`);
    const { stream } = harness.terminal ?? {};
    const { acquireResponseHeaders } = await import('#http/header-pool.ts');
    const headers = acquireResponseHeaders();
    headers.status = 200;
    stream?.encodeHeaders(headers, false, 'via_upstream');
    client.send('zz\r\n');
    t.match(harness.takeLogged(), [{ status: 200, details: 'http1.codec_error', flags: 'DPE' }]);
    t.same(harness.gaugesInUse.length, 2);
  });
});

t.test('clients that leave at any moment leave nothing behind', async (t) => {
  const before = headerMapsInUse();
  const harness = new ManagerHarness();
  const message = `${requestHead('POST', '/', ['transfer-encoding: chunked'])}3\r\nabc\r\n0\r\n\r\n`;
  for (let length = 0; length <= message.length; length++) {
    const client = harness.connect();
    client.send(message.substring(0, length));
    client.transport.feedEnd();
    client.close(length % 2 === 0 ? undefined : 'ECONNRESET');
  }
  t.same(harness.gaugesInUse, []);
  t.equal(harness.time.wheel.size, 0);
  t.equal(headerMapsInUse(), before);
  t.equal(harness.stat('downstream_cx_total'), message.length + 1);
});
