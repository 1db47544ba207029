import t from 'tap';
import type { FilterHeadersStatus } from '#connection-manager/filter.ts';
import { headerMapsInUse } from '#http/header-pool.ts';
import { ResponseHeaders } from '#http/response-headers.ts';
import { headOf, ManagerHarness, requestHead } from './manager-harness.ts';
import type { FilterScript, ScriptedFilter } from './scripted-filter.ts';

const POST = requestHead('POST', '/', ['content-length: 4']);

t.test('requests pass the filters in order, responses in reverse', async (t) => {
  const harness = new ManagerHarness({ filters: { a: {}, b: {} } });
  const client = harness.connect();
  client.send(`${POST}body`);
  harness.respond(200, 'answer', [['content-length', '6']]);
  t.same(harness.takeSeen(), [
    'a decodeHeaders POST /',
    'b decodeHeaders POST /',
    'last decodeHeaders POST /',
    'a decodeData body end',
    'b decodeData body end',
    'last decodeData body end',
    'last encodeHeaders 200',
    'b encodeHeaders 200',
    'a encodeHeaders 200',
    'last encodeData answer end',
    'b encodeData answer end',
    'a encodeData answer end',
    'a onDestroy',
    'b onDestroy',
    'last onDestroy',
  ]);
  t.match(client.received(), /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nanswer$/s);
  t.same(harness.gaugesInUse, [
    'http.in.downstream_cx_active: 1',
    'http.in.downstream_cx_http1_active: 1',
  ]);
});

t.test('a filter that stops is continued from in both directions', async (t) => {
  let a: ScriptedFilter | undefined;
  const harness = new ManagerHarness({
    filters: {
      a: {
        decodeHeaders: (self) => {
          a = self;
          return 'stopAllIterationAndBuffer';
        },
        encodeHeaders: () => 'stopIteration',
        encodeData: () => 'stopIterationAndBuffer',
      },
    },
  });
  const client = harness.connect();
  client.send(`${POST}body`);
  t.same(harness.takeSeen(), ['a decodeHeaders POST /']);
  a?.stream.continueDecoding();
  t.same(harness.takeSeen(), [
    'last decodeHeaders POST /',
    'a decodeData body end',
    'last decodeData body end',
  ]);
  harness.respond(200, 'answer');
  t.equal(client.received(), '');
  t.equal(Buffer.concat([...(a?.stream.encodingBuffer ?? [])]).toString(), 'answer');
  a?.stream.continueEncoding();
  t.match(client.received(), /^HTTP\/1\.1 200 OK\r\n.*answer/s);
});

t.test('filters see data and trailers that others add', async (t) => {
  const harness = new ManagerHarness({
    filters: {
      a: {
        decodeHeaders: (self) => {
          self.stream.addDecodedData(Buffer.from('made'), false);
          return 'continue';
        },
        encodeData: (self, endStream) => {
          if (endStream) self.stream.addEncodedTrailers().append('x-made', '1');
          return 'continue';
        },
      },
    },
    manager: { httpProtocolOptions: { enableTrailers: true } },
  });
  const client = harness.connect();
  client.get();
  t.same(harness.takeSeen(), [
    'a decodeHeaders GET / end',
    'last decodeHeaders GET /',
    'last decodeData made end',
  ]);
  harness.respond(200, 'answer');
  t.match(client.received(), /\r\n\r\n6\r\nanswer\r\n0\r\nx-made: 1\r\n\r\n$/);
});

