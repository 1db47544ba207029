import {
  connection,
  get,
  keepAlive,
  post,
  raw,
  receive,
  receiveClose,
  receiveText,
  request,
  requestBytes,
} from '../harness/client-script.ts';
import { route } from '../harness/configuration.ts';
import { http2Cluster, protocolOptions } from '../harness/http2-configuration.ts';
import {
  abort,
  ask,
  body,
  data,
  endingHead,
  fields,
  type Http2Reply,
  head,
  http2,
  http2Fields,
  http2Get,
  http2Hang,
  http2Post,
  http2Reply,
  http2Upstream,
  lastBody,
  lastData,
  onHttp2Head,
  onHttp2Request,
  open,
  receiveEnd,
  resetStream,
  trailers,
} from '../harness/http2-script.ts';
import type { Group, Scenario } from '../harness/scenario.ts';
import { close, halfClose, pause, send } from '../harness/step.ts';
import { echo, onHead, onRequest, reply, respond } from '../harness/upstream-script.ts';

/** A scenario whose cluster speaks HTTP/2 with an upstream that gives these replies. */
function toHttp2(
  name: string,
  client: Scenario['client'],
  replies: readonly Http2Reply[] = [http2Reply(200, 'ok')],
  more: Partial<Scenario> = {},
): Scenario {
  return {
    name,
    clusters: { backend: http2Cluster() },
    upstream: http2Upstream(...replies),
    client,
    ...more,
  };
}

const chunked = requestBytes('POST', '/', ['transfer-encoding: chunked']);
const trailersAllowed = { http_protocol_options: { enable_trailers: true } };

const oneToTwo: readonly Scenario[] = [
  toHttp2('1 to 2: a request', [get('/x?y=z', 'X-A: b', 'cookie: a=1; b=2')]),
  toHttp2('1 to 2: a body', [post('/', 'hello')]),
  toHttp2('1 to 2: an empty body', [post('/', '')]),
  toHttp2('1 to 2: a POST without a body', [request('POST', '/')]),
  toHttp2('1 to 2: a chunked body', [raw(`${chunked}5\r\nhello\r\n`, '3\r\nyou\r\n0\r\n\r\n')]),
  toHttp2(
    '1 to 2: a large body both ways',
    [post('/', 'x'.repeat(300_000))],
    [http2Reply(200, 'y'.repeat(300_000))],
  ),
  toHttp2(
    '1 to 2: request trailers',
    [raw(`${chunked}5\r\nhello\r\n0\r\nx-t: 1\r\n\r\n`)],
    undefined,
    { manager: trailersAllowed },
  ),
  toHttp2(
    '1 to 2: response trailers to a client that takes them',
    [get('/', 'te: trailers')],
    [onHttp2Request(head(':status: 200'), data('body'), endingHead('x-t: 1'))],
    { manager: trailersAllowed },
  ),
  toHttp2(
    '1 to 2: response trailers are dropped by default',
    [get('/', 'te: trailers')],
    [onHttp2Request(head(':status: 200'), data('body'), endingHead('x-t: 1'))],
  ),
  toHttp2(
    '1 to 2: a response with content-length',
    [get('/')],
    [http2Reply(200, 'hello', 'content-length: 5')],
  ),
  toHttp2('1 to 2: a response without content-length', [get('/')], [http2Reply(200, 'hello')]),
  toHttp2(
    '1 to 2: a response without content-length for HTTP/1.0',
    [raw('GET / HTTP/1.0\r\nhost: a\r\n\r\n')],
    [http2Reply(200, 'hello')],
    { manager: { http_protocol_options: { accept_http_10: true } } },
  ),
  toHttp2('1 to 2: HEAD', [request('HEAD', '/')], [http2Reply(200, '', 'content-length: 5')]),
  toHttp2('1 to 2: 204', [get('/')], [http2Reply(204, '')]),
  toHttp2(
    '1 to 2: 304 with content-length',
    [get('/')],
    [http2Reply(304, '', 'content-length: 5')],
  ),
  toHttp2(
    '1 to 2: 103 before the response',
    [get('/')],
    [onHttp2Request(head(':status: 103', 'link: </a>'), head(':status: 200'), lastData('ok'))],
  ),
  toHttp2(
    '1 to 2: 100-continue',
    [post('/', 'hello', 'expect: 100-continue')],
    [onHttp2Head(head(':status: 100'), receiveEnd(), head(':status: 200'), lastData('ok'))],
  ),
  toHttp2(
    '1 to 2: 100-continue passed through',
    [
      connection(
        send(requestBytes('POST', '/', ['content-length: 5', 'expect: 100-continue'])),
        receiveText('100'),
        send('hello'),
        receive(),
      ),
    ],
    [onHttp2Head(head(':status: 100'), receiveEnd(), head(':status: 200'), lastData('ok'))],
    { manager: { proxy_100_continue: true } },
  ),
  toHttp2('1 to 2: connection-specific fields stay behind', [
    get(
      '/',
      'connection: keep-alive, x-hop',
      'keep-alive: timeout=5',
      'proxy-connection: keep-alive',
      'x-hop: 1',
      'te: trailers',
      'upgrade: foo',
      'x-a: b',
    ),
  ]),
  toHttp2(
    '1 to 2: set-cookie and repeated fields',
    [get('/', 'x-a: 1', 'x-b: 2', 'x-a: 3')],
    [http2Reply(200, 'ok', 'set-cookie: a=1', 'x-r: 1', 'set-cookie: b=2', 'x-r: 2')],
  ),
  toHttp2('1 to 2: several requests on one connection', [
    keepAlive(requestBytes('GET', '/1'), requestBytes('GET', '/2')),
  ]),
  toHttp2('1 to 2: clients share the upstream connection', [get('/1'), get('/2'), get('/3')]),
  toHttp2(
    '1 to 2: an absolute target',
    [raw('GET http://other.test/x HTTP/1.1\r\nhost: example.test\r\n\r\n')],
    undefined,
    {},
  ),
  toHttp2(
    '1 to 2: the client leaves before the response',
    [connection(send(requestBytes('GET', '/')), pause(60), close)],
    [http2Hang],
  ),
  toHttp2(
    '1 to 2: the client leaves in the middle of its body',
    [connection(send(`${chunked}5\r\nhello\r\n`), pause(60), close)],
    [http2Hang],
  ),
  toHttp2(
    '1 to 2: an early response',
    [connection(send(`${chunked}5\r\nhello\r\n`), receive(), receiveClose)],
    [onHttp2Head(head(':status: 403'), lastData('no'))],
  ),
  toHttp2(
    '1 to 2: an early response and a reset with NO_ERROR',
    [connection(send(`${chunked}5\r\nhello\r\n`), receive(), receiveClose)],
    [onHttp2Head(head(':status: 403'), lastData('no'), abort('NO_ERROR'))],
    { volatileStats: [/http2\.[rt]x_reset$/] },
  ),
  ...(
    ['CANCEL', 'REFUSED_STREAM', 'INTERNAL_ERROR', 'PROTOCOL_ERROR', 'HTTP_1_1_REQUIRED'] as const
  ).map((code) =>
    toHttp2(`1 to 2: the upstream resets with ${code}`, [get('/')], [onHttp2Request(abort(code))]),
  ),
  toHttp2(
    '1 to 2: the upstream resets in the middle of the body',
    [get('/')],
    [onHttp2Request(head(':status: 200', 'content-length: 10'), data('hello'), abort('CANCEL'))],
  ),
];

