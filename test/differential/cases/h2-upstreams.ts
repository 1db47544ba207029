import { get, post, raw } from '../harness/client-script.ts';
import { route } from '../harness/configuration.ts';
import { http2Cluster, protocolOptions } from '../harness/http2-configuration.ts';
import {
  abort,
  ask,
  block,
  data,
  endingHead,
  frame,
  type Http2Options,
  type Http2Reply,
  type Http2Step,
  head,
  http2,
  http2Get,
  http2Hang,
  http2Reply,
  inPieces,
  lastData,
  number32,
  onHttp2Head,
  onHttp2Request,
  receiveEnd,
  together,
} from '../harness/http2-script.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { close, pause, reset, send } from '../harness/step.ts';

interface Upstream {
  readonly cluster?: JsonObject;
  readonly options?: Http2Options;
  readonly onConnection?: readonly (readonly Http2Step[])[];
  readonly replies?: readonly Http2Reply[];
  readonly client?: Scenario['client'];
  readonly more?: Partial<Scenario>;
}

const ok = http2Reply(200, 'ok');

function upstream(name: string, given: Upstream): Scenario {
  const { cluster = http2Cluster(), options = {}, onConnection, replies = [ok] } = given;
  return {
    name,
    clusters: { backend: cluster },
    upstream: {
      http2: options,
      ...(onConnection === undefined ? {} : { onConnection }),
      replies,
    },
    client: given.client ?? [get('/')],
    ...given.more,
  };
}

/** An upstream that answers a request with these steps. */
function answers(name: string, ...steps: readonly Http2Step[]): Scenario {
  return upstream(name, { replies: [onHttp2Request(...steps)] });
}

function retrying(on: string, fields: JsonObject = {}): Partial<Scenario> {
  return {
    routes: [route({ action: { retry_policy: { retry_on: on, ...fields } } })],
    volatileText: [[/(x-envoy-expected-rq-timeout-ms: )1\d{4}$/, '$1{ms}']],
  };
}

const three = [
  http2(
    ask(1, 'GET', '/1'),
    pause(25),
    ask(3, 'GET', '/2'),
    pause(25),
    ask(5, 'GET', '/3'),
    receiveEnd(1, 3, 5),
  ),
];
const slowly = onHttp2Request(pause(150), head(':status: 200'), lastData('late'));

