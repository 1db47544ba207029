import { endpoint } from '../harness/bootstrap.ts';
import { connection, post, raw, receive, requestBytes } from '../harness/client-script.ts';
import { answer, extension, header, route } from '../harness/configuration.ts';
import { http2Cluster } from '../harness/http2-configuration.ts';
import {
  abort,
  ask,
  body,
  data,
  endingHead,
  type Http2Reply,
  type Http2Step,
  head,
  http2,
  http2Hang,
  http2Upstream,
  lastBody,
  lastData,
  onHttp2Head,
  onHttp2Request,
  open,
  receiveEnd,
  resetStream,
  together,
} from '../harness/http2-script.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { close, pause, send } from '../harness/step.ts';
import { hang, reply } from '../harness/upstream-script.ts';

const GRPC = 'content-type: application/grpc';
/** A message of five bytes behind its prefix. */
const MESSAGE = '\0\0\0\0\x05hello';
const OK_HEAD = head(':status: 200', GRPC);
const unary = onHttp2Request(OK_HEAD, data(MESSAGE), endingHead('grpc-status: 0'));

/** The steps of a unary call. */
function calling(...headers: readonly string[]): Http2Step[] {
  return callingOn(1, ...headers);
}

function callingOn(stream: number, ...headers: readonly string[]): Http2Step[] {
  const head = open(stream, 'POST', '/pkg.Service/Method', GRPC, 'te: trailers', ...headers);
  return [...together(head, lastBody(stream, MESSAGE)), receiveEnd(stream)];
}

function call(
  name: string,
  replies: readonly Http2Reply[] = [unary],
  more: Partial<Scenario> = {},
): Scenario {
  return {
    name,
    clusters: { backend: http2Cluster() },
    upstream: http2Upstream(...replies),
    client: [http2(...calling())],
    ...more,
  };
}

/** A call that is answered with a local reply. */
function local(name: string, more: Partial<Scenario>): Scenario {
  // Were the request whole, it would depend on how it is read whether it is before it is answered.
  const head = open(1, 'POST', '/pkg.Service/Method', GRPC, 'te: trailers');
  const client = [http2(head, receiveEnd(1), pause(20))];
  return { name: `local reply: ${name}`, client, ...more };
}

const refusedCluster: JsonObject = http2Cluster(
  {},
  {
    load_assignment: {
      cluster_name: 'backend-{{id}}',
      endpoints: [{ lb_endpoints: [endpoint(1)] }],
    },
  },
);

