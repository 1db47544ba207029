import {
  connection,
  get,
  post,
  receive,
  receiveClose,
  requestBytes,
} from '../harness/client-script.ts';
import { route, typed } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { close, pause, send } from '../harness/step.ts';
import { hang, onRequest, reply } from '../harness/upstream-script.ts';

function slow(ms: number) {
  const { after, steps } = reply(200, 'late');
  return { after, steps: [pause(ms), ...steps] };
}

const timeouts: readonly Scenario[] = [
  {
    name: 'the route timeout',
    routes: [route({ action: { timeout: '0.15s' } })],
    upstream: hang,
    client: [get('/')],
  },
  {
    name: 'the route timeout counts from the end of the request',
    routes: [route({ action: { timeout: '0.2s' } })],
    upstream: slow(100),
    client: [
      connection(
        send('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbo'),
        pause(250),
        send('dy'),
        receive(),
      ),
    ],
  },
  {
    name: 'the route timeout after the head of the response',
    routes: [route({ action: { timeout: '0.15s' } })],
    upstream: onRequest(send('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')),
    client: [connection(send(requestBytes('GET', '/')), receiveClose)],
  },
  {
    name: 'a route timeout of 0 is none',
    routes: [route({ action: { timeout: '0s' } })],
    upstream: slow(100),
    client: [get('/')],
  },
  {
    name: 'an internal client sets its timeout',
    manager: { internal_address_config: {} },
    upstream: hang,
    client: [get('/', 'x-forwarded-for: 10.0.0.1', 'x-envoy-upstream-rq-timeout-ms: 150')],
  },
  {
    name: 'an internal client sets a timeout of 0',
    manager: { internal_address_config: {} },
    routes: [route({ action: { timeout: '0.05s' } })],
    upstream: slow(150),
    client: [get('/', 'x-forwarded-for: 10.0.0.1', 'x-envoy-upstream-rq-timeout-ms: 0')],
  },
  {
    name: 'an internal client sets a timeout per try',
    manager: { internal_address_config: {} },
    upstream: hang,
    client: [get('/', 'x-forwarded-for: 10.0.0.1', 'x-envoy-upstream-rq-per-try-timeout-ms: 150')],
  },
  {
    name: 'a timeout per try that exceeds the timeout',
    manager: { internal_address_config: {} },
    upstream: hang,
    routes: [route({ action: { timeout: '0.1s' } })],
    client: [get('/', 'x-forwarded-for: 10.0.0.1', 'x-envoy-upstream-rq-per-try-timeout-ms: 9000')],
  },
  {
    name: 'an internal client asks for another status on timeout',
    manager: { internal_address_config: {} },
    routes: [route({ action: { timeout: '0.1s' } })],
    upstream: hang,
    client: [get('/', 'x-forwarded-for: 10.0.0.1', 'x-envoy-upstream-rq-timeout-alt-response: 1')],
  },
  {
    name: 'the route’s idle timeout',
    routes: [route({ action: { timeout: '0s', idle_timeout: '0.15s' } })],
    upstream: hang,
    client: [get('/')],
  },
  {
    name: 'the stream idle timeout',
    manager: { stream_idle_timeout: '0.15s' },
    upstream: hang,
    client: [get('/')],
  },
  {
    name: 'the stream idle timeout while the client sends',
    manager: { stream_idle_timeout: '0.15s' },
    client: [
      connection(send('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbo'), receive()),
    ],
  },
  {
    name: 'the stream idle timeout within the response',
    manager: { stream_idle_timeout: '0.15s' },
    upstream: onRequest(send('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')),
    client: [connection(send(requestBytes('GET', '/')), receiveClose)],
  },
  {
    name: 'traffic restarts the stream idle timeout',
    manager: { stream_idle_timeout: '0.2s' },
    upstream: onRequest(
      send('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n'),
      pause(120),
      send('a'),
      pause(120),
      send('b'),
      pause(120),
      send('c'),
    ),
    client: [get('/')],
  },
  {
    name: 'the request timeout',
    manager: { request_timeout: '0.15s' },
    client: [
      connection(send('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbo'), receive()),
    ],
  },
  {
    name: 'the request timeout ends with the request',
    manager: { request_timeout: '0.1s' },
    upstream: slow(200),
    client: [post('/', 'body')],
  },
  {
    name: 'the request headers timeout',
    manager: { request_headers_timeout: '0.15s' },
    client: [connection(send('GET / HTTP/1.1\r\nho'), receive())],
  },
  {
    name: 'the request headers timeout does not count idle time',
    manager: { request_headers_timeout: '0.1s' },
    client: [connection(pause(200), send(requestBytes('GET', '/')), receive())],
  },
  {
    name: 'the idle timeout of a connection',
    manager: { common_http_protocol_options: { idle_timeout: '0.15s' }, drain_timeout: '0.1s' },
    client: [connection(send(requestBytes('GET', '/')), receive(), receiveClose)],
  },
  {
    name: 'the idle timeout of a connection without a request',
    manager: { common_http_protocol_options: { idle_timeout: '0.15s' } },
    client: [connection(receiveClose)],
  },
  {
    name: 'the maximum duration of a connection, idle',
    manager: {
      common_http_protocol_options: { max_connection_duration: '0.2s' },
      drain_timeout: '0.1s',
    },
    client: [connection(send(requestBytes('GET', '/')), receive(), receiveClose)],
  },
  {
    name: 'the maximum duration of a connection, during a request',
    manager: {
      common_http_protocol_options: { max_connection_duration: '0.1s' },
      drain_timeout: '0.05s',
    },
    upstream: slow(250),
    client: [get('/')],
  },
  {
    name: 'the maximum duration of a stream',
    manager: { common_http_protocol_options: { max_stream_duration: '0.15s' } },
    upstream: hang,
    client: [get('/')],
  },
  {
    name: 'the maximum duration of a stream within the response',
    manager: { common_http_protocol_options: { max_stream_duration: '0.15s' } },
    upstream: onRequest(send('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')),
    client: [connection(send(requestBytes('GET', '/')), receiveClose)],
  },
  {
    name: 'the route’s maximum duration of a stream',
    routes: [route({ action: { max_stream_duration: { max_stream_duration: '0.15s' } } })],
    upstream: hang,
    client: [get('/')],
  },
  {
    name: 'the route’s maximum duration by a gRPC header',
    routes: [route({ action: { max_stream_duration: { grpc_timeout_header_max: '5s' } } })],
    upstream: hang,
    client: [get('/', 'grpc-timeout: 150m')],
  },
  {
    name: 'the delayed close',
    manager: { delayed_close_timeout: '0.25s' },
    client: [connection(send('garbage\r\n\r\n'), receive(), receiveClose)],
  },
  {
    name: 'a delayed close of 0',
    manager: { delayed_close_timeout: '0s' },
    client: [connection(send('garbage\r\n\r\n'), receive(), receiveClose)],
  },
  {
    name: 'a client that closes during the delayed close',
    manager: { delayed_close_timeout: '2s' },
    client: [connection(send('garbage\r\n\r\n'), receive(), close)],
  },
  {
    name: 'the idle timeout of an upstream connection',
    clusters: { backend: protocolOptions({ idle_timeout: '0.1s' }) },
    client: [
      connection(
        send(requestBytes('GET', '/1')),
        receive(),
        pause(300),
        send(requestBytes('GET', '/2')),
        receive(),
        pause(300),
      ),
    ],
  },
  {
    name: 'the maximum duration of an upstream connection',
    clusters: { backend: protocolOptions({ max_connection_duration: '0.1s' }) },
    client: [
      connection(
        send(requestBytes('GET', '/1')),
        receive(),
        pause(300),
        send(requestBytes('GET', '/2')),
        receive(),
        pause(300),
      ),
    ],
  },
];

function protocolOptions(common: JsonObject): JsonObject {
  return {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
        'extensions.upstreams.http.v3.HttpProtocolOptions',
        {
          common_http_protocol_options: common,
          explicit_http_config: { http_protocol_options: {} },
        },
      ),
    },
  };
}

export const timeoutGroup: Group = {
  name: 'timeouts',
  scenarios: [...timeouts],
};
