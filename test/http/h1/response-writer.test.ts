import t from 'tap';
import type { Http1ServerOptions } from '#http/h1/server-options.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { responseOf, ServerHarness, trailersOf } from './server-harness.ts';

type Fields = readonly (readonly [string, string])[];

interface Answer {
  readonly status: number;
  readonly fields?: Fields;
  /** Pieces of the body; none: the head ends the stream. */
  readonly body?: readonly string[];
  readonly trailers?: HeaderMap;
}

function write(
  request: string,
  { status, fields = [], body, trailers }: Answer,
  options: Partial<Http1ServerOptions> = {},
): { sent: string; harness: ServerHarness } {
  const harness = new ServerHarness(options);
  harness.feed(`${request}\r\nhost: a\r\n\r\n`);
  const { encoder } = harness.last;
  encoder.encodeHeaders(responseOf(status, fields), body === undefined);
  body?.forEach((piece, index) => {
    const isLast = index === body.length - 1 && trailers === undefined;
    encoder.encodeData(Buffer.from(piece, 'latin1'), isLast);
  });
  if (trailers !== undefined) encoder.encodeTrailers(trailers);
  harness.settle();
  return { sent: harness.transport.sent, harness };
}

const LENGTH_2: Fields = [['content-length', '2']];

const CASES: readonly (readonly [name: string, request: string, answer: Answer, sent: string])[] = [
  [
    'a known length',
    'GET / HTTP/1.1',
    { status: 200, fields: LENGTH_2, body: ['o', 'k'] },
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  ],
  [
    'no length: chunks',
    'GET / HTTP/1.1',
    { status: 200, body: ['hello', '', ' world', ''] },
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n',
  ],
  [
    'no body',
    'GET / HTTP/1.1',
    { status: 200, fields: [['x-a', 'b']] },
    'HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 0\r\n\r\n',
  ],
  [
    '204, which has neither length nor coding',
    'GET / HTTP/1.1',
    { status: 204, fields: [['content-length', '0']] },
    'HTTP/1.1 204 No Content\r\n\r\n',
  ],
  [
    '204 with a body all the same',
    'GET / HTTP/1.1',
    { status: 204, fields: LENGTH_2, body: ['ok'] },
    'HTTP/1.1 204 No Content\r\n\r\n',
  ],
  ['304', 'GET / HTTP/1.1', { status: 304 }, 'HTTP/1.1 304 Not Modified\r\n\r\n'],
  [
    '304 with the length of what was not modified',
    'GET / HTTP/1.1',
    { status: 304, fields: LENGTH_2 },
    'HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n',
  ],
  [
    'HEAD with a length',
    'HEAD / HTTP/1.1',
    { status: 200, fields: LENGTH_2 },
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n',
  ],
  [
    'HEAD without one',
    'HEAD / HTTP/1.1',
    { status: 200 },
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
  ],
  [
    'HEAD with a body all the same',
    'HEAD / HTTP/1.1',
    { status: 200, fields: LENGTH_2, body: ['ok'] },
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n',
  ],
  ['HEAD answered with 204', 'HEAD / HTTP/1.1', { status: 204 }, 'HTTP/1.1 204 No Content\r\n\r\n'],
  [
    'a status without a reason phrase in Envoy',
    'GET / HTTP/1.1',
    { status: 451 },
    'HTTP/1.1 451 Unknown\r\ncontent-length: 0\r\n\r\n',
  ],
  [
    'a status that nobody knows',
    'GET / HTTP/1.1',
    { status: 799 },
    'HTTP/1.1 799 Unknown\r\ncontent-length: 0\r\n\r\n',
  ],
  [
    'a length that cannot be understood',
    'GET / HTTP/1.1',
    { status: 200, fields: [['content-length', 'two']], body: ['ok'] },
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  [
    'trailers',
    'GET / HTTP/1.1',
    { status: 200, body: ['ok'], trailers: trailersOf(['x-sum', '9']) },
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-sum: 9\r\n\r\n',
  ],
  [
    'trailers behind a body of known length, which has no place for them',
    'GET / HTTP/1.1',
    { status: 200, fields: LENGTH_2, body: ['ok'], trailers: trailersOf(['x-sum', '9']) },
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  ],
  [
    'a declined CONNECT, which is an ordinary response',
    'CONNECT a:80 HTTP/1.1',
    { status: 403, body: ['no'] },
    'HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n',
  ],
  [
    'CONNECT, whose response has no framing',
    'CONNECT a:80 HTTP/1.1',
    { status: 200, fields: [['content-length', '0']], body: ['x', 'y'] },
    'HTTP/1.1 200 OK\r\n\r\nxy',
  ],
];

for (const [name, request, answer, sent] of CASES) {
  t.test(`a response is written with ${name}`, async (t) => {
    const { sent: actual, harness } = write(request, answer);
    t.equal(actual, sent);
    t.equal(harness.isCloseWanted, false);
  });
}

t.test('HTTP/1.0 gets no chunks: the end of the connection ends the body', async (t) => {
  const options = { acceptHttp10: true };
  const { sent, harness } = write('GET / HTTP/1.0', { status: 200, body: ['o', 'k'] }, options);
  t.equal(sent, 'HTTP/1.0 200 OK\r\n\r\nok');
  t.equal(harness.codec.responseEndsWithConnection, true);
  const known = write('GET / HTTP/1.0', { status: 200, fields: LENGTH_2, body: ['ok'] }, options);
  t.equal(known.sent, 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok');
  t.equal(known.harness.codec.responseEndsWithConnection, false);
  const head = write('HEAD / HTTP/1.0', { status: 200 }, options);
  t.equal(head.sent, 'HTTP/1.0 200 OK\r\n\r\n');
});

t.test('trailers are left out where they are not enabled', async (t) => {
  const answer = { status: 200, body: ['ok'], trailers: trailersOf(['x-sum', '9']) };
  const { sent } = write('GET / HTTP/1.1', answer, { enableTrailers: false });
  t.match(sent, /\r\n2\r\nok\r\n0\r\n\r\n$/);
});

t.test('a body that is longer than was said is cut', async (t) => {
  const answer = { status: 200, fields: LENGTH_2, body: ['o', 'kay', 'then'] };
  const { sent, harness } = write('GET / HTTP/1.1', answer);
  t.equal(sent, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  t.equal(harness.isCloseWanted, false);
});

t.test('a body that is shorter than was said ends the connection', async (t) => {
  for (const body of [['o'], ['']]) {
    const { harness } = write('GET / HTTP/1.1', { status: 200, fields: LENGTH_2, body });
    t.equal(harness.isCloseWanted, true);
    harness.feed('GET /2 HTTP/1.1\r\nhost: a\r\n\r\n');
    t.equal(harness.requests.length, 1, 'and nothing more is read from it');
  }
});

t.test('names are written as configured', async (t) => {
  const fields: Fields = [
    ['x-a', '1'],
    ['x-envoy-upstream-service-time', '2'],
    ['x_b.c~d9e', '3'],
  ];
  const answer = { status: 200, fields, body: ['ok'], trailers: trailersOf(['x-sum', '9']) };
  const proper = write('GET / HTTP/1.1', answer, {
    headerKeyFormat: { kind: 'proper_case_words' },
  });
  t.equal(
    proper.sent,
    'HTTP/1.1 200 OK\r\nX-A: 1\r\nX-Envoy-Upstream-Service-Time: 2\r\nX_B.C~D9e: 3\r\n' +
      'Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 9\r\n\r\n',
  );
});

t.test('interim responses come before the final one', async (t) => {
  const harness = new ServerHarness();
  harness.feed('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  const { encoder } = harness.last;
  encoder.encode1xxHeaders(responseOf(100));
  encoder.encode1xxHeaders(responseOf(103, [['link', '</a>']]));
  encoder.encodeHeaders(responseOf(200), true);
  harness.settle();
  t.equal(
    harness.transport.sent,
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Unknown\r\nlink: </a>\r\n\r\n' +
      'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  );
  const old = new ServerHarness({ acceptHttp10: true });
  old.feed('GET / HTTP/1.0\r\nhost: a\r\n\r\n');
  old.last.encoder.encode1xxHeaders(responseOf(100));
  old.settle();
  t.equal(old.transport.sent, '', 'HTTP/1.0 knows none');
});

t.test('101 opens a tunnel both ways', async (t) => {
  const harness = new ServerHarness();
  harness.feed('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  const { encoder } = harness.last;
  encoder.encodeHeaders(
    responseOf(101, [
      ['connection', 'upgrade'],
      ['upgrade', 'websocket'],
    ]),
    false,
  );
  encoder.encodeData(Buffer.from('pong'), false);
  harness.feed('ping');
  t.equal(harness.last.body, 'ping');
  t.equal(
    harness.transport.sent,
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\npong',
  );
});

t.test('a head and its body leave in one write', async (t) => {
  const { harness } = write('GET / HTTP/1.1', { status: 200, body: ['a', 'b', 'c'] });
  t.equal(harness.transport.writes.length, 1);
});
