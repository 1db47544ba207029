import {
  connection,
  get,
  keepAlive,
  post,
  receive,
  receiveClose,
  request,
  requestBytes,
} from '../harness/client-script.ts';
import type { Group, Scenario } from '../harness/scenario.ts';
import { close, inPieces, pause, send } from '../harness/step.ts';
import { onRequest, reply, respond, respondAndClose } from '../harness/upstream-script.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** What becomes of these bytes of an upstream. */
function answers(name: string, ...pieces: readonly string[]): Scenario {
  return { name, client: [get('/')], upstream: respond(...pieces) };
}

/** The same where the upstream closes after its bytes. */
function answersAndCloses(name: string, ...pieces: readonly string[]): Scenario {
  return { name, client: [get('/')], upstream: respondAndClose(...pieces) };
}

const statusLines: readonly Scenario[] = [
  answers('no reason phrase', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n'),
  answers('an empty reason phrase', 'HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n'),
  answers('another reason phrase', 'HTTP/1.1 200 Splendid\r\ncontent-length: 0\r\n\r\n'),
  answers(
    'a reason phrase with bytes above 127',
    'HTTP/1.1 200 caf\xe9\r\ncontent-length: 0\r\n\r\n',
  ),
  answers('an unknown status', 'HTTP/1.1 299 Odd\r\ncontent-length: 0\r\n\r\n'),
  answers('a status of 600', 'HTTP/1.1 600 Odd\r\ncontent-length: 0\r\n\r\n'),
  answers('a status of 999', 'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n'),
  answers('a status of two digits', 'HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n'),
  answers('a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n'),
  answers('a status that is no number', 'HTTP/1.1 abc OK\r\ncontent-length: 0\r\n\r\n'),
  answers('a status of 0', 'HTTP/1.1 000 OK\r\ncontent-length: 0\r\n\r\n'),
  answersAndCloses('HTTP/1.0 in the response', 'HTTP/1.0 200 OK\r\n\r\nold'),
  answers('HTTP/1.0 with content-length', 'HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nold'),
  answers(
    'HTTP/1.0 with keep-alive',
    'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 3\r\n\r\nold',
  ),
  answers('HTTP/1.2 in the response', 'HTTP/1.2 200 OK\r\ncontent-length: 0\r\n\r\n'),
  answers('HTTP/2.0 in the response', 'HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n'),
  answers('another protocol in the response', 'ICY 200 OK\r\ncontent-length: 0\r\n\r\n'),
  answersAndCloses('garbage in place of a response', 'garbage\r\n\r\n'),
  answersAndCloses('nothing but an empty line', '\r\n\r\n'),
  answers('an empty line before the response', '\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
  answers(
    'a response cut in every byte',
    ...Array.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
  ),
];

const headers: readonly Scenario[] = [
  answers('a folded response header', `${OK}x-a: one\r\n two\r\ncontent-length: 0\r\n\r\n`),
  answers('a response with bare LF', 'HTTP/1.1 200 OK\nx-a: 1\ncontent-length: 0\n\n'),
  answers('a bare CR in a response header', `${OK}x-a: 1\r2\r\ncontent-length: 0\r\n\r\n`),
  answers('NUL in a response header', `${OK}x-a: 1\x002\r\ncontent-length: 0\r\n\r\n`),
  answers(
    'a control character in a response header',
    `${OK}x-a: 1\x012\r\ncontent-length: 0\r\n\r\n`,
  ),
  answers(
    'a byte above 127 in a response header',
    `${OK}x-a: caf\xe9\r\ncontent-length: 0\r\n\r\n`,
  ),
  answers('a space before the colon in a response', `${OK}x-a : 1\r\ncontent-length: 0\r\n\r\n`),
  answers('a response header without a colon', `${OK}x-a\r\ncontent-length: 0\r\n\r\n`),
  answers('a response header without a name', `${OK}: 1\r\ncontent-length: 0\r\n\r\n`),
  answers('a pseudo-header in a response', `${OK}:status: 404\r\ncontent-length: 0\r\n\r\n`),
  answers('a response header name with a space', `${OK}x a: 1\r\ncontent-length: 0\r\n\r\n`),
  answers(
    'response headers in upper case',
    `${OK}X-Upper: 1\r\nContent-Length: 0\r\nETag: "x"\r\n\r\n`,
  ),
  answers('an empty response header', `${OK}x-a:\r\ncontent-length: 0\r\n\r\n`),
  answers(
    'repeated response headers',
    `${OK}x-a: 1\r\nvary: a\r\nx-a: 2\r\nvary: b\r\ncontent-length: 0\r\n\r\n`,
  ),
  answers(
    'response headers that Envoy sets as well',
    `${OK}server: mine\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\nx-envoy-upstream-service-time: 77777\r\nvia: 1.1 mine\r\ncontent-length: 0\r\n\r\n`,
  ),
  answers(
    'an x-request-id in the response',
    `${OK}x-request-id: from-upstream\r\ncontent-length: 0\r\n\r\n`,
  ),
  answers(
    'hop-by-hop headers in the response',
    `${OK}connection: keep-alive, x-a\r\nx-a: 1\r\nkeep-alive: timeout=5\r\nproxy-connection: x\r\nte: x\r\ntrailer: y\r\nupgrade: z\r\ncontent-length: 0\r\n\r\n`,
  ),
  answersAndCloses(
    'connection: close in the response',
    `${OK}connection: close\r\ncontent-length: 2\r\n\r\nok`,
  ),
  answers(
    'proxy-authenticate in the response',
    'HTTP/1.1 407 Auth\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n',
  ),
  answers(
    'x-envoy headers in the response',
    `${OK}x-envoy-degraded: 1\r\nx-envoy-immediate-health-check-fail: 1\r\nx-envoy-overloaded: true\r\ncontent-length: 0\r\n\r\n`,
  ),
];

const framing: readonly Scenario[] = [
  answers(
    'content-length with transfer-encoding in the response',
    `${OK}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ),
  answersAndCloses(
    'gzip, chunked in the response',
    `${OK}transfer-encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ),
  answersAndCloses('identity in the response', `${OK}transfer-encoding: identity\r\n\r\nabc`),
  answersAndCloses(
    'an unknown transfer coding in the response',
    `${OK}transfer-encoding: brotli\r\n\r\nabc`,
  ),
  answersAndCloses(
    'chunked twice in the response',
    `${OK}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ),
  answers(
    'two equal content-lengths in the response',
    `${OK}content-length: 3\r\ncontent-length: 3\r\n\r\nabc`,
  ),
  answers(
    'two different content-lengths in the response',
    `${OK}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd`,
  ),
  answers('a negative content-length in the response', `${OK}content-length: -3\r\n\r\nabc`),
  answers(
    'a content-length in the response that is no number',
    `${OK}content-length: abc\r\n\r\nabc`,
  ),
  answersAndCloses('fewer bytes than the content-length says', `${OK}content-length: 5\r\n\r\nabc`),
  answers('more bytes than the content-length says', `${OK}content-length: 3\r\n\r\nabcdef`),
  {
    name: 'more bytes than the content-length says are no answer to the next request',
    client: [keepAlive(requestBytes('GET', '/1'), requestBytes('GET', '/2'))],
    upstream: [
      respond(`${OK}content-length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`),
      reply(200, 'honest'),
    ],
  },
  {
    name: 'a second response that nobody asked for is no answer to the next request',
    client: [
      connection(
        send(requestBytes('GET', '/1')),
        receive(),
        pause(60),
        send(requestBytes('GET', '/2')),
        receive(),
      ),
    ],
    upstream: [
      onRequest(
        send(`${OK}content-length: 3\r\n\r\nabc`),
        pause(20),
        send('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil'),
      ),
      reply(200, 'honest'),
    ],
  },
  answers(
    'a chunked response with extensions',
    `${OK}transfer-encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0;c\r\n\r\n`,
  ),
  answers(
    'a chunked response with trailers',
    `${OK}trailer: x-sum\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n`,
  ),
  {
    ...answers(
      'a chunked response with trailers while they are enabled',
      `${OK}trailer: x-sum\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n`,
    ),
    manager: { http_protocol_options: { enable_trailers: true } },
    clusters: { backend: { http_protocol_options: { enable_trailers: true } } },
  },
  answers(
    'a malformed chunk size in the response',
    `${OK}transfer-encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n`,
  ),
  answers(
    'a malformed chunk size after a good chunk',
    `${OK}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`,
    'xyz\r\nabc\r\n0\r\n\r\n',
  ),
  answersAndCloses(
    'a chunked response that ends early',
    `${OK}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`,
  ),
  answersAndCloses('a response that ends within the head', `${OK}content-le`),
  answersAndCloses('a response of neither length nor chunks', `${OK}\r\n`, 'abc', 'def'),
  answers('an empty chunked response', `${OK}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
];

const bodiless: readonly Scenario[] = [
  answers('204 without headers', 'HTTP/1.1 204 No Content\r\nx-a: 1\r\n\r\n'),
  answers('204 with a content-length', 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n'),
  answers('204 with a body', 'HTTP/1.1 204 No Content\r\ncontent-length: 3\r\n\r\nabc'),
  answers(
    '204 with transfer-encoding',
    'HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n',
  ),
  answers('304 without a length', 'HTTP/1.1 304 Not Modified\r\netag: "x"\r\n\r\n'),
  answers('304 with a content-length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 300\r\n\r\n'),
  answers('304 with a body', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\n\r\nabc'),
  answers('205 with a body', 'HTTP/1.1 205 Reset Content\r\ncontent-length: 3\r\n\r\nabc'),
  {
    name: 'HEAD with a content-length',
    client: [request('HEAD', '/')],
    upstream: respond(`${OK}content-length: 300\r\n\r\n`),
  },
  {
    name: 'HEAD without framing',
    client: [request('HEAD', '/')],
    upstream: respond(`${OK}x-a: 1\r\n\r\n`),
  },
  {
    name: 'HEAD with transfer-encoding',
    client: [request('HEAD', '/')],
    upstream: respond(`${OK}transfer-encoding: chunked\r\n\r\n`),
  },
  {
    name: 'HEAD with a body nevertheless',
    client: [request('HEAD', '/')],
    upstream: respond(`${OK}content-length: 3\r\n\r\nabc`),
  },
  {
    name: 'HEAD, then GET on the same connection',
    client: [keepAlive(requestBytes('HEAD', '/1'), requestBytes('GET', '/2'))],
    upstream: [respond(`${OK}content-length: 3\r\n\r\n`), reply(200, 'two')],
  },
];

const interim: readonly Scenario[] = [
  answers(
    '100 before the response',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  ),
  answers(
    '102 before the response',
    'HTTP/1.1 102 Processing\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  ),
  answers(
    '103 before the response',
    'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  ),
  answers(
    'two 103 before the response',
    'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </b.css>\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  ),
  {
    ...answers(
      '103 is forwarded when configured',
      'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    ),
    manager: { proxy_100_continue: true },
  },
  answers(
    '103 with a content-length',
    'HTTP/1.1 103 Early Hints\r\ncontent-length: 3\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  ),
  answers(
    '199 before the response',
    'HTTP/1.1 199 Odd\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  ),
  answers(
    '101 that nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nraw',
  ),
  answersAndCloses('nothing after a 100', 'HTTP/1.1 100 Continue\r\n\r\n'),
  {
    name: '100 to a POST that did not ask',
    client: [post('/', 'body')],
    upstream: respond(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    ),
  },
];

const connections: readonly Scenario[] = [
  {
    name: 'the upstream closes before a byte of the response',
    client: [get('/')],
    upstream: onRequest(close),
  },
  {
    name: 'the upstream resets before a byte of the response',
    client: [get('/')],
    upstream: onRequest({ do: 'reset' }),
  },
  {
    name: 'the upstream resets within the body',
    client: [connection(send(requestBytes('GET', '/')), receiveClose)],
    upstream: onRequest(send(`${OK}content-length: 10\r\n\r\nabc`), pause(40), { do: 'reset' }),
  },
  {
    name: 'the upstream closes within the body',
    client: [connection(send(requestBytes('GET', '/')), receiveClose)],
    upstream: onRequest(...inPieces([`${OK}content-length: 10\r\n\r\n`, 'abc']), pause(40), close),
  },
  {
    name: 'the upstream resets within a body without a length',
    client: [get('/')],
    upstream: onRequest(send(`${OK}\r\nabc`), pause(40), { do: 'reset' }),
  },
  {
    name: 'a malformed response after a good one closes the upstream connection alone',
    client: [
      keepAlive(requestBytes('GET', '/1'), requestBytes('GET', '/2'), requestBytes('GET', '/3')),
    ],
    upstream: [reply(200, 'one'), respond('garbage\r\n\r\n'), reply(200, 'three')],
  },
  {
    name: 'an upstream that half-closes after its response is not used again',
    client: [
      connection(
        send(requestBytes('GET', '/1')),
        receive(),
        pause(60),
        send(requestBytes('GET', '/2')),
        receive(),
      ),
    ],
    upstream: [onRequest(...reply(200, 'one').steps, { do: 'halfClose' }), reply(200, 'two')],
  },
  {
    name: 'a slow response in many pieces',
    client: [get('/')],
    upstream: respond(`${OK}content-length: 26\r\n\r\n`, ...'abcdefghijklmnopqrstuvwxyz'),
  },
];

export const responses: Group = {
  name: 'responses',
  scenarios: [...statusLines, ...headers, ...framing, ...bodiless, ...interim, ...connections],
};