const localReplies: readonly Scenario[] = [
  local('no route', { routes: [route({ prefix: '/none' })] }),
  local('no cluster', { routes: [route({ action: { cluster_header: 'x-none' } })] }),
  local('no healthy host', {
    clusters: {
      backend: http2Cluster(
        {},
        { load_assignment: { cluster_name: 'backend-{{id}}', endpoints: [] } },
      ),
    },
  }),
  local('a refused connection', {
    client: [http2(...calling())],
    clusters: { backend: refusedCluster },
  }),
  ...[200, 204, 400, 401, 403, 404, 405, 408, 412, 413, 429, 499, 500, 501, 502, 503, 504, 507].map(
    (status) => local(`a direct response with ${status}`, { routes: [answer({}, status, 'said')] }),
  ),
  local('a direct response without a body', { routes: [answer({}, 403)] }),
  local('a message that must be encoded', { routes: [answer({}, 403, 'a%b\nc é ~')] }),
  local('a redirect', { routes: [route({ redirect: { path_redirect: '/new' } })] }),
  local('the route timeout', {
    client: [http2(...calling())],
    routes: [route({ action: { timeout: '0.1s' } })],
    clusters: { backend: http2Cluster() },
    upstream: http2Upstream(http2Hang),
  }),
  local('stream_idle_timeout', {
    client: [http2(...calling())],
    manager: { stream_idle_timeout: '0.1s' },
    clusters: { backend: http2Cluster() },
    upstream: http2Upstream(http2Hang),
  }),
  local('max_stream_duration', {
    client: [http2(...calling())],
    manager: { common_http_protocol_options: { max_stream_duration: '0.1s' } },
    clusters: { backend: http2Cluster() },
    upstream: http2Upstream(http2Hang),
  }),
  local('a circuit breaker', {
    clusters: {
      backend: http2Cluster({}, { circuit_breakers: { thresholds: [{ max_requests: 0 }] } }),
    },
    upstream: http2Upstream(unary),
  }),
  local('response headers of the route', {
    routes: [answer({}, 403, 'no', { response_headers_to_add: [header('x-added', 'yes')] })],
  }),
  local('a mapper of local replies', {
    routes: [answer({}, 403, 'no')],
    manager: {
      local_reply_config: {
        mappers: [
          {
            filter: {
              status_code_filter: {
                comparison: { op: 'EQ', value: { default_value: 403, runtime_key: 'x' } },
              },
            },
            status_code: 429,
            body: { inline_string: 'mapped' },
          },
        ],
      },
    },
  }),
  local('HTTP/1.1', {
    routes: [answer({}, 503, 'no')],
    client: [post('/pkg.Service/Method', MESSAGE, GRPC)],
  }),
  local('HEAD', {
    routes: [answer({}, 503, 'no')],
    client: [http2(ask(1, 'HEAD', '/pkg.Service/Method', GRPC), receiveEnd(1))],
  }),
  ...[
    'application/grpc+proto',
    'application/grpc;charset=utf-8',
    'application/grpc-web',
    'application/grpc-web+proto',
    'application/grpcx',
    'application/GRPC',
    'application/json',
  ].map((type) =>
    local(`the content type ${type}`, {
      routes: [answer({}, 503, 'no')],
      client: [http2(open(1, 'POST', '/', `content-type: ${type}`), receiveEnd(1))],
    }),
  ),
];

