import { get } from '../harness/client-script.ts';
import { http2Cluster, protocolOptions } from '../harness/http2-configuration.ts';
import {
  ask,
  fields,
  fieldsOf,
  frame,
  type Http2Step,
  http2,
  http2Reply,
  http2Upstream,
  http2With,
  lastBody,
  open,
  receiveEnd,
  receiveGoaway,
} from '../harness/http2-script.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { pause } from '../harness/step.ts';
import { hang } from '../harness/upstream-script.ts';

const exchange = [{ do: 'receiveSettings' } as const, ask(1, 'GET', '/'), receiveEnd(1)];

/** What a client sees of these options of the connection manager. */
function downstream(
  name: string,
  options: JsonObject,
  steps: readonly Http2Step[] = exchange,
  more: Partial<Scenario> = {},
): Scenario {
  return {
    name: `downstream: ${name}`,
    alone: true,
    showsHttp2Settings: true,
    manager: { http2_protocol_options: options },
    client: [http2(...steps)],
    ...more,
  };
}

/** What an upstream sees of these options of its cluster. */
function upstream(name: string, options: JsonObject, more: Partial<Scenario> = {}): Scenario {
  return {
    name: `upstream: ${name}`,
    showsHttp2Settings: true,
    clusters: { backend: http2Cluster(options) },
    upstream: http2Upstream(http2Reply(200, 'ok')),
    client: [get('/', 'x-a: b'), get('/', 'x-a: b')],
    ...more,
  };
}

const SHOWN: readonly (readonly [string, JsonObject])[] = [
  ['hpack_table_size 0', { hpack_table_size: 0 }],
  ['hpack_table_size 65536', { hpack_table_size: 65_536 }],
  ['max_concurrent_streams 1', { max_concurrent_streams: 1 }],
  ['max_concurrent_streams 2147483647', { max_concurrent_streams: 2_147_483_647 }],
  ['initial_stream_window_size 65535', { initial_stream_window_size: 65_535 }],
  ['initial_stream_window_size 2147483647', { initial_stream_window_size: 2_147_483_647 }],
  ['initial_connection_window_size 65535', { initial_connection_window_size: 65_535 }],
  ['initial_connection_window_size 1048576', { initial_connection_window_size: 1_048_576 }],
  ['allow_connect', { allow_connect: true }],
  ['allow_metadata', { allow_metadata: true }],
  [
    'custom_settings_parameters',
    {
      custom_settings_parameters: [
        { identifier: 0x1234, value: 7 },
        { identifier: 6, value: 9_000 },
      ],
    },
  ],
  ['enable_huffman_encoding false', { enable_huffman_encoding: false }],
  ['max_header_field_size_kb', { max_header_field_size_kb: 64 }],
];

const REFUSED: readonly (readonly [string, JsonObject])[] = [
  ['initial_stream_window_size below its least', { initial_stream_window_size: 65_534 }],
  ['initial_stream_window_size above its most', { initial_stream_window_size: 2_147_483_648 }],
  ['initial_connection_window_size below its least', { initial_connection_window_size: 1 }],
  ['max_concurrent_streams 0', { max_concurrent_streams: 0 }],
  ['max_concurrent_streams above its most', { max_concurrent_streams: 2_147_483_648 }],
  ['max_outbound_frames 0', { max_outbound_frames: 0 }],
  ['max_outbound_control_frames 0', { max_outbound_control_frames: 0 }],
  [
    'max_inbound_window_update_frames_per_data_frame_sent 0',
    { max_inbound_window_update_frames_per_data_frame_sent: 0 },
  ],
  [
    'a custom setting above its most',
    { custom_settings_parameters: [{ identifier: 65_537, value: 1 }] },
  ],
  ['a custom setting without a value', { custom_settings_parameters: [{ identifier: 7 }] }],
  [
    'a custom setting that a field sets',
    { max_concurrent_streams: 5, custom_settings_parameters: [{ identifier: 3, value: 6 }] },
  ],
  [
    'a custom setting that is a known one',
    { custom_settings_parameters: [{ identifier: 3, value: 6 }] },
  ],
  ['ENABLE_PUSH of 1', { custom_settings_parameters: [{ identifier: 2, value: 1 }] }],
  ['ENABLE_CONNECT_PROTOCOL', { custom_settings_parameters: [{ identifier: 8, value: 1 }] }],
  [
    'a custom setting twice',
    {
      custom_settings_parameters: [
        { identifier: 9, value: 1 },
        { identifier: 9, value: 2 },
      ],
    },
  ],
  ['a keepalive without a timeout', { connection_keepalive: { interval: '1s' } }],
  [
    'a keepalive with an interval of nothing',
    { connection_keepalive: { interval: '0s', timeout: '1s' } },
  ],
];