t.test('a local reply', async (t) => {
  const reply = { status: 403, body: 'no', details: 'because' };

  const answering = (world: () => ManagerHarness) => (self: ScriptedFilter) => {
    self.stream.sendLocalReply(reply);
    world().seen.push('b returns');
  };
  const inPhase = {
    decodeHeaders: (act: (self: ScriptedFilter) => void): FilterScript => ({
      decodeHeaders: (self) => {
        act(self);
        return 'stopIteration';
      },
    }),
    decodeData: (act: (self: ScriptedFilter) => void): FilterScript => ({
      decodeData: (self) => {
        act(self);
        return 'stopIterationNoBuffer';
      },
    }),
    decodeTrailers: (act: (self: ScriptedFilter) => void): FilterScript => ({
      decodeTrailers: (self) => {
        act(self);
        return 'stopIteration';
      },
    }),
  };

  for (const [phase, scriptOf] of Object.entries(inPhase)) {
    await t.test(`in ${phase} ends the way of the request and passes all filters`, async (t) => {
      const harness: ManagerHarness = new ManagerHarness({
        manager: { httpProtocolOptions: { enableTrailers: true } },
        filters: { a: {}, b: scriptOf(answering(() => harness)) },
      });
      const client = harness.connect();
      const head = requestHead('POST', '/', ['transfer-encoding: chunked']);
      t.match(
        client.send(`${head}3\r\nabc\r\n0\r\nx: 1\r\n\r\n`),
        /^HTTP\/1\.1 403 Forbidden\r\n.*\r\n\r\nno$/s,
      );
      const seen = harness.takeSeen();
      t.notOk(seen.some((line) => line.startsWith(`last ${phase}`)));
      t.same(seen.slice(seen.indexOf('b returns')), [
        'b returns',
        'last encodeHeaders 403',
        'b encodeHeaders 403',
        'a encodeHeaders 403',
        'last encodeData no end',
        'b encodeData no end',
        'a encodeData no end',
        'a onDestroy',
        'b onDestroy',
        'last onDestroy',
      ]);
      t.match(harness.takeLogged(), [{ status: 403, details: 'because', sent: 2 }]);
    });
  }

  await t.test('that comes later goes through the filters too', async (t) => {
    const harness = new ManagerHarness({ filters: { a: {} } });
    const client = harness.connect();
    client.get();
    harness.takeSeen();
    harness.terminal?.stream.sendLocalReply(reply);
    t.same(headOf(client.received()), [
      'HTTP/1.1 403 Forbidden',
      'content-length: 2',
      'content-type: text/plain',
    ]);
    t.same(harness.takeSeen().slice(0, 2), ['last encodeHeaders 403', 'a encodeHeaders 403']);
  });

  for (const status of ['stopIteration', 'stopAllIterationAndBuffer'] as FilterHeadersStatus[]) {
    await t.test(
      `in the place of a response that ${status} holds goes past the filters`,
      async (t) => {
        const harness = new ManagerHarness({
          filters: {
            a: { encodeHeaders: () => status, encodeData: () => 'stopIterationAndBuffer' },
          },
        });
        const client = harness.connect();
        client.get();
        harness.respond(200, 'held');
        t.equal(client.received(), '');
        harness.takeSeen();
        harness.terminal?.stream.sendLocalReply(reply);
        t.match(client.received(), /^HTTP\/1\.1 403 Forbidden\r\n.*\r\n\r\nno$/s);
        t.same(harness.takeSeen(), ['a onDestroy', 'last onDestroy']);
        t.match(harness.takeLogged(), [{ status: 403, details: 'because' }]);
      },
    );
  }

  await t.test('in encodeHeaders replaces the response', async (t) => {
    const harness = new ManagerHarness({
      filters: {
        a: {},
        b: {
          encodeHeaders: (self) => {
            self.stream.sendLocalReply(reply);
            return 'stopIteration';
          },
        },
      },
    });
    const client = harness.connect();
    client.get();
    harness.takeSeen();
    harness.respond(200);
    t.match(client.received(), /^HTTP\/1\.1 403 Forbidden\r\n.*\r\n\r\nno$/s);
    t.notOk(harness.takeSeen().includes('a encodeHeaders 200'));
  });

  await t.test('after the head of the response breaks the stream off', async (t) => {
    const harness = new ManagerHarness({
      filters: {
        a: {
          encodeData: (self) => {
            self.stream.sendLocalReply(reply);
            return 'stopIterationNoBuffer';
          },
        },
      },
    });
    const client = harness.connect();
    client.get();
    harness.respond(200, 'answer');
    const sent = client.received();
    t.match(sent, /^HTTP\/1\.1 200 OK\r\n/);
    t.notMatch(sent, /answer|403/);
    t.match(harness.takeLogged(), [{ status: 200, details: 'because' }]);
    t.equal(harness.stat('downstream_rq_tx_reset'), 1);
    t.equal(harness.stat('downstream_rq_rx_reset'), 1);
  });

  await t.test('is sent once, whatever else is asked for in the same call', async (t) => {
    const harness = new ManagerHarness({
      filters: {
        a: {
          decodeHeaders: (self) => {
            self.stream.sendLocalReply(reply);
            self.stream.sendLocalReply({ ...reply, status: 404 });
            self.stream.continueDecoding();
            self.stream.injectDecodedData(Buffer.from('x'), true);
            return 'stopIteration';
          },
        },
      },
    });
    const client = harness.connect();
    t.match(client.get(), /^HTTP\/1\.1 403 Forbidden\r\n/);
    t.notOk(harness.takeSeen().some((line) => line.startsWith('last decode')));
  });

  await t.test('before there are filters makes them, so that they see it', async (t) => {
    const harness = new ManagerHarness({ filters: { a: {} } });
    harness.connect().send('GET / HTTP/1.1\r\n\r\n');
    t.same(harness.takeSeen().slice(0, 2), [
      'last encodeHeaders 400 end',
      'a encodeHeaders 400 end',
    ]);
  });
});

