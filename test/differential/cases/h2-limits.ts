import { route } from '../harness/configuration.ts';
import type { Http2Step } from '../harness/http2-script.ts';
import {
  ask,
  block,
  body,
  fieldsOf,
  frame,
  http2,
  http2Get,
  http2With,
  lastBody,
  number32,
  open,
  receiveEnd,
  receiveGoaway,
  resetStream,
  together,
  trailers,
} from '../harness/http2-script.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { close, pause, send } from '../harness/step.ts';
import { hang, onRequest, reply, respond } from '../harness/upstream-script.ts';
import { largeBlocks } from './h2-large-blocks.ts';

function options(fields: JsonObject): JsonObject {
  return { http2_protocol_options: fields };
}

const slow = { after: 'request' as const, steps: [pause(200), ...reply(200, 'late').steps] };
/** The client takes a response byte by byte, and meanwhile nothing comes from the upstream. */
function takenSlowly(name: string, idleTimeout: string): Scenario {
  const beginning = 'HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\nslow beginning';
  return {
    name,
    alone: true,
    manager: { stream_idle_timeout: idleTimeout },
    upstream: { after: 'request', steps: [send(beginning), pause(800), send('ready')] },
    client: [
      http2With(
        { credits: false, settings: { INITIAL_WINDOW_SIZE: 0 } },
        ask(1, 'GET', '/'),
        { do: 'receiveHead', stream: 1 },
        ...Array.from({ length: 6 }, () => [
          pause(120),
          { do: 'credit', stream: 1, bytes: 1 } as const,
        ]).flat(),
        { do: 'credit', stream: 1, bytes: 100 },
        receiveEnd(1),
      ),
    ],
  };
}

/** The client may have one stream at a time; its first one takes a while. */
function oneAtATime(name: string, ...steps: readonly Http2Step[]): Scenario {
  return {
    name,
    alone: true,
    manager: options({ max_concurrent_streams: 1 }),
    upstream: slow,
    client: [http2({ do: 'receiveSettings' }, pause(20), ask(1, 'GET', '/1'), ...steps)],
  };
}

const plain = block(fieldsOf('GET', '/'));
const second = [ask(101, 'GET', '/second'), receiveEnd(101)];

const streams: readonly Scenario[] = [
  oneAtATime(
    'a stream beyond max_concurrent_streams',
    pause(40),
    ask(3, 'GET', '/more'),
    receiveEnd(1, 3),
    ask(5, 'GET', '/2'),
    receiveEnd(5),
  ),
  oneAtATime(
    'as many streams at a time as max_concurrent_streams',
    receiveEnd(1),
    ask(5, 'GET', '/2'),
    receiveEnd(5),
  ),
  oneAtATime(
    'many streams beyond max_concurrent_streams',
    pause(40),
    ...[3, 5, 7, 9].map((stream) => ask(stream, 'GET', '/more')),
    receiveEnd(1, 3, 5, 7, 9),
    ask(11, 'GET', '/2'),
    receiveEnd(11),
  ),
  {
    name: 'max_requests_per_connection',
    alone: true,
    manager: { common_http_protocol_options: { max_requests_per_connection: 2 } },
    client: [
      http2(ask(1, 'GET', '/1'), receiveEnd(1), ask(3, 'GET', '/2'), receiveEnd(3), receiveGoaway),
    ],
  },
  {
    name: 'rapid resets',
    alone: true,
    upstream: hang,
    client: [
      http2(
        ...[1, 3, 5, 7, 9, 11, 13, 15].flatMap((stream) => [
          ask(stream, 'GET', '/'),
          pause(30),
          resetStream(stream, 'CANCEL'),
          pause(30),
        ]),
        { do: 'receiveClose' },
      ),
    ],
  },
  {
    name: 'a few resets',
    alone: true,
    upstream: hang,
    client: [
      http2(
        ...[1, 3, 5, 7].flatMap((stream) => [
          ask(stream, 'GET', '/'),
          pause(20),
          resetStream(stream, 'CANCEL'),
        ]),
        pause(30),
      ),
    ],
  },
];