const connections: readonly Scenario[] = [
  upstream('the settings that an upstream is told', { more: { showsHttp2Settings: true } }),
  upstream('requests share a connection', { client: [get('/1'), get('/2'), get('/3')] }),
  upstream('an upstream that takes one stream at a time', {
    options: { settings: { MAX_CONCURRENT_STREAMS: 1 } },
    replies: [slowly],
    client: [get('/first'), ...three],
  }),
  upstream('max_concurrent_streams of the cluster', {
    cluster: http2Cluster({ max_concurrent_streams: 2 }),
    replies: [slowly],
    client: three,
  }),
  upstream('an upstream that takes no stream at all', {
    options: { settings: { MAX_CONCURRENT_STREAMS: 0 } },
    more: { routes: [route({ action: { timeout: '0.3s' } })] },
  }),
  upstream('max_requests_per_connection', {
    cluster: protocolOptions({
      common_http_protocol_options: { max_requests_per_connection: 2 },
      explicit_http_config: { http2_protocol_options: {} },
    }),
    client: [get('/1'), get('/2'), get('/3')],
  }),
  upstream('idle_timeout of an upstream connection', {
    cluster: protocolOptions({
      common_http_protocol_options: { idle_timeout: '0.4s' },
      explicit_http_config: { http2_protocol_options: {} },
    }),
    client: [
      http2(ask(1, 'GET', '/1'), receiveEnd(1), pause(600), ask(3, 'GET', '/2'), receiveEnd(3)),
    ],
  }),
  upstream('max_requests of the circuit breaker', {
    cluster: http2Cluster({}, { circuit_breakers: { thresholds: [{ max_requests: 2 }] } }),
    replies: [slowly],
    client: three,
  }),
  upstream('max_connections of the circuit breaker', {
    cluster: http2Cluster(
      { max_concurrent_streams: 1 },
      { circuit_breakers: { thresholds: [{ max_connections: 1 }] } },
    ),
    replies: [slowly],
    client: three,
  }),
  {
    name: 'a connection that is refused',
    clusters: {
      backend: http2Cluster(
        {},
        {
          load_assignment: {
            cluster_name: 'backend-{{id}}',
            endpoints: [
              {
                lb_endpoints: [
                  {
                    endpoint: {
                      address: { socket_address: { address: '127.0.0.1', port_value: 1 } },
                    },
                  },
                ],
              },
            ],
          },
        },
      ),
    },
    client: [get('/')],
  },
  upstream('an upstream that closes at once', { onConnection: [[close]] }),
  upstream('an upstream that resets the connection with a request under way', {
    replies: [onHttp2Request(reset)],
  }),
  upstream('an upstream that closes with a request under way', {
    replies: [onHttp2Request(close)],
  }),
  upstream('an upstream that closes in the middle of a response', {
    replies: [onHttp2Request(head(':status: 200'), data('hello'), pause(20), close)],
  }),
  {
    name: 'an upstream that speaks HTTP/2 to HTTP/1.1',
    upstream: { http2: {}, replies: [ok] },
    client: [get('/')],
  },
  upstream('use_downstream_protocol', {
    cluster: protocolOptions({
      use_downstream_protocol_config: { http_protocol_options: {}, http2_protocol_options: {} },
    }),
    client: [http2Get('/2')],
  }),
  {
    name: 'use_downstream_protocol with HTTP/1.1',
    clusters: {
      backend: protocolOptions({
        use_downstream_protocol_config: { http_protocol_options: {}, http2_protocol_options: {} },
      }),
    },
    client: [get('/1')],
  },
  upstream('use_downstream_protocol without options of HTTP/2', {
    cluster: protocolOptions({ use_downstream_protocol_config: { http_protocol_options: {} } }),
    client: [http2Get('/2')],
  }),
  {
    name: 'auto_config without TLS',
    clusters: {
      backend: protocolOptions({
        auto_config: { http_protocol_options: {}, http2_protocol_options: {} },
      }),
    },
    client: [get('/1')],
  },
  upstream('http2_protocol_options of the cluster itself', {
    cluster: { http2_protocol_options: {} },
  }),
  upstream('protocol_selection of the cluster itself', {
    cluster: { protocol_selection: 'USE_DOWNSTREAM_PROTOCOL', http2_protocol_options: {} },
    client: [http2Get('/2')],
  }),
];

const goaways: readonly Scenario[] = [
  upstream('GOAWAY before any request', {
    onConnection: [
      [{ do: 'receiveSettings' }, { do: 'goaway', last: 0x7fff_ffff, code: 'NO_ERROR' }],
      [],
    ],
    client: [get('/1'), get('/2')],
  }),
  upstream('GOAWAY that refuses the request', {
    replies: [onHttp2Request({ do: 'goaway', last: 0, code: 'NO_ERROR' }), ok],
  }),
  upstream('GOAWAY that refuses the request and a close', {
    replies: [onHttp2Request({ do: 'goaway', last: 0, code: 'NO_ERROR' }, pause(20), close), ok],
  }),
  upstream('GOAWAY that refuses the request, with retries', {
    replies: [onHttp2Request({ do: 'goaway', last: 0, code: 'NO_ERROR' }, pause(20), close), ok],
    more: retrying('reset'),
  }),
  upstream('GOAWAY that refuses the request, with retries of refused streams', {
    replies: [onHttp2Request({ do: 'goaway', last: 0, code: 'NO_ERROR' }, pause(20), close), ok],
    more: retrying('refused-stream'),
  }),
  upstream('GOAWAY after the request, which is answered', {
    replies: [
      onHttp2Request(
        { do: 'goaway', last: 1, code: 'NO_ERROR' },
        pause(20),
        head(':status: 200'),
        lastData('last'),
      ),
      ok,
    ],
    client: [get('/1'), get('/2')],
  }),
  upstream('GOAWAY in two steps', {
    replies: [
      onHttp2Request(
        { do: 'goaway', last: 0x7fff_ffff, code: 'NO_ERROR' },
        pause(20),
        { do: 'goaway', last: 1, code: 'NO_ERROR' },
        head(':status: 200'),
        lastData('last'),
      ),
      ok,
    ],
    client: [get('/1'), get('/2')],
  }),
  upstream('GOAWAY with an error', {
    replies: [onHttp2Request({ do: 'goaway', last: 0, code: 'ENHANCE_YOUR_CALM' }, close), ok],
  }),
];