const calls: readonly Scenario[] = [
  call('a unary call'),
  call('trailers only', [
    onHttp2Request(endingHead(':status: 200', GRPC, 'grpc-status: 5', 'grpc-message: gone')),
  ]),
  call('an error in trailers', [
    onHttp2Request(OK_HEAD, data(MESSAGE), endingHead('grpc-status: 13', 'grpc-message: a%20b')),
  ]),
  call('a status that is no number', [onHttp2Request(OK_HEAD, endingHead('grpc-status: x'))]),
  call('a status above 16', [onHttp2Request(OK_HEAD, endingHead('grpc-status: 99'))]),
  call('no status at all', [onHttp2Request(OK_HEAD, lastData(MESSAGE))]),
  call('503 of the upstream without gRPC', [
    onHttp2Request(head(':status: 503', 'content-type: text/plain'), lastData('down')),
  ]),
  call(
    'streaming both ways',
    [
      onHttp2Head(
        OK_HEAD,
        { do: 'receiveBytes', bytes: 10 },
        data(MESSAGE),
        { do: 'receiveBytes', bytes: 20 },
        data(MESSAGE),
        receiveEnd(),
        endingHead('grpc-status: 0'),
      ),
    ],
    {
      client: [
        http2(
          open(1, 'POST', '/pkg.Service/Method', GRPC, 'te: trailers'),
          body(1, MESSAGE),
          { do: 'receiveBytes', stream: 1, bytes: 10 },
          body(1, MESSAGE),
          { do: 'receiveBytes', stream: 1, bytes: 20 },
          lastBody(1, ''),
          receiveEnd(1),
        ),
      ],
    },
  ),
  call('the client cancels', [onHttp2Head(OK_HEAD)], {
    client: [
      http2(
        open(1, 'POST', '/pkg.Service/Method', GRPC, 'te: trailers'),
        { do: 'receiveHead', stream: 1 },
        resetStream(1, 'CANCEL'),
        pause(30),
      ),
    ],
  }),
  call(
    'an early status',
    [onHttp2Head(endingHead(':status: 200', GRPC, 'grpc-status: 7'), pause(30), abort('NO_ERROR'))],
    {
      volatileStats: [/http2\.[rt]x_reset$/],
      client: [
        http2(
          open(1, 'POST', '/pkg.Service/Method', GRPC, 'te: trailers'),
          body(1, MESSAGE),
          receiveEnd(1),
          pause(20),
        ),
      ],
    },
  ),
  ...(['CANCEL', 'REFUSED_STREAM', 'ENHANCE_YOUR_CALM', 'INTERNAL_ERROR'] as const).map((code) =>
    call(`the upstream resets with ${code}`, [onHttp2Request(abort(code))]),
  ),
  call('the upstream resets after messages', [
    onHttp2Request(OK_HEAD, data(MESSAGE), pause(20), abort('INTERNAL_ERROR')),
  ]),
  call('a response to HTTP/1.1 with trailers', [unary], {
    client: [post('/pkg.Service/Method', MESSAGE, GRPC, 'te: trailers')],
    manager: { http_protocol_options: { enable_trailers: true } },
  }),
  call('a route that matches gRPC', [unary], {
    routes: [route({ match: { prefix: '/', grpc: {} } }), answer({}, 418, 'no gRPC')],
    client: [
      http2(...calling(), ask(3, 'GET', '/'), receiveEnd(3)),
      http2(
        open(1, 'POST', '/', 'content-type: application/grpc+json'),
        lastBody(1, MESSAGE),
        receiveEnd(1),
      ),
    ],
  }),
  call(
    'the access log',
    [onHttp2Request(OK_HEAD, data(MESSAGE), endingHead('grpc-status: 5', 'grpc-message: gone'))],
    {
      logs: [
        {
          format: {
            text_format_source: {
              inline_string:
                '%GRPC_STATUS% %GRPC_STATUS(CAMEL_STRING)% %GRPC_STATUS(SNAKE_STRING)% ' +
                '%GRPC_STATUS(NUMBER)% %GRPC_STATUS_NUMBER% %TRAILER(grpc-message)% %RESP(grpc-status)%\n',
            },
          },
        },
        {
          format: { text_format_source: { inline_string: 'not found\n' } },
          filter: { grpc_status_filter: { statuses: ['NOT_FOUND'] } },
        },
        {
          format: { text_format_source: { inline_string: 'not ok\n' } },
          filter: { grpc_status_filter: { statuses: ['NOT_FOUND'], exclude: true } },
        },
      ],
    },
  ),
];

const LIMITED = { max_stream_duration: { grpc_timeout_header_max: '0.2s' } };

/** A call with a deadline to an upstream that never answers, or answers at once. */
function deadline(
  name: string,
  timeout: string,
  action: JsonObject,
  replies: readonly Http2Reply[] = [http2Hang],
): Scenario {
  return call(`grpc-timeout: ${name}`, replies, {
    routes: [route({ action })],
    client: [http2(...calling(`grpc-timeout: ${timeout}`))],
  });
}

/** A call without any time, over a connection that is there already: else the two would race. */
function immediate(name: string, timeout: string, action: JsonObject): Scenario {
  return call(`grpc-timeout: ${name}`, [unary, http2Hang], {
    routes: [route({ action })],
    client: [http2(...calling(), ...callingOn(3, `grpc-timeout: ${timeout}`))],
  });
}

