import {
  connection,
  from,
  get,
  keepAlive,
  post,
  raw,
  receive,
  receiveText,
  request,
  requestBytes,
} from '../harness/client-script.ts';
import { answer, extension, route } from '../harness/configuration.ts';
import type { AccessLogFile, Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { close, pause, reset, send } from '../harness/step.ts';
import {
  echo,
  hang,
  onHead,
  onRequest,
  reply,
  respond,
  respondAndClose,
} from '../harness/upstream-script.ts';

/** One stream through a rewriting route, logged with one command operator. */
function operator(formatter: string, hidden?: readonly [RegExp, string]): Scenario {
  return {
    name: `operator ${formatter}`,
    logs: [{ format: text(`[${formatter}]\n`) }, { format: { json_format: { value: formatter } } }],
    routes: [
      route({
        prefix: '/a',
        action: { prefix_rewrite: '/b' },
        with: {
          name: 'the-route',
          metadata: { filter_metadata: { 'com.test': { key: 'value', deep: { er: [1, 'two'] } } } },
        },
      }),
    ],
    upstream: reply(
      201,
      'response',
      'content-type: text/plain',
      'x-up: one',
      'x-up: two',
      'trailer: x-t',
    ),
    client: [
      from(
        '127.0.0.7',
        post(
          '/a/path?q=1&r=2',
          'request',
          'x-a: one',
          'x-b: first',
          'x-b: second',
          'user-agent: pro"be\ttab',
          'x-forwarded-for: 203.0.113.9',
        ),
      ),
    ],
    ...(hidden === undefined ? {} : { volatileText: [hidden] }),
  };
}

/** A number that depends on time or on the position in the table. */
function number(formatter: string): Scenario {
  return operator(formatter, [/^(\[|\{"value":"?)-?\d+(\.\d+)?("?\}|\])$/, '$1{number}$3']);
}

const operators: readonly Scenario[] = [
  ...[
    '%REQ(:METHOD)%',
    '%REQ(:PATH)%',
    '%REQ(:AUTHORITY)%',
    '%REQ(:SCHEME)%',
    '%REQ(X-A)%',
    '%REQ(X-B)%',
    '%REQ(X-NONE)%',
    '%REQ(X-NONE?X-A)%',
    '%REQ(X-A):1%',
    '%REQ(USER-AGENT)%',
    '%RESP(X-UP)%',
    '%RESP(:STATUS)%',
    '%RESP(CONTENT-TYPE)%',
    '%RESP(SERVER)%',
    '%TRAILER(X-T)%',
    '%RESPONSE_TRAILER(X-T)%',
    '%PROTOCOL%',
    '%RESPONSE_CODE%',
    '%RESPONSE_CODE_DETAILS%',
    '%CONNECTION_TERMINATION_DETAILS%',
    '%RESPONSE_FLAGS%',
    '%RESPONSE_FLAGS_LONG%',
    '%BYTES_RECEIVED%',
    '%BYTES_SENT%',
    '%BYTES_RETRANSMITTED%',
    '%PACKETS_RETRANSMITTED%',
    '%DOWNSTREAM_WIRE_BYTES_RECEIVED%',
    '%DOWNSTREAM_HEADER_BYTES_RECEIVED%',
    '%UPSTREAM_WIRE_BYTES_RECEIVED%',
    '%UPSTREAM_WIRE_BYTES_SENT%',
    '%UPSTREAM_HEADER_BYTES_RECEIVED%',
    '%UPSTREAM_HEADER_BYTES_SENT%',
    '%UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT%',
    '%REQUEST_HEADERS_BYTES%',
    '%RESPONSE_TRAILERS_BYTES%',
    '%UPSTREAM_HOST%',
    '%UPSTREAM_HOST_NAME%',
    '%UPSTREAM_HOST_NAME_WITHOUT_PORT%',
    '%UPSTREAM_CLUSTER%',
    '%UPSTREAM_CLUSTER_RAW%',
    '%UPSTREAM_REMOTE_ADDRESS%',
    '%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
    '%UPSTREAM_LOCAL_ADDRESS%',
    '%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%',
    '%UPSTREAM_HOSTS_ATTEMPTED%',
    '%UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT%',
    '%UPSTREAM_PROTOCOL%',
    '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
    '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
    '%UPSTREAM_METADATA(["a"])%',
    '%DOWNSTREAM_REMOTE_ADDRESS%',
    '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
    '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(16)%',
    '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%',
    '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%',
    '%DOWNSTREAM_LOCAL_ADDRESS%',
    '%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%',
    '%DOWNSTREAM_DIRECT_LOCAL_ADDRESS%',
    '%DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT%',
    '%DOWNSTREAM_TRANSPORT_FAILURE_REASON%',
    '%DOWNSTREAM_DETECTED_CLOSE_TYPE%',
    '%DOWNSTREAM_LOCAL_CLOSE_REASON%',
    '%UPSTREAM_DETECTED_CLOSE_TYPE%',
    '%UPSTREAM_LOCAL_CLOSE_REASON%',
    '%UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED%',
    '%DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED%',
    '%DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID%',
    '%DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID%',
    '%UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID%',
    '%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(16)%',
    '%UPSTREAM_HOST_NAMES_ATTEMPTED%',
    '%UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT%',
    '%LISTENER_NAME%',
    '%CUSTOM_FLAGS%',
    '%COMMON_DURATION(DS_CX_BEG:DS_CX_END:us)%',
    '%COMMON_DURATION(DS_RX_BEG:US_HS_END:us)%',
    '%COMMON_DURATION(DS_RX_BEG:NOBODY_SETS_IT:us)%',
    '%DOWNSTREAM_TLS_VERSION%',
    '%DOWNSTREAM_PEER_URI_SAN%',
    '%REQUESTED_SERVER_NAME%',
    '%ROUTE_NAME%',
    '%VIRTUAL_CLUSTER_NAME%',
    '%METADATA(ROUTE:com.test:key)%',
    '%METADATA(ROUTE:com.test:deep)%',
    '%METADATA(ROUTE:com.test:deep:er)%',
    '%METADATA(ROUTE:com.test)%',
    '%METADATA(CLUSTER:com.test)%',
    '%METADATA(VIRTUAL_HOST:com.test:key)%',
    '%DYNAMIC_METADATA(com.test:key)%',
    '%CLUSTER_METADATA(com.test:key)%',
    '%FILTER_STATE(key)%',
    '%FILTER_CHAIN_NAME%',
    '%ACCESS_LOG_TYPE%',
    '%LOCAL_REPLY_BODY%',
    '%GRPC_STATUS%',
    '%GRPC_STATUS_NUMBER%',
    '%ENVIRONMENT(DIFFERENTIAL_NONE)%',
    '%PATH%',
    '%PATH(NQ)%',
    '%PATH(WQ:ORIG)%',
    '%PATH(NQ:ORIG):2%',
    '%QUERY_PARAM(q)%',
    '%QUERY_PARAM(none)%',
    '%QUERY_PARAMS(ORIG)%',
    '%REQUEST_HEADER(x-a)%',
    '%RESPONSE_HEADER(x-up)%',
    '%TRACE_ID%',
    '%SPAN_ID%',
    '%COALESCE({"operators": [{"command": "REQ", "param": "X-NONE"}, {"command": "REQ", "param": "X-A"}]})%',
    '%START_TIME(no-date)%',
    '%%',
    'plain text',
    '%REQ(X-A)%%REQ(X-B)% and %PROTOCOL%',
  ].map((formatter) => operator(formatter)),
  operator('%STREAM_ID%'),
  operator('%UNIQUE_ID%'),
  operator('%HOSTNAME%', [/^(\[|\{"value":")[^"\]]+("\}|\])$/, '$1{host name}$2']),
  ...[
    '%DURATION%',
    '%REQUEST_DURATION%',
    '%REQUEST_TX_DURATION%',
    '%RESPONSE_DURATION%',
    '%RESPONSE_TX_DURATION%',
    '%ROUNDTRIP_DURATION%',
    '%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%',
    '%COMMON_DURATION(US_TX_BEG:US_RX_END:ms)%',
    '%DOWNSTREAM_HANDSHAKE_DURATION%',
    '%CONNECTION_ID%',
    '%UPSTREAM_CONNECTION_ID%',
    '%DOWNSTREAM_REMOTE_PORT%',
    '%DOWNSTREAM_DIRECT_REMOTE_PORT%',
    '%DOWNSTREAM_LOCAL_PORT%',
    '%UPSTREAM_REMOTE_PORT%',
    '%UPSTREAM_LOCAL_PORT%',
    '%COMMON_DURATION(DS_RX_BEG:DS_RX_HDR_END:us)%',
    '%COMMON_DURATION(US_RX_BEG:US_RX_BODY_BEG:us)%',
    '%COMMON_DURATION(US_CX_BEG:US_CX_END:us)%',
    '%UPSTREAM_CONNECTION_POOL_READY_DURATION%',
    '%DOWNSTREAM_CX_RTT%',
    '%DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT%',
    '%DOWNSTREAM_WIRE_BYTES_SENT%',
    '%DOWNSTREAM_HEADER_BYTES_SENT%',
    '%RESPONSE_HEADERS_BYTES%',
    '%START_TIME(%s)%',
    '%START_TIME(%s%3f)%',
  ].map(number),
  ...[
    '%START_TIME%',
    '%START_TIME(%Y/%m/%dT%H:%M:%S%z %3f)%',
    '%START_TIME(%Y-%m-%dT%H:%M:%E3S%Ez)%',
    '%START_TIME_LOCAL(%Y/%m/%d)%',
    '%EMIT_TIME(%Y/%m/%d)%',
  ].map((formatter) => operator(formatter, [/\d/g, '#'])),
];

function text(format: string): JsonObject {
  return { text_format_source: { inline_string: format } };
}

/** A stream that is logged in the given format. */
function format(name: string, file: AccessLogFile, more: Partial<Scenario> = {}): Scenario {
  return { name: `format: ${name}`, logs: [file], client: [get('/x', 'x-a: é"\\\x09')], ...more };
}

const formats: readonly Scenario[] = [
  format(
    'the default',
    {},
    {
      volatileText: [
        [/\[\d{4}-[^\]]*\]/, '[{time}]'],
        [/ \d+ (\d+|-) "-" "/, ' {ms} {ms} "-" "'],
      ],
    },
  ),
  format(
    'the default of a local reply',
    {},
    {
      routes: [route({ path: '/only' })],
      volatileText: [
        [/\[\d{4}-[^\]]*\]/, '[{time}]'],
        [/ \d+ - "-" "/, ' {ms} - "-" "'],
      ],
    },
  ),
  format('JSON with numbers, texts, nulls and nesting', {
    format: {
      json_format: {
        z: 'last',
        number: '%RESPONSE_CODE%',
        mixed: 'code %RESPONSE_CODE%',
        missing: '%REQ(x-none)%',
        text: '%REQ(x-a)%',
        nested: { list: ['%PROTOCOL%', 1, true, { deep: '%BYTES_SENT%' }], empty: {} },
        constant: 1.5,
        yes: true,
      },
    },
  }),
  format('JSON without empty values', {
    format: {
      json_format: { missing: '%REQ(x-none)%', mixed: 'a%REQ(x-none)%b', there: '%PROTOCOL%' },
      omit_empty_values: true,
    },
  }),
  format('text without empty values', {
    format: { ...text('[%REQ(x-none)%] [%PROTOCOL%]\n'), omit_empty_values: true },
  }),
  format('typed JSON of every sort', {
    format: {
      json_format: {
        sent: '%BYTES_SENT%',
        attempt: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
        host: '%UPSTREAM_HOST%',
        flags: '%RESPONSE_FLAGS%',
        route: '%ROUTE_NAME%',
      },
    },
  }),
  format('text without a line end', { format: text('one ') }, { client: [get('/'), get('/')] }),
  format('the deprecated text_format', { format: { text_format: '%PROTOCOL% old\n' } }),
  format(
    'bytes that are no UTF-8',
    { format: text('%REQ(x-a)%\n') },
    { client: [get('/', 'x-a: \xff\xfe')] },
  ),
  format(
    'bytes that are no UTF-8 in JSON',
    { format: { json_format: { v: '%REQ(x-a)%' } } },
    { client: [get('/', 'x-a: \xff\xfeb\xc3\xa9')] },
  ),
  format(
    'control characters in JSON',
    { format: { json_format: { v: '%REQ(x-a)%', 'k"ey': '<&>' } } },
    { client: [get('/', 'x-a: a\tb"c\\d/e<f>')] },
  ),
];

/** Streams of several outcomes, and which of them a filter lets into the log. */
function filter(name: string, accessLogFilter: JsonObject, more: Partial<Scenario> = {}): Scenario {
  return {
    name: `filter: ${name}`,
    logs: [
      { format: text('%REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS%\n'), filter: accessLogFilter },
    ],
    routes: [
      answer({ path: '/404' }, 404),
      answer({ path: '/500' }, 500),
      route({ path: '/slow', action: { timeout: '0.1s' }, to: 'slow' }),
      route({ path: '/up' }),
    ],
    upstreams: { slow: hang },
    client: [
      get('/404'),
      get('/500'),
      get('/slow'),
      get('/up', 'x-a: one', 'user-agent: Envoy/HC'),
      get('/none'),
      request('POST', '/up', ['content-type: application/grpc'], ''),
      connection(send(requestBytes('GET', '/up')), receive(), close),
    ],
    ...more,
  };
}

function comparison(op: string, value: number): JsonObject {
  return { comparison: { op, value: { default_value: value, runtime_key: 'differential.none' } } };
}

const filters: readonly Scenario[] = [
  filter('status >= 500', { status_code_filter: comparison('GE', 500) }),
  filter('status = 404', { status_code_filter: comparison('EQ', 404) }),
  filter('status <= 404', { status_code_filter: comparison('LE', 404) }),
  filter('status ≠ 404', { status_code_filter: comparison('NE', 404) }),
  filter('duration ≥ 80 ms', { duration_filter: comparison('GE', 80) }),
  filter('no health check', { not_health_check_filter: {} }),
  filter('traceable', { traceable_filter: {} }),
  filter('runtime: all', {
    runtime_filter: { runtime_key: 'differential.none', percent_sampled: { numerator: 100 } },
  }),
  filter('runtime: none', {
    runtime_filter: { runtime_key: 'differential.none', percent_sampled: { numerator: 0 } },
  }),
  filter('and', {
    and_filter: {
      filters: [
        { status_code_filter: comparison('GE', 400) },
        { status_code_filter: comparison('LE', 499) },
      ],
    },
  }),
  filter('or', {
    or_filter: {
      filters: [
        { status_code_filter: comparison('EQ', 404) },
        { status_code_filter: comparison('EQ', 504) },
      ],
    },
  }),
  filter('header', { header_filter: { header: { name: 'x-a', string_match: { exact: 'one' } } } }),
  filter('header absent', { header_filter: { header: { name: 'x-a', present_match: false } } }),
  filter('any response flag', { response_flag_filter: {} }),
  filter('response flags', { response_flag_filter: { flags: ['UT'] } }),
  filter('gRPC status', { grpc_status_filter: { statuses: ['OK'] } }),
  filter('no gRPC status', { grpc_status_filter: { statuses: ['OK'], exclude: true } }),
  filter('metadata', {
    metadata_filter: {
      matcher: { filter: 'f', path: [{ key: 'k' }], value: { present_match: true } },
    },
  }),
  filter('metadata not found', {
    metadata_filter: {
      matcher: { filter: 'f', path: [{ key: 'k' }], value: { present_match: true } },
      match_if_key_not_found: { value: false },
    },
  }),
  filter('log type: downstream end', { log_type_filter: { types: ['DownstreamEnd'] } }),
  filter('log type excluded', { log_type_filter: { types: ['DownstreamEnd'], exclude: true } }),
  filter('CEL expression', {
    extension_filter: extension(
      'cel',
      'extensions.access_loggers.filters.cel.v3.ExpressionFilter',
      { expression: 'response.code >= 500' },
    ),
  }),
];

const moments: readonly Scenario[] = [
  {
    name: 'a log at the start of a request and at its end',
    manager: { access_log_options: { flush_access_log_on_new_request: true } },
    logs: [{ format: text('%ACCESS_LOG_TYPE% %RESPONSE_CODE% %REQ(:PATH)%\n') }],
    client: [get('/')],
  },
  {
    name: 'logs of requests that never became one',
    logs: [
      {
        format: text(
          '%PROTOCOL% %REQ(:METHOD)% %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_SENT% %ROUTE_NAME% %UPSTREAM_HOST%\n',
        ),
      },
    ],
    client: [raw('garbage\r\n\r\n'), connection(send('GET / HT'), pause(40), close)],
  },
  {
    name: 'a log file is shared by several loggers',
    logs: [{ format: text('one %RESPONSE_CODE%\n') }, { format: text('two %RESPONSE_CODE%\n') }],
    client: [get('/'), get('/')],
  },
];

/** Every counter of bytes of a stream: the client's side, then the upstream's. */
const BYTES = ['DOWNSTREAM', 'UPSTREAM']
  .map((side) =>
    ['WIRE', 'HEADER', 'DECOMPRESSED_HEADER']
      .flatMap((kind) => [`%${side}_${kind}_BYTES_RECEIVED%`, `%${side}_${kind}_BYTES_SENT%`])
      .join(' '),
  )
  .join(' | ');

/** Nothing in the messages depends on time. */
const bytesManager: JsonObject = {
  http_filters: [
    extension('router', 'extensions.filters.http.router.v3.Router', {
      suppress_envoy_headers: true,
    }),
  ],
  generate_request_id: false,
};

function added(key: string, value: string): JsonObject {
  return { header: { key, value } };
}

/** How many bytes of a stream went over the wire. */
function bytes(name: string, more: Partial<Scenario>): Scenario {
  return {
    name: `bytes: ${name}`,
    manager: bytesManager,
    logs: [{ format: text(`${BYTES}\n`) }],
    client: [get('/')],
    ...more,
  };
}

const CHUNKED = ['transfer-encoding: chunked'];

const wireBytes: readonly Scenario[] = [
  bytes('a request without a body', {}),
  bytes('bodies of known length', {
    upstream: reply(200, 'response', 'x-a: b'),
    client: [post('/path', 'request')],
  }),
  bytes('a request in pieces', {
    client: [raw('POST / HT', 'TP/1.1\r\nhost: a\r\ncontent-le', 'ngth: 4\r\n\r\nab', 'cd')],
  }),
  bytes('chunked both ways', {
    upstream: respond(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n',
    ),
    client: [raw(`${requestBytes('POST', '/', CHUNKED)}003\r\nabc\r\n0\r\n\r\n`)],
  }),
  bytes('trailers that are not forwarded', {
    upstream: respond(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx-t:  1 \r\n\r\n',
    ),
    client: [raw(`${requestBytes('POST', '/', CHUNKED)}1\r\na\r\n0\r\nx-t: one\r\n\r\n`)],
  }),
  bytes('trailers that are forwarded', {
    manager: { ...bytesManager, http_protocol_options: { enable_trailers: true } },
    clusters: { backend: { http_protocol_options: { enable_trailers: true } } },
    upstream: respond(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx-t:  1 \r\nx-u: 2\r\n\r\n',
    ),
    client: [raw(`${requestBytes('POST', '/', CHUNKED)}1\r\na\r\n0\r\nx-t: one\r\n\r\n`)],
  }),
  bytes('a body until the end of the connection', {
    upstream: respondAndClose('HTTP/1.0 200 OK\r\nx-a: b\r\n\r\nhello'),
  }),
  bytes('HEAD', {
    upstream: respond('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'),
    client: [request('HEAD', '/')],
  }),
  bytes('white space around values', {
    upstream: respond('HTTP/1.1 200 OK\r\nx-a:b\r\nx-c: \t d  \r\ncontent-length:   0\r\n\r\n'),
    client: [get('/', 'x-a:b', 'x-b:   c \t', 'x-d: ')],
  }),
  bytes('blank lines before the request', { client: [raw(`\r\n\r\n${requestBytes('GET', '/')}`)] }),
  bytes('several requests on a connection', {
    client: [keepAlive(requestBytes('GET', '/1'), requestBytes('POST', '/22', [], 'body'))],
  }),
  bytes('pipelined requests', {
    client: [
      connection(send(requestBytes('GET', '/1') + requestBytes('GET', '/2222')), receive(2)),
    ],
  }),
  bytes('in header rules', {
    routes: [
      route({
        prefix: '/',
        with: {
          request_headers_to_add: [added('x-request', '%DOWNSTREAM_WIRE_BYTES_RECEIVED%')],
          response_headers_to_add: [
            added('x-response', '%UPSTREAM_HEADER_BYTES_RECEIVED% %UPSTREAM_WIRE_BYTES_SENT%'),
            added('x-listener', '%LISTENER_NAME% %DOWNSTREAM_DETECTED_CLOSE_TYPE%'),
          ],
        },
      }),
    ],
  }),
  bytes('an interim response', {
    manager: { ...bytesManager, proxy_100_continue: true },
    upstream: respond(
      'HTTP/1.1 100 Continue\r\nx-i: 1\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
    ),
    client: [post('/', 'body', 'expect: 100-continue')],
  }),
  bytes('100 Continue of the proxy', { client: [post('/', 'body', 'expect: 100-continue')] }),
  bytes('a direct response', { routes: [answer({ prefix: '/' }, 200, 'body')] }),
  bytes('no route', { routes: [route({ path: '/only' })] }),
  bytes('no upstream', { clusters: { backend: upstreamAt() } }),
  bytes('nobody listens', { clusters: { backend: upstreamAt(1) } }),
  bytes('garbage', { client: [raw('garbage\r\n\r\n')] }),
  bytes('a client that leaves within the head', {
    client: [connection(send('GET / HTTP/1.1\r\nhost: a\r\nx-a'), pause(40), close)],
  }),
  bytes('a client that leaves before the answer', {
    upstream: hang,
    client: [connection(send(requestBytes('POST', '/', [], 'body')), pause(60), close)],
  }),
  bytes('an upstream that breaks off', {
    upstream: respondAndClose('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello'),
  }),
  bytes('an upstream that says garbage', { upstream: respondAndClose('garbage') }),
  bytes('a tunnel', {
    manager: { ...bytesManager, upgrade_configs: [{ upgrade_type: 'websocket' }] },
    upstream: onHead(
      send('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
      echo,
    ),
    client: [
      connection(
        send(requestBytes('GET', '/', ['connection: upgrade', 'upgrade: websocket'])),
        receiveText('\r\n\r\n'),
        send('ping'),
        receiveText('ping'),
        close,
      ),
    ],
  }),
];

const OUTCOME = [
  'DOWNSTREAM_DETECTED_CLOSE_TYPE',
  'DOWNSTREAM_LOCAL_CLOSE_REASON',
  'UPSTREAM_DETECTED_CLOSE_TYPE',
  'UPSTREAM_LOCAL_CLOSE_REASON',
  'UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID',
  'UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(8)',
];

/** What a log says of how a stream and its connections came to their end. */
function end(name: string, more: Partial<Scenario>): Scenario {
  return {
    name: `end: ${name}`,
    logs: [
      {
        format: { json_format: Object.fromEntries(OUTCOME.map((name) => [name, `%${name}%`])) },
      },
    ],
    client: [get('/')],
    ...more,
  };
}

/** A cluster with a host at each of the ports; nobody listens at port 1. */
function upstreamAt(...ports: readonly number[]): JsonObject {
  const endpoints = ports.map((port_value) => ({
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value } } },
  }));
  return { load_assignment: { endpoints: [{ lb_endpoints: endpoints }] } };
}

const ends: readonly Scenario[] = [
  end('the client closes', {
    upstream: hang,
    client: [connection(send(requestBytes('GET', '/')), pause(60), close)],
  }),
  end('the client resets', {
    upstream: hang,
    client: [connection(send(requestBytes('GET', '/')), pause(60), reset)],
  }),
  end('the upstream closes', { upstream: respondAndClose('') }),
  end('the upstream resets', { upstream: onRequest(reset) }),
  end('the upstream resets within a body', {
    upstream: onRequest(send('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhe'), pause(50), reset),
  }),
  end('a timeout', {
    upstream: hang,
    routes: [route({ prefix: '/', action: { timeout: '0.1s' } })],
  }),
  end('a direct response', { routes: [answer({ prefix: '/' }, 200, 'body')] }),
  end('garbage', { client: [raw('garbage\r\n\r\n')] }),
  end('nobody listens', { clusters: { backend: upstreamAt(1) } }),
  end('no host', { clusters: { backend: upstreamAt() } }),
];

export const accessLog: Group = {
  name: 'access-log',
  scenarios: [...operators, ...formats, ...filters, ...moments, ...wireBytes, ...ends],
};