t.test('too much of a request body that a filter buffers is answered with 413', async (t) => {
  const harness = new ManagerHarness({
    bufferLimitBytes: 10,
    filters: { a: { decodeData: () => 'stopIterationAndBuffer' } },
  });
  const client = harness.connect();
  const head = requestHead('POST', '/', ['content-length: 100']);
  t.equal(client.send(`${head}0123456789`), '');
  t.same(headOf(client.send('+')), [
    'HTTP/1.1 413 Payload Too Large',
    'content-length: 17',
    'content-type: text/plain',
    'connection: close',
  ]);
  t.match(harness.takeLogged(), [{ status: 413, details: 'request_payload_too_large' }]);
  t.equal(harness.stat('downstream_rq_too_large'), 1);
});

t.test('too much of a response body that a filter buffers', async (t) => {
  await t.test('with its head is answered with 500', async (t) => {
    const harness = new ManagerHarness({
      bufferLimitBytes: 5,
      filters: {
        a: {
          encodeHeaders: () => 'stopIteration',
          encodeData: () => 'stopIterationAndBuffer',
        },
      },
    });
    const client = harness.connect();
    client.get();
    harness.respond(200, 'answer');
    t.match(client.received(), /^HTTP\/1\.1 500 .*\r\n\r\nInternal Server Error$/s);
    t.match(harness.takeLogged(), [{ status: 500, details: 'response_payload_too_large' }]);
    t.equal(harness.stat('rs_too_large'), 1);
  });

  await t.test('after its head ends the connection', async (t) => {
    const harness = new ManagerHarness({
      bufferLimitBytes: 5,
      filters: { a: { encodeData: () => 'stopIterationAndBuffer' } },
    });
    const client = harness.connect();
    client.get();
    harness.respond(200, 'answer');
    t.notMatch(client.received(), /answer/);
    t.match(harness.takeLogged(), [{ status: 200, details: 'response_payload_too_large' }]);
  });
});

t.test('a filter that streams pauses its source instead', async (t) => {
  const harness = new ManagerHarness({
    bufferLimitBytes: 10,
    filters: { a: { decodeData: () => 'stopIterationAndWatermark' } },
  });
  const client = harness.connect();
  const head = requestHead('POST', '/', ['content-length: 100']);
  client.send(`${head}0123456789`);
  t.equal(client.transport.isReading, true);
  client.send('+');
  t.equal(client.transport.isReading, false);
  t.equal(harness.stat('downstream_flow_control_paused_reading_total'), 1);
});

t.test('a 1xx response passes the filters, and one of them may hold it', async (t) => {
  let release: (() => void) | undefined;
  const harness = new ManagerHarness({
    manager: { proxy100Continue: true },
    filters: {
      a: {
        encode1xxHeaders: (self) => {
          release = () => self.stream.continueEncoding();
          return 'stopIteration';
        },
      },
    },
  });
  const client = harness.connect();
  client.get('/', 'expect: 100-continue');
  const { stream } = harness.terminal ?? {};
  const headers = new ResponseHeaders();
  headers.status = 103;
  headers.append('link', '</a>');
  stream?.encode1xxHeaders(headers);
  headers.clear();
  t.equal(client.received(), '');
  release?.();
  t.match(client.received(), /^HTTP\/1\.1 103 .*\r\nlink: <\/a>\r\n/s);
  harness.respond(200);
  t.match(client.received(), /^HTTP\/1\.1 200 OK/);
});

t.test('a route turns filters off and on', async (t) => {
  const off = { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true };
  const harness = new ManagerHarness({
    filters: { a: {}, b: {} },
    routes: [
      {
        match: { prefix: '/off' },
        route: { cluster: 'backend' },
        typedPerFilterConfig: { a: off },
      },
      { match: { prefix: '/' }, route: { cluster: 'backend' } },
    ],
  });
  harness.connect().get('/off');
  t.same(harness.takeSeen(), ['b decodeHeaders GET /off end', 'last decodeHeaders GET /off end']);
  harness.connect().get('/on');
  t.same(harness.takeSeen()[0], 'a decodeHeaders GET /on end');
});

t.test('a client that leaves destroys the filters after the log line', async (t) => {
  const before = headerMapsInUse();
  const harness = new ManagerHarness({ filters: { a: { decodeHeaders: () => 'stopIteration' } } });
  const client = harness.connect();
  client.get();
  t.equal(harness.logged.length, 0);
  client.close();
  t.same(harness.takeSeen(), ['a decodeHeaders GET / end', 'a onDestroy', 'last onDestroy']);
  t.match(harness.takeLogged(), [
    { status: 0, details: 'downstream_remote_disconnect', flags: 'DC' },
  ]);
  t.equal(headerMapsInUse(), before);
  t.same(harness.gaugesInUse, []);
  t.equal(harness.time.wheel.size, 0);
});