const twoToOne: readonly Scenario[] = [
  {
    name: '2 to 1: HEAD',
    client: [http2(ask(1, 'HEAD', '/'), receiveEnd(1))],
    upstream: respond('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'),
  },
  {
    name: '2 to 1: 204',
    client: [http2Get('/')],
    upstream: respond('HTTP/1.1 204 No Content\r\n\r\n'),
  },
  {
    name: '2 to 1: 304 with content-length',
    client: [http2Get('/')],
    upstream: respond('HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n'),
  },
  {
    name: '2 to 1: 103 before the response',
    client: [http2Get('/')],
    upstream: respond(
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    ),
  },
  {
    name: '2 to 1: response trailers',
    client: [http2Get('/', 'te: trailers')],
    clusters: {
      backend: protocolOptions({
        explicit_http_config: { http_protocol_options: { enable_trailers: true } },
      }),
    },
    upstream: respond(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-t: 1\r\n\r\n',
    ),
  },
  {
    name: '2 to 1: request trailers',
    client: [http2(open(1, 'POST', '/'), body(1, 'hello'), trailers(1, 'x-t: 1'), receiveEnd(1))],
    clusters: {
      backend: protocolOptions({
        explicit_http_config: { http_protocol_options: { enable_trailers: true } },
      }),
    },
  },
  {
    name: '2 to 1: connection-specific fields of the response stay behind',
    client: [http2Get('/')],
    upstream: reply(
      200,
      'ok',
      'connection: keep-alive, x-hop',
      'keep-alive: timeout=5',
      'proxy-connection: keep-alive',
      'x-hop: 1',
      'upgrade: h2c',
      'x-a: b',
    ),
  },
  {
    name: '2 to 1: connection: close of the upstream',
    client: [http2(ask(1, 'GET', '/1'), receiveEnd(1), ask(3, 'GET', '/2'), receiveEnd(3))],
    upstream: onRequest(...reply(200, 'ok', 'connection: close').steps, close),
  },
  {
    name: '2 to 1: the upstream closes in the middle of the body',
    client: [http2Get('/')],
    upstream: onRequest(send('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'), close),
  },
  {
    name: '2 to 1: an early response',
    client: [http2(open(1, 'POST', '/'), body(1, 'hello'), receiveEnd(1), pause(20))],
    upstream: onHead(pause(40), ...reply(403, 'no').steps),
  },
  {
    name: '2 to 1: an early response and a client that goes on',
    client: [
      http2(
        open(1, 'POST', '/'),
        body(1, 'hello'),
        receiveEnd(1),
        lastBody(1, 'more'),
        ask(3, 'GET', '/next'),
        receiveEnd(3),
      ),
    ],
    upstream: onHead(pause(40), ...reply(200, 'no').steps),
  },
  {
    name: '2 to 1: a malformed response',
    client: [http2Get('/')],
    upstream: respond('HTTP/1.1 2x0 OK\r\n\r\n'),
  },
  {
    name: '2 to 1: a byte beyond ASCII in a response field',
    client: [http2Get('/')],
    upstream: reply(200, 'ok', 'x-a: \xe9'),
  },
  {
    name: '2 to 1: a response field with upper case',
    client: [http2Get('/')],
    upstream: reply(200, 'ok', 'X-Upper: A', 'Content-Type: text/plain'),
  },
  {
    name: '2 to 1: a transfer-encoding in the names of connection',
    client: [http2Post('/', 'hello', 'x-a: transfer-encoding')],
  },
];