const heads: readonly Scenario[] = [
  {
    name: 'more than 100 header fields',
    alone: true,
    client: [
      http2(ask(1, 'GET', '/', ...Array.from({ length: 101 }, (_, at) => `x-${at}: y`)), ...second),
    ],
  },
  {
    name: '96 fields and the pseudo-headers',
    client: [http2Get('/', ...Array.from({ length: 96 }, (_, at) => `x-${at}: y`))],
  },
  {
    name: 'max_headers_count',
    alone: true,
    manager: { common_http_protocol_options: { max_headers_count: 5 } },
    client: [http2(ask(1, 'GET', '/', 'x-1: y', 'x-2: y'), ...second)],
  },
  {
    name: 'cookie fields above max_headers_count',
    alone: true,
    manager: { common_http_protocol_options: { max_headers_count: 8 } },
    client: [
      http2(
        ask(1, 'GET', '/', ...Array.from({ length: 10 }, (_, at) => `cookie: c${at}=1`)),
        ...second,
      ),
    ],
  },
  {
    name: 'too many trailers',
    alone: true,
    manager: { common_http_protocol_options: { max_headers_count: 5 } },
    client: [
      http2(
        open(1, 'POST', '/'),
        body(1, 'x'),
        pause(40),
        trailers(1, ...Array.from({ length: 6 }, (_, at) => `x-${at}: y`)),
        ...second,
      ),
    ],
  },
  {
    name: 'a flood of CONTINUATION',
    alone: true,
    client: [
      http2(
        frame('HEADERS', 1, 1, plain),
        frame('CONTINUATION', 0, 1, block(['x-a: y']), 2_000),
        frame('CONTINUATION', 4, 1, ''),
        ...second,
      ),
    ],
  },
  {
    name: 'a flood of empty CONTINUATION',
    alone: true,
    client: [
      http2(
        frame('HEADERS', 1, 1, plain),
        frame('CONTINUATION', 0, 1, '', 2_000),
        frame('CONTINUATION', 4, 1, ''),
        ...second,
      ),
    ],
  },
  ...(['ALLOW', 'REJECT_REQUEST', 'DROP_HEADER'] as const).map((action) => ({
    name: `headers_with_underscores_action ${action}`,
    alone: true,
    manager: { common_http_protocol_options: { headers_with_underscores_action: action } },
    client: [http2(ask(1, 'GET', '/', 'x_a: b', 'x-c: d'), receiveEnd(1), ...second)],
  })),
];

const floods: readonly Scenario[] = [
  ...(
    [
      ['PING', 'whatever', 0],
      ['SETTINGS', '', 0],
    ] as const
  ).map(([type, payload, stream]) => ({
    name: `a flood of ${type}`,
    alone: true,
    manager: options({ max_outbound_control_frames: 2 }),
    client: [http2(frame(type, 0, stream, payload, 20), pause(40), ...second)],
  })),
  {
    name: 'resets that the client provokes count as control frames',
    alone: true,
    manager: options({
      max_outbound_control_frames: 2,
      override_stream_error_on_invalid_http_message: true,
    }),
    client: [
      http2(
        { do: 'receiveSettings' },
        pause(20),
        ...together(...[1, 3, 5, 7].map((stream) => ask(stream, 'GET', '/', 'X-A: b'))),
        pause(400),
      ),
    ],
  },
  {
    name: 'a flood of empty DATA',
    alone: true,
    client: [http2(open(1, 'POST', '/'), pause(40), frame('DATA', 0, 1, '', 5), ...second)],
  },
  {
    name: 'one empty DATA',
    alone: true,
    client: [
      http2(
        open(1, 'POST', '/'),
        frame('DATA', 0, 1, ''),
        lastBody(1, 'x'),
        receiveEnd(1),
        ...second,
      ),
    ],
  },
  {
    name: 'max_consecutive_inbound_frames_with_empty_payload',
    alone: true,
    manager: options({ max_consecutive_inbound_frames_with_empty_payload: 10 }),
    client: [
      http2(
        open(1, 'POST', '/'),
        frame('DATA', 0, 1, '', 9),
        lastBody(1, 'x'),
        receiveEnd(1),
        ...second,
      ),
    ],
  },
  {
    name: 'a flood of PRIORITY',
    alone: true,
    manager: options({ max_inbound_priority_frames_per_stream: 2 }),
    client: [http2(frame('PRIORITY', 0, 1, `${number32(0)}\x10`, 20), ...second)],
  },
  {
    name: 'a flood of WINDOW_UPDATE',
    alone: true,
    manager: options({ max_inbound_window_update_frames_per_data_frame_sent: 1 }),
    client: [http2(frame('WINDOW_UPDATE', 0, 0, number32(1), 20), ...second)],
  },
  {
    name: 'a flood of unknown frames',
    alone: true,
    client: [http2(frame(0x42, 0, 0, 'x', 5_000), ...second)],
  },
  {
    name: 'responses above max_outbound_frames',
    alone: true,
    manager: options({ max_outbound_frames: 3 }),
    client: [
      http2(
        { do: 'receiveSettings' },
        pause(20),
        ...together(...[1, 3, 5, 7, 9, 11].map((stream) => ask(stream, 'GET', '/none'))),
        pause(400),
      ),
    ],
    routes: [route({ prefix: '/some' })],
  },
];