const timeouts: readonly Scenario[] = [
  deadline('not looked at by default', '100m', { timeout: '0.3s' }),
  deadline('passed on', '5S', {}, [unary]),
  deadline('grpc_timeout_header_max, below', '50m', LIMITED),
  deadline('grpc_timeout_header_max, above', '5S', LIMITED),
  deadline('grpc_timeout_header_max, 0 is without limit', '100m', {
    max_stream_duration: { grpc_timeout_header_max: '0s' },
  }),
  deadline('grpc_timeout_header_offset', '1S', {
    max_stream_duration: { grpc_timeout_header_max: '5s', grpc_timeout_header_offset: '0.9s' },
  }),
  immediate('grpc_timeout_header_offset beyond the timeout', '100m', {
    max_stream_duration: { grpc_timeout_header_max: '5s', grpc_timeout_header_offset: '1s' },
  }),
  deadline('max_grpc_timeout, below', '100m', { max_grpc_timeout: '0.3s' }),
  deadline('max_grpc_timeout, above', '5S', { max_grpc_timeout: '0.2s' }),
  deadline('max_grpc_timeout of 0', '100m', { max_grpc_timeout: '0s' }),
  deadline('max_grpc_timeout and grpc_timeout_offset', '1S', {
    max_grpc_timeout: '5s',
    grpc_timeout_offset: '0.9s',
  }),
  ...['100', 'm', '100x', '-1S', '1.5S', '123456789m', '99999999H', '100000u', '90000000n'].map(
    (text) => deadline(JSON.stringify(text), text, { timeout: '0.3s', ...LIMITED }),
  ),
  immediate('"0m"', '0m', { timeout: '0.3s', ...LIMITED }),
  deadline('max_grpc_timeout tells the upstream', '2S', { max_grpc_timeout: '1s' }, [unary]),
];

function retrying(on: string, status: number, times = 1): Scenario {
  return call(
    `retry on ${on} of ${status}`,
    [
      ...Array.from({ length: times }, () =>
        onHttp2Request(endingHead(':status: 200', GRPC, `grpc-status: ${status}`)),
      ),
      unary,
    ],
    {
      routes: [route({ action: { retry_policy: { retry_on: on } } })],
      volatileText: [[/(x-envoy-expected-rq-timeout-ms: )1\d{4}$/, '$1{ms}']],
    },
  );
}

const retries: readonly Scenario[] = [
  retrying('cancelled', 1),
  retrying('deadline-exceeded', 4),
  retrying('resource-exhausted', 8),
  retrying('unavailable', 14),
  retrying('internal', 13),
  retrying('unavailable', 13),
  retrying('unavailable,internal', 13, 3),
  call(
    'retry on a status in trailers',
    [onHttp2Request(OK_HEAD, endingHead('grpc-status: 14')), unary],
    {
      routes: [route({ action: { retry_policy: { retry_on: 'unavailable' } } })],
    },
  ),
  call(
    'x-envoy-retry-grpc-on',
    [onHttp2Request(endingHead(':status: 200', GRPC, 'grpc-status: 14')), unary],
    {
      client: [http2(...calling('x-envoy-retry-grpc-on: unavailable', 'x-envoy-max-retries: 2'))],
      volatileText: [[/(x-envoy-expected-rq-timeout-ms: )1\d{4}$/, '$1{ms}']],
    },
  ),
];

const overHttp1: readonly Scenario[] = [
  {
    name: 'a call to an upstream that speaks HTTP/1.1',
    client: [http2(...calling())],
    upstream: reply(200, MESSAGE, GRPC, 'grpc-status: 0'),
  },
  {
    name: 'a call in HTTP/1.1 that is left',
    client: [
      connection(
        send(requestBytes('POST', '/pkg.Service/Method', [GRPC, 'content-length: 10'])),
        pause(100),
        close,
      ),
    ],
    upstream: hang,
  },
  {
    name: 'a call in HTTP/1.1 without a route',
    routes: [route({ prefix: '/none' })],
    client: [
      raw(requestBytes('GET', '/', [GRPC])),
      connection(send(requestBytes('HEAD', '/', [GRPC])), receive()),
    ],
  },
  {
    name: 'an extension that is not there',
    manager: {
      http_filters: [
        extension(
          'envoy.filters.http.grpc_stats',
          'extensions.filters.http.grpc_stats.v3.FilterConfig',
        ),
        extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router'),
      ],
    },
    client: [http2(...calling())],
  },
];

export const grpc: Group = {
  name: 'grpc',
  scenarios: [...localReplies, ...calls, ...timeouts, ...retries, ...overHttp1],
};