const twoToTwo: readonly Scenario[] = [
  toHttp2('2 to 2: a request', [http2Get('/x?y=z', 'x-a: b', 'cookie: a=1', 'cookie: b=2')]),
  toHttp2('2 to 2: a body', [http2Post('/', 'hello', 'content-length: 5')]),
  toHttp2(
    '2 to 2: a large body both ways',
    [http2Post('/', 'x'.repeat(300_000))],
    [http2Reply(200, 'y'.repeat(300_000))],
  ),
  toHttp2(
    '2 to 2: trailers both ways',
    [
      http2(
        open(1, 'POST', '/', 'te: trailers'),
        body(1, 'hello'),
        trailers(1, 'x-t: 1'),
        receiveEnd(1),
      ),
    ],
    [onHttp2Request(head(':status: 200'), data('body'), endingHead('x-r: 1', 'x-s: 2'))],
  ),
  toHttp2(
    '2 to 2: trailers without a body',
    [http2(open(1, 'POST', '/'), trailers(1, 'x-t: 1'), receiveEnd(1))],
    [onHttp2Request(head(':status: 200'), endingHead('x-r: 1'))],
  ),
  toHttp2(
    '2 to 2: HEAD',
    [http2(ask(1, 'HEAD', '/'), receiveEnd(1))],
    [http2Reply(200, '', 'content-length: 5')],
  ),
  toHttp2(
    '2 to 2: 103 twice',
    [http2Get('/')],
    [
      onHttp2Request(
        head(':status: 103', 'link: </a>'),
        head(':status: 103', 'link: </b>'),
        head(':status: 200'),
        lastData('ok'),
      ),
    ],
  ),
  toHttp2(
    '2 to 2: the client cancels before the response',
    [http2(ask(1, 'GET', '/'), pause(60), resetStream(1, 'CANCEL'), pause(30))],
    [http2Hang],
  ),
  toHttp2(
    '2 to 2: the client resets with another code',
    [http2(ask(1, 'GET', '/'), pause(60), resetStream(1, 'ENHANCE_YOUR_CALM'), pause(30))],
    [http2Hang],
  ),
  toHttp2(
    '2 to 2: the client cancels in the middle of the response',
    [
      http2(
        ask(1, 'GET', '/'),
        { do: 'receiveBytes', stream: 1, bytes: 5 },
        resetStream(1, 'CANCEL'),
        pause(30),
      ),
    ],
    [onHttp2Request(head(':status: 200'), data('hello'))],
  ),
  ...(['CANCEL', 'REFUSED_STREAM', 'INTERNAL_ERROR', 'NO_ERROR', 'ENHANCE_YOUR_CALM'] as const).map(
    (code) =>
      toHttp2(
        `2 to 2: the upstream resets with ${code}`,
        [http2Get('/')],
        [onHttp2Request(abort(code))],
      ),
  ),
  ...(['CANCEL', 'INTERNAL_ERROR', 'NO_ERROR'] as const).map((code) =>
    toHttp2(
      `2 to 2: the upstream resets in the middle of the body with ${code}`,
      [http2Get('/')],
      [onHttp2Request(head(':status: 200'), data('hello'), pause(20), abort(code))],
    ),
  ),
  toHttp2(
    '2 to 2: an early response, then NO_ERROR',
    [http2(open(1, 'POST', '/'), body(1, 'hello'), receiveEnd(1), pause(20))],
    [onHttp2Head(head(':status: 403'), lastData('no'), abort('NO_ERROR'))],
    { volatileStats: [/http2\.[rt]x_reset$/] },
  ),
  toHttp2(
    '2 to 2: an early response while the client goes on',
    [
      http2(
        open(1, 'POST', '/'),
        body(1, 'hello'),
        { do: 'receiveHead', stream: 1 },
        pause(20),
        lastBody(1, 'more'),
        receiveEnd(1),
      ),
    ],
    [onHttp2Head(head(':status: 200'), data('begin'), receiveEnd(), lastData('end'))],
  ),
  toHttp2(
    '2 to 2: streams share the upstream connection',
    [
      http2(
        ask(1, 'GET', '/1'),
        pause(25),
        ask(3, 'GET', '/2'),
        pause(25),
        ask(5, 'GET', '/3'),
        receiveEnd(1, 3, 5),
      ),
    ],
    [onHttp2Request(pause(100), head(':status: 200'), lastData('ok'))],
  ),
  toHttp2('2 to 2: host and no authority', [
    http2Fields(':method: GET', ':scheme: http', ':path: /', 'host: other.test'),
  ]),
  toHttp2('2 to 2: the scheme https', [
    http2Fields(':method: GET', ':scheme: https', ':path: /', ':authority: a'),
  ]),
];