const resets: readonly Scenario[] = [
  ...(['refused-stream', 'reset', '5xx', 'connect-failure', 'reset-before-request'] as const).map(
    (on) =>
      upstream(`REFUSED_STREAM with retries on ${on}`, {
        replies: [onHttp2Request(abort('REFUSED_STREAM')), ok],
        more: retrying(on),
      }),
  ),
  upstream('CANCEL with retries on reset', {
    replies: [onHttp2Request(abort('CANCEL')), ok],
    more: retrying('reset'),
  }),
  upstream('a reset before the body with retries on reset', {
    replies: [onHttp2Head(abort('CANCEL')), ok],
    client: [post('/', 'hello')],
    more: retrying('reset'),
  }),
  upstream('the route timeout resets the stream', {
    replies: [http2Hang, ok],
    client: [get('/1'), get('/2')],
    more: { routes: [route({ action: { timeout: '0.2s' } })] },
  }),
  upstream('the timeout of a try resets its stream', {
    replies: [http2Hang, ok],
    more: retrying('5xx', { per_try_timeout: '0.1s' }),
  }),
  answers('a reset after a whole response', head(':status: 200'), lastData('ok'), abort('CANCEL')),
];

const messages: readonly Scenario[] = [
  answers('a response without a status', endingHead('x-a: b')),
  ...['0', '99', '600', '1000', 'abc', '2 0', '101', ''].map((status) =>
    answers(`the status ${JSON.stringify(status)}`, endingHead(`:status: ${status}`)),
  ),
  answers('two statuses', endingHead(':status: 200', ':status: 200')),
  answers('a status behind a field', endingHead('x-a: b', ':status: 200')),
  answers('an unknown pseudo-header in a response', endingHead(':status: 200', ':foo: bar')),
  answers('a path in a response', endingHead(':status: 200', ':path: /')),
  ...[
    'X-Upper: a',
    'connection: close',
    'transfer-encoding: chunked',
    'x-a: b\r\nc',
    'x-a: b\0',
    'x-a: \xe9',
  ].map((line) =>
    answers(`the response field ${JSON.stringify(line)}`, endingHead(':status: 200', line)),
  ),
  answers('an upgrade field in a response', endingHead(':status: 200', 'upgrade: h2c')),
  answers('a response that begins with DATA', frame('DATA', 1, 1, 'x')),
  answers('an informational response that ends the stream', endingHead(':status: 103')),
  answers(
    'response trailers that do not end the stream',
    head(':status: 200'),
    data('x'),
    head('x-t: 1'),
  ),
  answers(
    'response trailers with a pseudo-header',
    head(':status: 200'),
    data('x'),
    endingHead(':status: 200'),
  ),
  answers(
    'a body shorter than its content-length',
    head(':status: 200', 'content-length: 9'),
    lastData('x'),
  ),
  answers(
    'a body longer than its content-length',
    head(':status: 200', 'content-length: 1'),
    lastData('xyz'),
  ),
  answers('a body with 204', head(':status: 204'), lastData('xyz')),
  answers('a body with 304', head(':status: 304'), lastData('xyz')),
  upstream('a body in response to HEAD', {
    replies: [http2Reply(200, 'xyz', 'content-length: 3')],
    client: [raw('HEAD / HTTP/1.1\r\nhost: a\r\n\r\n')],
  }),
  answers('a header block above 60 kB', ...bigHead(5)),
  answers('a header block of 50 kB', ...bigHead(3)),
  answers('a header block of 150 kB', ...bigHead(11)),
  ...(
    [
      ['a header block of 1 MB', 75],
      ['a header block of 7 MB', 511],
    ] as const
  ).map(([name, parts]) =>
    upstream(name, {
      replies: [onHttp2Request(...bigHead(parts)), ok],
      client: [get('/1'), get('/2')],
    }),
  ),
  ...(
    [
      ['a header block in 1024 frames of one byte', 1_013],
      ['a header block in more frames of one byte than are allowed', 1_014],
    ] as const
  ).map(([name, length]) =>
    answers(
      name,
      ...together(
        frame('HEADERS', 1, 1, block([':status: 200'])),
        ...inPieces('CONTINUATION', 1, block([`x-byte: ${'y'.repeat(length)}`]), 1),
      ),
    ),
  ),
  answers(
    'a header block that is too large and does not end',
    ...bigHead(11).slice(0, -1),
    pause(300),
  ),
  answers(
    'a header value of 65537 bytes',
    ...inPieces('HEADERS', 1, block([':status: 200', `x-a: ${'y'.repeat(65_537)}`])),
  ),
  answers(
    'trailers of 150 kB',
    head(':status: 200'),
    data('x'),
    pause(40),
    frame('HEADERS', 1, 1, block(['x-t: 1'])),
    ...bigHead(11).slice(1),
  ),
  upstream('a header block of 150 kB beside other responses', {
    replies: [
      onHttp2Request(pause(300), head(':status: 200'), lastData('late')),
      {
        after: 'request',
        steps: [...bigHead(11, 3).slice(0, -1), pause(50), ...bigHead(11, 3).slice(-1)],
      },
      onHttp2Request(pause(150), head(':status: 200'), lastData('other')),
    ],
    client: [
      http2(
        ask(1, 'GET', '/late'),
        pause(25),
        ask(3, 'GET', '/large'),
        receiveEnd(3),
        ask(5, 'GET', '/other'),
        receiveEnd(1, 5),
      ),
    ],
  }),
  answers(
    'more than 100 fields',
    endingHead(':status: 200', ...Array.from({ length: 101 }, (_, at) => `x-${at}: y`)),
  ),
  answers('DATA on a stream that nobody opened', frame('DATA', 0, 9, 'x')),
  answers(
    'HEADERS on a stream that nobody opened',
    frame('HEADERS', 5, 2, block([':status: 200'])),
  ),
  answers('a response that is no HPACK', frame('HEADERS', 5, 1, '\xff\x80\x01')),
  answers(
    'a pushed stream',
    frame(
      'PUSH_PROMISE',
      4,
      1,
      `${number32(2)}${block([':method: GET', ':scheme: http', ':path: /', ':authority: a'])}`,
    ),
  ),
  answers(
    'a frame of more than 16384 bytes',
    head(':status: 200'),
    frame('DATA', 1, 1, 'x'.repeat(16_385)),
  ),
  answers('a PING flood', frame('PING', 0, 0, 'whatever', 5), head(':status: 200'), lastData('ok')),
  answers(
    'a settings change in the middle',
    frame('SETTINGS', 0, 0, `\0\x03${number32(7)}`),
    head(':status: 200'),
    lastData('ok'),
  ),
  answers('a credit of 0', frame('WINDOW_UPDATE', 0, 1, number32(0))),
  answers(
    'too much credit for the connection',
    frame('WINDOW_UPDATE', 0, 0, number32(0x7fff_ffff)),
  ),
  answers('empty DATA frames', head(':status: 200'), frame('DATA', 0, 1, '', 5), lastData('ok')),
  answers(
    'padding in a response',
    head(':status: 200'),
    frame('DATA', 9, 1, '\x05hello\0\0\0\0\0'),
  ),
  upstream('an upstream that speaks HTTP/1.1', {
    options: { prefaced: false },
    // The request comes with the settings, or right after them.
    onConnection: [
      [{ do: 'receiveSettings' }, pause(100), send('HTTP/1.1 400 Bad Request\r\n\r\n'), close],
    ],
  }),
  upstream('an upstream that never says SETTINGS', {
    options: { prefaced: false },
    replies: [ok],
  }),
  upstream('a window of 0 holds the request body up', {
    options: { settings: { INITIAL_WINDOW_SIZE: 0 } },
    replies: [
      onHttp2Head(
        pause(60),
        { do: 'credit', stream: 1, bytes: 100 },
        receiveEnd(),
        head(':status: 200'),
        lastData('ok'),
      ),
    ],
    client: [post('/', 'hello')],
  }),
  upstream('a small frame size is kept to', {
    options: { settings: { MAX_FRAME_SIZE: 16_384 } },
    client: [post('/', 'x'.repeat(60_000))],
  }),
  upstream('an upstream whose header table is 0', {
    options: { settings: { HEADER_TABLE_SIZE: 0 } },
    client: [get('/1', 'x-a: b'), get('/2', 'x-a: b')],
  }),
  upstream('an upstream whose header list may be short', {
    options: { settings: { MAX_HEADER_LIST_SIZE: 100 } },
    client: [get('/1'), get('/2', `x-a: ${'b'.repeat(500)}`)],
  }),
];

function bigHead(parts: number, stream = 1): Http2Step[] {
  const part = block([`x-a: ${'y'.repeat(14_000)}`]);
  return [
    frame('HEADERS', 1, stream, block([':status: 200'])),
    frame('CONTINUATION', 0, stream, part, parts),
    frame('CONTINUATION', 4, stream, block(['x-end: 1'])),
  ];
}

export const h2Upstreams: Group = {
  name: 'h2-upstreams',
  scenarios: [...connections, ...goaways, ...resets, ...messages],
};