const windows: readonly Scenario[] = [
  {
    name: 'a client without a window holds the response up',
    upstream: reply(200, 'hello'),
    client: [
      http2With(
        { credits: false, settings: { INITIAL_WINDOW_SIZE: 0 } },
        ask(1, 'GET', '/'),
        { do: 'receiveHead', stream: 1 },
        pause(30),
        { do: 'credit', stream: 1, bytes: 2 },
        { do: 'receiveBytes', stream: 1, bytes: 2 },
        pause(20),
        { do: 'credit', stream: 1, bytes: 100 },
        receiveEnd(1),
      ),
    ],
  },
  {
    name: 'the window of the connection holds the response up',
    upstream: reply(200, 'x'.repeat(70_000)),
    client: [
      http2With(
        { credits: false, settings: { INITIAL_WINDOW_SIZE: 1 << 20 } },
        ask(1, 'GET', '/'),
        { do: 'receiveBytes', stream: 1, bytes: 65_535 },
        pause(30),
        { do: 'credit', stream: 0, bytes: 100_000 },
        receiveEnd(1),
      ),
    ],
  },
  {
    name: 'a stalled stream does not hold up another',
    upstream: [reply(200, 'x'.repeat(5_000)), reply(200, 'second')],
    client: [
      http2With(
        { credits: false, settings: { INITIAL_WINDOW_SIZE: 1_000 } },
        ask(1, 'GET', '/1'),
        { do: 'receiveBytes', stream: 1, bytes: 1_000 },
        ask(3, 'GET', '/2'),
        receiveEnd(3),
        { do: 'credit', stream: 1, bytes: 10_000 },
        receiveEnd(1),
      ),
    ],
  },
  {
    name: 'SETTINGS open the window of a stream',
    upstream: reply(200, 'hello'),
    client: [
      http2With(
        { settings: { INITIAL_WINDOW_SIZE: 0 } },
        ask(1, 'GET', '/'),
        { do: 'receiveHead', stream: 1 },
        pause(20),
        frame('SETTINGS', 0, 0, `\0\x04${number32(1_000)}`),
        receiveEnd(1),
      ),
    ],
  },
  {
    name: 'a response that is never taken runs into the stream idle timeout',
    alone: true,
    manager: { stream_idle_timeout: '0.3s' },
    upstream: reply(200, 'hello'),
    client: [
      http2With({ settings: { INITIAL_WINDOW_SIZE: 0 } }, ask(1, 'GET', '/'), receiveEnd(1)),
    ],
  },
  {
    name: 'a response that is taken slowly',
    alone: true,
    manager: { stream_idle_timeout: '0.3s' },
    upstream: reply(200, 'hello, slow world'),
    client: [
      http2With(
        { credits: false, settings: { INITIAL_WINDOW_SIZE: 0 } },
        ask(1, 'GET', '/'),
        { do: 'receiveHead', stream: 1 },
        ...Array.from({ length: 6 }, () => [
          pause(120),
          { do: 'credit', stream: 1, bytes: 1 } as const,
        ]).flat(),
        { do: 'credit', stream: 1, bytes: 100 },
        receiveEnd(1),
      ),
    ],
  },
  takenSlowly('the beginning of a response is taken slowly', '0.5s'),
  takenSlowly('the beginning of a response is taken slowly, within the stream idle timeout', '5s'),
  {
    name: 'a client leaves a stalled response',
    alone: true,
    upstream: reply(200, 'x'.repeat(5_000)),
    client: [
      http2With(
        { credits: false, settings: { INITIAL_WINDOW_SIZE: 10 } },
        ask(1, 'GET', '/'),
        { do: 'receiveBytes', stream: 1, bytes: 10 },
        pause(30),
        close,
      ),
    ],
  },
  {
    name: 'a small frame size of the client is kept to',
    upstream: reply(200, 'x'.repeat(40_000)),
    client: [
      http2With({ settings: { MAX_FRAME_SIZE: 20_000 } }, ask(1, 'GET', '/'), receiveEnd(1)),
    ],
  },
  {
    name: 'a client whose header table is 0',
    client: [
      http2With(
        { settings: { HEADER_TABLE_SIZE: 0 } },
        { do: 'receiveSettingsAck', count: 1 },
        ask(1, 'GET', '/'),
        receiveEnd(1),
        ask(3, 'GET', '/'),
        receiveEnd(3),
      ),
    ],
  },
  {
    name: 'a client whose header list may be short',
    upstream: reply(200, 'ok', `x-long: ${'y'.repeat(500)}`),
    client: [
      http2With(
        { settings: { MAX_HEADER_LIST_SIZE: 100 } },
        { do: 'receiveSettingsAck', count: 1 },
        ask(1, 'GET', '/'),
        receiveEnd(1),
      ),
    ],
  },
];