const CONNECT_MANAGER = {
  upgrade_configs: [{ upgrade_type: 'CONNECT' }],
  http2_protocol_options: { allow_connect: true },
};
const connectRoute = route({
  match: { connect_matcher: {} },
  action: { upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }] },
});
const proxyRoute = route({ match: { connect_matcher: {} } });
const connectFields = [':method: CONNECT', ':authority: tunnel.test:443'];
const tunnelled = [
  { do: 'receiveHead', stream: 1 } as const,
  body(1, 'ping'),
  { do: 'receiveBytes', stream: 1, bytes: 4 } as const,
];
const echoing = onHttp2Head(
  head(':status: 200'),
  { do: 'receiveBytes', bytes: 4 },
  data('ping'),
  receiveEnd(),
  lastData('bye'),
);

const connects: readonly Scenario[] = [
  {
    name: 'CONNECT is refused by default',
    client: [http2(fields(1, connectFields), receiveEnd(1))],
  },
  {
    name: 'CONNECT without a connect route',
    manager: CONNECT_MANAGER,
    client: [http2(fields(1, connectFields, false), receiveEnd(1))],
  },
  {
    name: 'CONNECT with a path',
    manager: CONNECT_MANAGER,
    routes: [connectRoute],
    client: [http2(fields(1, [...connectFields, ':path: /'], false), receiveEnd(1))],
  },
  {
    name: 'CONNECT is terminated',
    manager: CONNECT_MANAGER,
    routes: [connectRoute],
    upstream: { after: 'connection', steps: [echo] },
    client: [http2(fields(1, connectFields, false), ...tunnelled, lastBody(1, ''), receiveEnd(1))],
  },
  {
    name: 'CONNECT is terminated and the client resets',
    manager: CONNECT_MANAGER,
    routes: [connectRoute],
    upstream: { after: 'connection', steps: [echo] },
    client: [
      http2(fields(1, connectFields, false), ...tunnelled, resetStream(1, 'CANCEL'), pause(30)),
    ],
  },
  {
    name: 'CONNECT is terminated and the upstream closes',
    manager: CONNECT_MANAGER,
    routes: [connectRoute],
    upstream: { after: 'connection', steps: [send('welcome'), pause(40), close] },
    client: [http2(fields(1, connectFields, false), receiveEnd(1))],
  },
  toHttp2(
    'CONNECT 2 to 2',
    [http2(fields(1, connectFields, false), ...tunnelled, lastBody(1, ''), receiveEnd(1))],
    [echoing],
    { manager: CONNECT_MANAGER, routes: [proxyRoute] },
  ),
  {
    name: 'CONNECT 2 to 1',
    manager: CONNECT_MANAGER,
    routes: [proxyRoute],
    upstream: onHead(send('HTTP/1.1 200 OK\r\n\r\n'), echo),
    client: [http2(fields(1, connectFields, false), ...tunnelled, lastBody(1, ''), receiveEnd(1))],
  },
  toHttp2(
    'CONNECT 1 to 2',
    [
      connection(
        send('CONNECT tunnel.test:443 HTTP/1.1\r\nhost: tunnel.test:443\r\n\r\n'),
        receiveText('\r\n\r\n'),
        send('ping'),
        receiveText('ping'),
        halfClose,
        receiveClose,
      ),
    ],
    [echoing],
    { manager: CONNECT_MANAGER, routes: [proxyRoute] },
  ),
];