const malformed = [
  ask(1, 'GET', '/', 'X-A: b'),
  receiveEnd(1),
  ask(3, 'GET', '/second'),
  receiveEnd(3),
];
const metadata = [
  open(1, 'POST', '/'),
  pause(30),
  frame(0x4d, 4, 1, '\0\x01a\x01b'),
  lastBody(1, 'x'),
  receiveEnd(1),
];

const behaviours: readonly Scenario[] = [
  downstream(
    'stream_error_on_invalid_http_messaging',
    { stream_error_on_invalid_http_messaging: true },
    malformed,
  ),
  downstream(
    'override_stream_error_on_invalid_http_message',
    { override_stream_error_on_invalid_http_message: true },
    malformed,
  ),
  downstream(
    'override_stream_error_on_invalid_http_message false beats the older field',
    {
      stream_error_on_invalid_http_messaging: true,
      override_stream_error_on_invalid_http_message: false,
    },
    malformed,
  ),
  downstream(
    'stream errors: a request without a path',
    { override_stream_error_on_invalid_http_message: true },
    [
      fields(1, [':method: GET', ':scheme: http', ':authority: a']),
      receiveEnd(1),
      ask(3, 'GET', '/second'),
      receiveEnd(3),
    ],
  ),
  downstream(
    'stream errors: trailers with a pseudo-header',
    { override_stream_error_on_invalid_http_message: true },
    [
      open(1, 'POST', '/'),
      pause(40),
      fields(1, [':path: /x']),
      receiveEnd(1),
      ask(3, 'GET', '/second'),
      receiveEnd(3),
    ],
  ),
  {
    ...downstream('stream_error_on_invalid_http_message of the manager alone', {}, malformed),
    manager: { stream_error_on_invalid_http_message: true },
  },
  {
    ...downstream('both stream error options', {}, malformed),
    manager: {
      stream_error_on_invalid_http_message: true,
      http2_protocol_options: { override_stream_error_on_invalid_http_message: true },
    },
  },
  downstream('METADATA that is not allowed', {}, metadata),
  downstream('METADATA that is allowed', { allow_metadata: true }, metadata),
  downstream(
    'keepalive that is answered',
    { connection_keepalive: { interval: '0.1s', timeout: '0.2s' } },
    [{ do: 'receivePing' }, ...exchange],
  ),
  downstream(
    'keepalive without an answer',
    { connection_keepalive: { interval: '0.1s', timeout: '0.1s' } },
    [],
    {
      client: [
        http2With(
          { answersPings: false },
          { do: 'receiveSettings' },
          ask(1, 'GET', '/'),
          { do: 'receivePing' },
          receiveGoaway,
          { do: 'receiveClose' },
        ),
      ],
      upstream: hang,
    },
  ),
  downstream(
    'initial_connection_window_size holds the body up',
    { initial_connection_window_size: 65_535, initial_stream_window_size: 65_535 },
    [open(1, 'POST', '/'), lastBody(1, 'x'.repeat(200_000)), receiveEnd(1)],
  ),
  upstream(
    'keepalive that is answered',
    { connection_keepalive: { interval: '0.1s', timeout: '0.2s' } },
    {
      client: [
        http2(ask(1, 'GET', '/1'), receiveEnd(1), pause(250), ask(3, 'GET', '/2'), receiveEnd(3)),
      ],
    },
  ),
  upstream(
    'keepalive without an answer',
    { connection_keepalive: { interval: '0.1s', timeout: '0.1s' } },
    {
      upstream: { http2: { answersPings: false }, replies: [{ after: 'request', steps: [] }] },
      client: [http2(ask(1, 'GET', '/1'), receiveEnd(1))],
    },
  ),
  upstream(
    'connection_idle_interval',
    { connection_keepalive: { timeout: '0.1s', connection_idle_interval: '0.1s' } },
    {
      upstream: { http2: { answersPings: false }, replies: [http2Reply(200, 'ok')] },
      client: [
        http2(ask(1, 'GET', '/1'), receiveEnd(1), pause(200), ask(3, 'GET', '/2'), receiveEnd(3)),
      ],
    },
  ),
  upstream(
    'a malformed response with override_stream_error_on_invalid_http_message',
    {
      override_stream_error_on_invalid_http_message: true,
    },
    {
      upstream: http2Upstream(http2Reply(200, '', 'X-A: b')),
    },
  ),
];

export const h2Options: Group = {
  name: 'h2-options',
  scenarios: [
    ...SHOWN.flatMap(([name, options]) => [downstream(name, options), upstream(name, options)]),
    ...REFUSED.map(([name, options]) => downstream(name, options)),
    ...REFUSED.filter((_, at) => [0, 6, 10].includes(at)).map(([name, options]) =>
      upstream(name, options),
    ),
    ...behaviours,
    {
      name: 'upstream: no options at all',
      clusters: { backend: protocolOptions({}) },
      client: [get('/')],
    },
    {
      name: 'downstream: the least of a request',
      client: [http2(fields(1, fieldsOf('GET', '/')), receiveEnd(1))],
    },
  ],
};