const timeouts: readonly Scenario[] = [
  {
    name: 'stream_idle_timeout before the request is complete',
    alone: true,
    manager: { stream_idle_timeout: '0.2s' },
    client: [http2(open(1, 'POST', '/'), receiveEnd(1), ...second)],
  },
  {
    name: 'stream_idle_timeout after the request',
    alone: true,
    manager: { stream_idle_timeout: '0.2s' },
    upstream: hang,
    client: [http2(ask(1, 'GET', '/'), receiveEnd(1))],
  },
  {
    name: 'request_timeout',
    alone: true,
    manager: { request_timeout: '0.2s' },
    client: [http2(open(1, 'POST', '/'), body(1, 'x'), receiveEnd(1))],
  },
  {
    name: 'request_headers_timeout with a header block that is not finished',
    alone: true,
    manager: { request_headers_timeout: '0.2s' },
    client: [
      http2({ do: 'receiveSettings' }, pause(20), frame('HEADERS', 1, 1, plain), receiveEnd(1), {
        do: 'receiveClose',
      }),
    ],
  },
  {
    name: 'max_stream_duration',
    alone: true,
    manager: { common_http_protocol_options: { max_stream_duration: '0.2s' } },
    upstream: hang,
    client: [http2(ask(1, 'GET', '/'), receiveEnd(1))],
  },
  {
    name: 'max_stream_duration after the head of the response',
    alone: true,
    manager: { common_http_protocol_options: { max_stream_duration: '0.2s' } },
    upstream: onRequest(send('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello')),
    client: [http2(ask(1, 'GET', '/'), receiveEnd(1))],
  },
  {
    name: 'the route timeout',
    alone: true,
    routes: [route({ action: { timeout: '0.2s' } })],
    upstream: hang,
    client: [http2(ask(1, 'GET', '/'), receiveEnd(1))],
  },
  {
    name: 'the route timeout after the head of the response',
    alone: true,
    routes: [route({ action: { timeout: '0.2s' } })],
    upstream: respond('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'),
    client: [http2(ask(1, 'GET', '/'), receiveEnd(1), ...second)],
  },
  {
    name: 'idle_timeout of a connection without streams',
    alone: true,
    manager: {
      common_http_protocol_options: { idle_timeout: '0.2s' },
      drain_timeout: '0.1s',
    },
    client: [http2(ask(1, 'GET', '/'), receiveEnd(1), receiveGoaway, { do: 'receiveClose' })],
  },
  {
    name: 'max_connection_duration',
    alone: true,
    manager: {
      common_http_protocol_options: { max_connection_duration: '0.2s' },
      drain_timeout: '0.1s',
    },
    client: [
      http2(
        ask(1, 'GET', '/'),
        receiveEnd(1),
        { do: 'receiveGoaway', count: 2 },
        {
          do: 'receiveClose',
        },
      ),
    ],
  },
  {
    name: 'max_connection_duration with a stream under way',
    alone: true,
    manager: {
      common_http_protocol_options: { max_connection_duration: '0.2s' },
      drain_timeout: '0.1s',
    },
    upstream: { after: 'request', steps: [pause(600), ...reply(200, 'late').steps] },
    client: [http2(ask(1, 'GET', '/'), receiveEnd(1), { do: 'receiveClose' })],
  },
];

export const h2Limits: Group = {
  name: 'h2-limits',
  bootstrap: {
    layered_runtime: {
      layers: [
        {
          name: 'rapid resets are seen after a few',
          static_layer: { 'overload.premature_reset_total_stream_count': 12 },
        },
      ],
    },
  },
  scenarios: [...streams, ...largeBlocks, ...heads, ...floods, ...windows, ...timeouts],
};