const UPGRADE_MANAGER = {
  upgrade_configs: [{ upgrade_type: 'websocket' }],
  http2_protocol_options: { allow_connect: true },
};
const webSocketFields = [
  ':method: CONNECT',
  ':protocol: websocket',
  ':scheme: http',
  ':path: /chat',
  ':authority: example.test',
  'sec-websocket-version: 13',
];
const ASK = requestBytes('GET', '/chat', [
  'connection: Upgrade',
  'Upgrade: websocket',
  'sec-websocket-key: x',
]);
const allowingCluster = { backend: http2Cluster({ allow_connect: true }) };

const upgrades: readonly Scenario[] = [
  {
    name: 'extended CONNECT: the setting is announced',
    showsHttp2Settings: true,
    manager: UPGRADE_MANAGER,
    client: [http2({ do: 'receiveSettings' })],
  },
  {
    name: 'extended CONNECT: not allowed',
    manager: { upgrade_configs: [{ upgrade_type: 'websocket' }] },
    client: [http2(fields(1, webSocketFields, false), receiveEnd(1))],
  },
  {
    name: 'extended CONNECT: no such upgrade',
    manager: { http2_protocol_options: { allow_connect: true } },
    client: [http2(fields(1, webSocketFields, false), receiveEnd(1))],
  },
  {
    name: 'extended CONNECT 2 to 1',
    manager: UPGRADE_MANAGER,
    upstream: onRequest(
      send('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n'),
      echo,
    ),
    client: [
      http2(fields(1, webSocketFields, false), ...tunnelled, lastBody(1, ''), receiveEnd(1)),
    ],
  },
  {
    name: 'extended CONNECT 2 to 1: declined',
    manager: UPGRADE_MANAGER,
    upstream: reply(403, 'no'),
    client: [http2(fields(1, webSocketFields, false), receiveEnd(1))],
  },
  {
    name: 'extended CONNECT 2 to 1: the upstream closes',
    manager: UPGRADE_MANAGER,
    upstream: onRequest(
      send(
        'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\nbye',
      ),
      pause(30),
      close,
    ),
    client: [http2(fields(1, webSocketFields, false), receiveEnd(1))],
  },
  toHttp2(
    'extended CONNECT 2 to 2',
    [http2(fields(1, webSocketFields, false), ...tunnelled, lastBody(1, ''), receiveEnd(1))],
    [echoing],
    { manager: UPGRADE_MANAGER, clusters: allowingCluster },
  ),
  toHttp2(
    'extended CONNECT 2 to 2: the upstream does not say that it takes it',
    [http2(fields(1, webSocketFields, false), receiveEnd(1))],
    [echoing],
    { manager: UPGRADE_MANAGER },
  ),
  {
    name: 'upgrade 1 to 2',
    manager: UPGRADE_MANAGER,
    clusters: allowingCluster,
    upstream: {
      http2: { settings: { ENABLE_CONNECT_PROTOCOL: 1 } },
      replies: [echoing],
    },
    client: [
      connection(
        send(ASK),
        receiveText('\r\n\r\n'),
        send('ping'),
        receiveText('ping'),
        halfClose,
        receiveClose,
      ),
    ],
  },
  {
    name: 'upgrade 1 to 2: declined',
    manager: UPGRADE_MANAGER,
    clusters: allowingCluster,
    upstream: {
      http2: { settings: { ENABLE_CONNECT_PROTOCOL: 1 } },
      replies: [onHttp2Head(head(':status: 403'), lastData('no'))],
    },
    client: [connection(send(ASK), receive())],
  },
];

export const h2Translation: Group = {
  name: 'h2-translation',
  scenarios: [...oneToTwo, ...twoToOne, ...twoToTwo, ...connects, ...upgrades],
};
