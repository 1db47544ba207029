import { get, post, raw, requestBytes } from '../harness/client-script.ts';
import { named, route, typed } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { reply, respond, responseBytes } from '../harness/upstream-script.ts';

const KB = 1024;

/** A request whose header lines take about so many bytes. */
function headOf(bytes: number): string {
  const line = `x-filler: ${'a'.repeat(998)}\r\n`;
  const fixed = requestBytes('GET', '/', []).length;
  const count = Math.floor((bytes - fixed) / line.length);
  const rest = bytes - fixed - count * line.length;
  const last = rest > 5 ? [`x-r:${'b'.repeat(rest - 6)}`] : [];
  return requestBytes('GET', '/', [...Array<string>(count).fill(line.slice(0, -2)), ...last]);
}

function manyHeaders(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `x-${at}: ${at}`);
}

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

const requests: readonly Scenario[] = [
  { name: 'a head of 59 KB passes', client: [raw(headOf(59 * KB))] },
  { name: 'a head of 61 KB is refused', client: [raw(headOf(61 * KB))] },
  {
    name: 'a head of 61 KB in pieces is refused',
    client: [raw(...slices(headOf(61 * KB), 20 * KB))],
  },
  { name: 'a target of 59 KB passes', client: [get(`/${'a'.repeat(59 * KB)}`)] },
  {
    name: 'a target of 70 KB is refused',
    client: [get(`/${'a'.repeat(70 * KB)}`)],
    // How much was read by the time it is refused depends on how much is read at once.
    volatileStats: [/downstream_cx_rx_bytes_total/],
  },
  { name: 'a header name of 61 KB is refused', client: [get('/', `${'x'.repeat(61 * KB)}: 1`)] },
  {
    name: 'a configured limit on the head: within',
    manager: { max_request_headers_kb: 8 },
    client: [raw(headOf(8 * KB - 100))],
  },
  {
    name: 'a configured limit on the head: beyond',
    manager: { max_request_headers_kb: 8 },
    client: [raw(headOf(8 * KB + 100))],
  },
  { name: 'a hundred headers pass', client: [get('/', ...manyHeaders(99))] },
  { name: 'a hundred and one headers are refused', client: [get('/', ...manyHeaders(100))] },
  {
    name: 'a configured number of headers: within',
    manager: { common_http_protocol_options: { max_headers_count: 10 } },
    client: [get('/', ...manyHeaders(9))],
  },
  {
    name: 'a configured number of headers: beyond',
    manager: { common_http_protocol_options: { max_headers_count: 10 } },
    client: [get('/', ...manyHeaders(10))],
  },
  {
    name: 'repeated headers count one by one',
    manager: { common_http_protocol_options: { max_headers_count: 10 } },
    client: [get('/', ...Array<string>(10).fill('x-same: 1'))],
  },
  {
    name: 'a body above the buffer limit streams',
    listener: { per_connection_buffer_limit_bytes: 4096 },
    clusters: { backend: { per_connection_buffer_limit_bytes: 4096 } },
    client: [post('/', 'x'.repeat(100_000))],
    upstream: reply(200, 'y'.repeat(100_000)),
  },
];

const responses: readonly Scenario[] = [
  {
    name: 'a response head of 59 KB passes',
    client: [get('/')],
    upstream: reply(200, 'ok', `x-a: ${'a'.repeat(59 * KB)}`),
  },
  {
    name: 'a response head of 79 KB',
    client: [get('/')],
    upstream: reply(200, 'ok', `x-a: ${'a'.repeat(79 * KB)}`),
  },
  {
    name: 'a response head of 300 KB',
    client: [get('/')],
    volatileStats: [/upstream_cx_rx_bytes_total/],
    upstream: reply(200, 'ok', `x-a: ${'a'.repeat(300 * KB)}`),
  },
  {
    name: 'a response head of 9 MB',
    client: [get('/')],
    volatileStats: [/upstream_cx_rx_bytes_total/],
    upstream: reply(200, 'ok', `x-a: ${'a'.repeat(9 * KB * KB)}`),
  },
  {
    name: 'a configured limit on the response head: beyond',
    clusters: { backend: protocolOptions({ max_response_headers_kb: 20 }) },
    client: [get('/')],
    upstream: reply(200, 'ok', `x-a: ${'a'.repeat(21 * KB)}`),
  },
  {
    name: 'a response of a hundred headers passes',
    client: [get('/')],
    upstream: reply(200, 'ok', ...manyHeaders(99)),
  },
  {
    name: 'a response of a hundred and one headers is refused',
    client: [get('/')],
    upstream: reply(200, 'ok', ...manyHeaders(100)),
  },
  {
    name: 'a configured number of response headers: beyond',
    clusters: { backend: protocolOptions({ max_headers_count: 5 }) },
    client: [get('/')],
    upstream: reply(200, 'ok', ...manyHeaders(5)),
  },
  {
    name: 'a configured limit on the response head: within',
    clusters: { backend: protocolOptions({ max_response_headers_kb: 80 }) },
    client: [get('/')],
    upstream: reply(200, 'ok', `x-a: ${'a'.repeat(70 * KB)}`),
  },
  {
    name: 'a long status line',
    client: [get('/')],
    upstream: respond(`HTTP/1.1 200 ${'O'.repeat(10_000)}\r\ncontent-length: 0\r\n\r\n`),
  },
  {
    name: 'a large response in one piece',
    client: [get('/')],
    upstream: respond(responseBytes(200, 'z'.repeat(1_500_000))),
  },
];

const counts: readonly Scenario[] = [
  {
    name: 'a downstream connection ends after its number of requests',
    manager: { common_http_protocol_options: { max_requests_per_connection: 2 } },
    client: [
      raw(requestBytes('GET', '/1')),
      { steps: [...raw(requestBytes('GET', '/1')).steps, ...raw(requestBytes('GET', '/2')).steps] },
    ],
  },
  {
    name: 'an upstream connection ends after its number of requests',
    clusters: { backend: protocolOptions({ max_requests_per_connection: 2 }) },
    client: [get('/1'), get('/2'), get('/3')],
  },
  {
    name: 'an upstream connection ends after its number of requests, in the cluster field',
    clusters: { backend: { max_requests_per_connection: 1 } },
    client: [get('/1'), get('/2')],
  },
  {
    name: 'a request of an unknown cluster in a known route table',
    routeConfig: { validate_clusters: false },
    routes: [route({ action: { cluster: named('nowhere') } })],
    client: [get('/')],
  },
];

function slices(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, at) =>
    text.slice(at * length, (at + 1) * length),
  );
}

export const limits: Group = { name: 'limits', scenarios: [...requests, ...responses, ...counts] };
