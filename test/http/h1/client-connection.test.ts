import t from 'tap';
import type { HeaderKeyFormat } from '#http/protocol-options.ts';
import { ClientHarness, requestOf } from './client-harness.ts';
import { trailersOf } from './server-harness.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

t.test('one exchange after the other uses the connection', async (t) => {
  const harness = new ClientHarness();
  for (let count = 1; count <= 3; count++) {
    harness.ask();
    harness.feed(OK);
    t.equal(harness.last.body, 'ok');
    t.equal(harness.last.isComplete, true);
    t.equal(harness.ends.length, count);
  }
  t.same(harness.ends, ['reusable', 'reusable', 'reusable']);
  t.equal(harness.transport.sent, 'GET / HTTP/1.1\r\nhost: example.test\r\n\r\n'.repeat(3));
});

/** A response, and what is heard of it: status, body, and how its exchange ends. */
const RESPONSES: readonly (readonly [
  name: string,
  method: string,
  bytes: string,
  start: string,
  body: string,
  end: string,
])[] = [
  ['a length', 'GET', OK, '200', 'ok', 'reusable'],
  ['a length of 0', 'GET', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', '200', '', 'reusable'],
  [
    'chunks',
    'GET',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    '200',
    'ok',
    'reusable',
  ],
  ['204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', '204', '', 'reusable'],
  [
    '204 with a length of 0',
    'GET',
    'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n',
    '204',
    '',
    'reusable',
  ],
  [
    '304 with a length',
    'GET',
    'HTTP/1.1 304 X\r\ncontent-length: 9\r\n\r\n',
    '304',
    '',
    'reusable',
  ],
  [
    '304 with a coding',
    'GET',
    'HTTP/1.1 304 X\r\ntransfer-encoding: chunked\r\n\r\n',
    '304',
    '',
    'reusable',
  ],
  [
    'a length for HEAD',
    'HEAD',
    'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n',
    '200',
    '',
    'reusable',
  ],
  ['nothing for HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\n\r\n', '200', '', 'reusable'],
  [
    'connection: close',
    'GET',
    'HTTP/1.1 200 OK\r\nconnection: X, Close\r\ncontent-length: 2\r\n\r\nok',
    '200',
    'ok',
    'last',
  ],
  ['HTTP/1.0', 'GET', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', '200', 'ok', 'last'],
  [
    'HTTP/1.0 and keep-alive',
    'GET',
    'HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 2\r\n\r\nok',
    '200',
    'ok',
    'reusable',
  ],
  [
    'an empty reason',
    'GET',
    'HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok',
    '200',
    'ok',
    'reusable',
  ],
  ['no reason', 'GET', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok', '200', 'ok', 'reusable'],
  ['status 999', 'GET', 'HTTP/1.1 999 X\r\ncontent-length: 2\r\n\r\nok', '999', 'ok', 'reusable'],
  [
    'interim responses, some of them unknown',
    'GET',
    `HTTP/1.1 100 C\r\n\r\nHTTP/1.1 199 X\r\n\r\nHTTP/1.1 103 E\r\nlink: a\r\n\r\n${OK}`,
    '200',
    'ok',
    'reusable',
  ],
];

for (const [name, method, bytes, start, body, end] of RESPONSES) {
  t.test(`a response with ${name}`, async (t) => {
    const harness = new ClientHarness();
    harness.ask(method);
    harness.feed(bytes);
    t.equal(harness.last.start, start);
    t.equal(harness.last.body, body);
    t.equal(harness.last.isComplete, true);
    t.same(harness.ends, [end]);
    t.equal(harness.protocolErrors, 0);
  });
}

t.test('interim responses are passed on where they mean something', async (t) => {
  const harness = new ClientHarness();
  harness.ask();
  harness.feed('HTTP/1.1 100 C\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 199 X\r\n\r\n');
  t.same(harness.last.interim, [100, 102]);
  t.equal(harness.last.start, '');
});

const REFUSED: readonly (readonly [name: string, bytes: string])[] = [
  ['garbage', 'garbage\r\n\r\n'],
  ['an empty line before it', `\r\n${OK}`],
  ['another protocol', 'ICY 200 OK\r\n\r\n'],
  ['HTTP/0.9', 'HTTP/0.9 200 OK\r\n\r\n'],
  ['HTTP/1.2', 'HTTP/1.2 200 OK\r\n\r\n'],
  ['HTTP/2.0', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
  ['no number', 'HTTP/1.1 2o0 OK\r\n\r\n'],
  ['status 0', 'HTTP/1.1 000 OK\r\n\r\n'],
  ['two spaces', 'HTTP/1.1  200 OK\r\n\r\n'],
  ['a control octet in the reason', 'HTTP/1.1 200 O\0K\r\n\r\n'],
  ['bare LF', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
  ['a bare CR', 'HTTP/1.1 200 OK\r\nx: a\rb\r\n\r\n'],
  ['a folded field', 'HTTP/1.1 200 OK\r\nx: a\r\n b\r\n\r\n'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nx : a\r\n\r\n'],
  ['both framings', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n'],
  ['a coding that is not chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n'],
  ['chunked twice', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, chunked\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok'],
  ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok'],
  ['a coding in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a length in 204', 'HTTP/1.1 204 N\r\ncontent-length: 2\r\n\r\nok'],
  ['a coding in 204', 'HTTP/1.1 204 N\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a length in 103', `HTTP/1.1 103 E\r\ncontent-length: 2\r\n\r\n${OK}`],
  ['a coding in 100', `HTTP/1.1 100 C\r\ntransfer-encoding: chunked\r\n\r\n${OK}`],
  ['101 that nobody asked for', 'HTTP/1.1 101 S\r\nupgrade: websocket\r\n\r\n'],
  ['too many fields', `HTTP/1.1 200 OK\r\n${'x: 1\r\n'.repeat(101)}\r\n`],
  ['too large a head', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(90_000)}\r\n\r\n`],
];

for (const [name, bytes] of REFUSED) {
  t.test(`a response with ${name} is refused before anything of it is passed on`, async (t) => {
    const harness = new ClientHarness();
    harness.ask();
    harness.feed(bytes);
    t.match(harness.last.failure, /^protocolError: /);
    t.equal(harness.last.start, '');
    t.equal(harness.protocolErrors, 1);
    t.equal(harness.transport.state, 'destroyed');
    t.same(harness.ends, []);
  });
}

t.test('a body that ends before its time is an error, however it ends', async (t) => {
  const heads = [
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n0\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length',
  ];
  for (const bytes of heads) {
    for (const ending of ['feedEnd', 'close'] as const) {
      const harness = new ClientHarness();
      harness.ask();
      harness.feed(bytes);
      harness.transport[ending]();
      t.equal(harness.last.failure, 'protocolError: prematureEnd', `${ending} of ${bytes}`);
      t.equal(harness.last.isComplete, false);
      t.equal(harness.protocolErrors, 1);
    }
  }
});

t.test('nothing of a response is no error of the protocol', async (t) => {
  for (const bytes of ['', 'HTTP/1.1 100 Continue\r\n\r\n']) {
    const harness = new ClientHarness();
    harness.ask();
    if (bytes !== '') harness.feed(bytes);
    harness.transport.feedEnd();
    harness.transport.close();
    t.equal(harness.last.failure, 'connectionTermination: closed');
    t.equal(harness.protocolErrors, 0);
  }
});

t.test('a body without framing ends with the connection, but not with a reset', async (t) => {
  const bytes = 'HTTP/1.1 200 OK\r\n\r\nhello';
  const ended = new ClientHarness();
  ended.ask();
  ended.feed(bytes);
  t.equal(ended.last.isComplete, false);
  ended.transport.feedEnd();
  t.equal(ended.last.isComplete, true);
  t.equal(ended.last.body, 'hello');
  t.same(ended.ends, ['last']);

  const reset = new ClientHarness();
  reset.ask();
  reset.feed(bytes);
  reset.transport.close('ECONNRESET');
  t.equal(reset.last.isComplete, false);
  t.equal(reset.last.failure, 'connectionTermination: closed');
});

t.test('bytes that no request asked for end the connection', async (t) => {
  const idle = new ClientHarness();
  idle.feed('HTTP/1.1 200 OK\r\n\r\n');
  t.equal(idle.protocolErrors, 1);
  t.equal(idle.transport.state, 'destroyed');

  for (const more of ['x', OK]) {
    const harness = new ClientHarness();
    harness.ask();
    harness.feed(OK + more);
    t.equal(harness.last.body, 'ok', 'the response before them is whole');
    t.equal(harness.last.failure, undefined);
    t.equal(harness.protocolErrors, 1);
    t.equal(harness.transport.state, 'destroyed');
  }
});

t.test('a response before the end of the request leaves the connection useless', async (t) => {
  const harness = new ClientHarness();
  const encoder = harness.ask('POST', [['content-length', '5']], false);
  encoder.encodeData(Buffer.from('he'), false);
  harness.feed(OK);
  t.equal(harness.last.isComplete, true);
  t.same(harness.ends, ['requestIncomplete']);
  harness.settle();
  const before = harness.transport.sent;
  encoder.encodeData(Buffer.from('llo'), true);
  harness.settle();
  t.equal(harness.transport.sent, before, 'the rest is not sent');
});

t.test('a request that is shorter than it said takes its connection with it', async (t) => {
  const harness = new ClientHarness();
  const encoder = harness.ask('POST', [['content-length', '5']], false);
  encoder.encodeData(Buffer.from('he'), true);
  t.equal(harness.transport.state, 'destroyed');
  t.match(harness.last.failure, /^localReset: /);
});

t.test('trailers of a response', async (t) => {
  const bytes =
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 9\r\ncontent-length: 3\r\n\r\n';
  const harness = new ClientHarness();
  harness.ask();
  harness.feed(bytes);
  t.same(harness.last.trailers, [['x-sum', '9']]);
  const without = new ClientHarness({ enableTrailers: false });
  without.ask();
  without.feed(bytes);
  t.equal(without.last.trailers, undefined);
  t.equal(without.last.isComplete, true);
});

t.test('repeated fields of a response are joined where Envoy joins them', async (t) => {
  const harness = new ClientHarness();
  harness.ask();
  harness.feed(
    'HTTP/1.1 200 OK\r\nvary: a\r\nset-cookie: a=1\r\nVary: b\r\nset-cookie: b=2\r\ncontent-length: 0\r\n\r\n',
  );
  t.same(harness.last.fields, [
    ['vary', 'a,b'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
    ['content-length', '0'],
  ]);
});

t.test('a tunnel carries bytes until the connection ends', async (t) => {
  const upgrade = new ClientHarness();
  const encoder = upgrade.ask(
    'GET',
    [
      ['connection', 'upgrade'],
      ['upgrade', 'websocket'],
    ],
    false,
  );
  upgrade.feed(
    'HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
  );
  t.equal(upgrade.last.start, '101');
  t.equal(upgrade.last.body, 'HTTP/1.1 200 OK\r\n\r\n');
  encoder.encodeData(Buffer.from('ping'), false);
  upgrade.settle();
  t.match(upgrade.transport.sent, /\r\n\r\nping$/);
  upgrade.transport.feedEnd();
  upgrade.transport.close();
  t.equal(upgrade.last.failure, 'connectionTermination: closed');
  t.same(upgrade.ends, []);

  const connect = new ClientHarness();
  connect.ask('CONNECT', [], false);
  t.equal(connect.transport.sent, 'CONNECT example.test HTTP/1.1\r\nhost: example.test\r\n\r\n');
  connect.feed('HTTP/1.1 200 OK\r\n\r\nbytes');
  t.equal(connect.last.body, 'bytes');

  const declined = new ClientHarness();
  declined.ask('CONNECT', [], false);
  declined.feed('HTTP/1.1 403 F\r\ncontent-length: 2\r\n\r\nno');
  t.equal(declined.last.body, 'no');
  t.same(declined.ends, ['requestIncomplete']);
});

t.test('requests are framed by their method and body', async (t) => {
  const sentFor = (method: string): string => {
    const harness = new ClientHarness();
    harness.ask(method);
    return harness.transport.sent;
  };
  for (const method of ['GET', 'HEAD', 'DELETE', 'TRACE']) {
    t.equal(sentFor(method), `${method} / HTTP/1.1\r\nhost: example.test\r\n\r\n`);
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'OPTIONS', 'LOCK', 'ANY']) {
    t.equal(
      sentFor(method),
      `${method} / HTTP/1.1\r\nhost: example.test\r\ncontent-length: 0\r\n\r\n`,
    );
  }

  const chunked = new ClientHarness();
  const encoder = chunked.ask('POST', [['x-a', 'b']], false);
  encoder.encodeData(Buffer.from('hello'), false);
  encoder.encodeData(Buffer.from(' world'), false);
  encoder.encodeTrailers(trailersOf(['x-sum', '9']));
  chunked.settle();
  t.equal(
    chunked.transport.sent,
    'POST / HTTP/1.1\r\nhost: example.test\r\nx-a: b\r\ntransfer-encoding: chunked\r\n\r\n' +
      '5\r\nhello\r\n6\r\n world\r\n0\r\nx-sum: 9\r\n\r\n',
  );
});

t.test('requests are written as the cluster wants them', async (t) => {
  const absolute = new ClientHarness({ sendFullyQualifiedUrl: true });
  absolute.ask();
  t.equal(
    absolute.transport.sent,
    'GET http://example.test/ HTTP/1.1\r\nhost: example.test\r\n\r\n',
  );
  const proper = new ClientHarness({ headerKeyFormat: { kind: 'proper_case_words' } });
  proper.ask('POST', [['x-request-id', '1']]);
  t.equal(
    proper.transport.sent,
    'POST / HTTP/1.1\r\nHost: example.test\r\nX-Request-Id: 1\r\nContent-Length: 0\r\n\r\n',
  );
});

t.test('a response keeps its spelling and reason phrase where that is wanted', async (t) => {
  const headerKeyFormat: HeaderKeyFormat = {
    kind: 'preserve_case',
    forwardReasonPhrase: true,
    ownHeaders: 'proper_case_words',
  };
  const harness = new ClientHarness({ headerKeyFormat });
  harness.ask();
  harness.feed('HTTP/1.1 200 Fine\r\nX-ABC: 1\r\nx-d: 2\r\nContent-length: 0\r\n\r\n');
  const { headers } = harness.last;
  headers?.append('x-own', '3');
  t.equal(headers?.toHttp1Lines(), 'X-ABC: 1\r\nx-d: 2\r\nContent-length: 0\r\nX-Own: 3\r\n');
  t.equal(headers?.casing?.reasonPhrase, 'Fine');
});

t.test('a length beside chunks is forgotten where that is allowed', async (t) => {
  const harness = new ClientHarness({ allowChunkedLength: true });
  harness.ask();
  harness.feed(
    'HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  );
  t.equal(harness.last.body, 'ok');
  t.same(harness.last.fields, []);
});

t.test('a stream’s pauses end with it', async (t) => {
  const harness = new ClientHarness();
  const encoder = harness.ask();
  encoder.readDisable(true);
  encoder.readDisable(true);
  encoder.readDisable(false);
  t.equal(harness.transport.isReading, false);
  harness.feed(OK);
  t.equal(harness.transport.isReading, true);
  harness.ask().readDisable(true);
  t.equal(harness.transport.isReading, false, 'the count is back at zero');
});

t.test('a body is read in bulk if it is a large one, and only while it lasts', async (t) => {
  const harness = new ClientHarness();
  harness.ask();
  harness.feed('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
  t.equal(harness.transport.isBulk, true);
  harness.feed('x'.repeat(100_000));
  t.equal(harness.transport.isBulk, false);
  harness.ask();
  harness.feed('HTTP/1.1 200 OK\r\n\r\n');
  t.equal(harness.transport.isBulk, false);
  harness.feed('x'.repeat(16_385));
  t.equal(harness.transport.isBulk, true);
  harness.transport.feedEnd();
  t.equal(harness.transport.isBulk, false);
});

t.test(
  'giving an exchange up ends the connection, and its stream hears nothing more',
  async (t) => {
    const harness = new ClientHarness();
    const encoder = harness.ask();
    harness.feed('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe');
    encoder.resetStream('localReset');
    t.equal(harness.transport.state, 'destroyed');
    harness.transport.close();
    t.equal(harness.last.failure, undefined);
    t.equal(harness.last.body, 'he');
  },
);

t.test('headers that are set in a request are written in its order', async (t) => {
  const headers = requestOf('GET', '/', [
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ]);
  headers.set('b', '4');
  headers.remove('a');
  t.equal(headers.toHttp1Lines(), 'b: 4\r\nc: 3\r\n');
});

t.test('an exchange is told of what the one before left unsent', async (t) => {
  const harness = new ClientHarness();
  harness.transport.isStuck = true;
  const encoder = harness.ask('POST', [['content-length', '100000']], false);
  encoder.encodeData(Buffer.alloc(100_000), true);
  harness.settle();
  t.equal(harness.last.highWatermarks, 1);
  harness.feed(OK);
  harness.ask();
  t.equal(harness.last.highWatermarks, 1);
  harness.transport.drain();
  t.equal(harness.last.lowWatermarks, 1);
  t.equal(harness.responses[0]?.lowWatermarks, 0);
});
