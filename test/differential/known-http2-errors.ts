import type { Http2StreamObservation } from './harness/observation.ts';
import type { KnownDifference } from './known-differences.ts';

/** A stream with the answer of an ordinary upstream. */
function answered(stream: number, body: string): Http2StreamObservation {
  const head = [
    ':status: 200',
    `content-length: ${body.length}`,
    'x-envoy-upstream-service-time: {ms}',
    'date: {date}',
    'server: envoy',
  ];
  return { stream, head, body };
}

/** The statistics of a connection that the client leaves, into those of one that is ended over an error. */
const endedOverError = {
  downstream_cx_delayed_close_timeout: 1,
  downstream_cx_destroy_local: 1,
  downstream_cx_destroy_remote: undefined,
  downstream_cx_protocol_error: 1,
};

/** And the other way round, where Envoy counts no error of the protocol either. */
const leftByClient = {
  downstream_cx_delayed_close_timeout: undefined,
  downstream_cx_destroy_local: undefined,
  downstream_cx_destroy_remote: 1,
};

const UNREAD_REASON =
  'frames are counted that the client leaves unread; one that reads gets all its answers';

/** Scenarios in which Proa takes errors and limits of HTTP/2 otherwise than Envoy, and means to. */
export const knownHttp2Errors: readonly KnownDifference[] = [
  ...Object.entries({
    padding: ['padding longer than the frame'],
    frame_size: ['RST_STREAM of 3 bytes', 'DATA of more than 16384 bytes'],
    CONTINUATION_out_of_place: [
      'another frame before CONTINUATION',
      'CONTINUATION of another stream',
      'an unknown frame before CONTINUATION',
    ],
    hpack_invalidIndex: ['an index that is not in the table', 'the index 0'],
    hpack_truncated: ['a header block that is cut off'],
    hpack_invalidHuffman: ['a Huffman code with too much padding'],
    hpack_tableSizeTooLarge: ['a table size above the limit'],
    hpack_tableSizeMisplaced: ['a table size in the middle of a block'],
  }).map(
    ([words, scenarios]): KnownDifference => ({
      group: 'h2-malformed',
      scenarios,
      reason: `what was wrong with a frame is logged (${words}), where Envoy only says that a callback failed`,
      proa: { kind: 'http2', manners: { words } },
    }),
  ),
  {
    group: 'h2-malformed',
    scenarios: ['a space before a value', 'a space behind a value'],
    reason: 'RFC 9113 section 8.2.1: a field value must not begin or end with a space or tab',
    proa: {
      kind: 'like',
      group: 'h2-malformed',
      scenario: 'NUL in a value',
      manners: { goaway: 'PROTOCOL_ERROR' },
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['trailers with content-length'],
    reason:
      'RFC 9110 section 6.5.1: what may not be a trailer is left out of them, and the message goes on',
    proa: {
      kind: 'like',
      group: 'h2-malformed',
      scenario: 'trailers with nothing that is wrong',
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['DATA on a stream that the client has ended'],
    reason:
      'RFC 9113 section 5.1: DATA for a half-closed stream is an error of that stream, not of the connection',
    proa: {
      kind: 'like',
      group: 'h2-malformed',
      scenario: 'a body longer than its content-length',
      but: {
        client: { 0: { streams: { 0: { reset: 'STREAM_CLOSED' } } } },
        log: {
          0: { details: 'http2.DATA_behind_END_STREAM', request: 'GET example.test / HTTP/2' },
        },
        upstream: {
          backend: {
            0: {
              requests: [
                {
                  head: [
                    'GET / HTTP/1.1',
                    'host: example.test',
                    'x-forwarded-proto: http',
                    'x-request-id: {uuid 4}',
                    'x-envoy-expected-rq-timeout-ms: 15000',
                  ],
                },
              ],
            },
          },
        },
        stats: { 'cluster.backend': { upstream_cx_tx_bytes_total: 313 } },
      },
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['DATA on a stream that is over'],
    reason:
      'RFC 9113 section 5.1: DATA for a closed stream is an error of type STREAM_CLOSED, which is said',
    proa: {
      kind: 'changed',
      but: {
        client: { 0: { streams: { 0: { reset: 'STREAM_CLOSED' } } } },
        stats: { http2: { tx_reset: 1 } },
      },
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['DATA on a stream that the client has reset'],
    reason:
      'RFC 9113 section 5.1: DATA for a closed stream is an error of type STREAM_CLOSED, which is said',
    proa: {
      kind: 'changed',
      but: {
        client: { 0: { streams: [{ stream: 1, reset: 'STREAM_CLOSED' }, answered(101, 'ok')] } },
        stats: { http2: { tx_reset: 1 } },
      },
    },
  },
  ...(
    [
      ['HEADERS on a stream that is over', 1, 'STREAM_CLOSED'],
      ['HEADERS on a lower stream', 5, 'PROTOCOL_ERROR'],
    ] as const
  ).map(
    ([scenario, stream, code]): KnownDifference => ({
      group: 'h2-malformed',
      scenarios: [scenario],
      reason:
        'RFC 9113 section 5.1.1: a stream identifier that is not higher than the last one is a connection error',
      proa: {
        kind: 'like',
        group: 'h2-malformed',
        scenario: 'an unknown setting',
        but: {
          client: {
            0: { streams: { 0: { stream } }, goaways: [`${code} after ${stream}`], end: 'closed' },
          },
          log: { 0: { request: 'GET example.test / HTTP/2' } },
          upstream: { backend: { 0: { requests: { 0: { head: { 0: 'GET / HTTP/1.1' } } } } } },
          stats: {
            'cluster.backend': { upstream_cx_tx_bytes_total: 154 },
            'http.ingress': endedOverError,
          },
        },
      },
    }),
  ),
  ...(
    [
      ['a credit of 0 for a stream', 'WINDOW_UPDATE_of_nothing', {}],
      [
        'too much credit for a stream',
        'stream_window_overflow',
        { client: { 0: { streams: { 0: { reset: 'FLOW_CONTROL_ERROR' } } } } },
      ],
    ] as const
  ).map(
    ([scenario, words, more]): KnownDifference => ({
      group: 'h2-malformed',
      scenarios: [scenario],
      reason:
        'RFC 9113 sections 6.9 and 6.9.1: a wrong WINDOW_UPDATE of a stream is an error of that stream alone',
      proa: {
        kind: 'like',
        group: 'h2-malformed',
        scenario: 'a body longer than its content-length',
        but: {
          ...more,
          log: { 0: { details: `http2.${words}` } },
          upstream: {
            backend: {
              0: {
                requests: {
                  0: {
                    head: [
                      'POST / HTTP/1.1',
                      'host: example.test',
                      'x-forwarded-proto: http',
                      'x-request-id: {uuid 4}',
                      'x-envoy-expected-rq-timeout-ms: 15000',
                      'transfer-encoding: chunked',
                    ],
                  },
                },
              },
            },
          },
          stats: { 'cluster.backend': { upstream_cx_tx_bytes_total: undefined } },
        },
      },
    }),
  ),
  {
    group: 'h2-malformed',
    scenarios: ['an initial window that makes a window overflow'],
    reason: 'RFC 9113 section 6.9.2: SETTINGS that make a window overflow are a connection error',
    proa: {
      kind: 'like',
      group: 'h2-malformed',
      scenario: 'padding longer than the frame',
      but: {
        client: { 0: { goaways: ['FLOW_CONTROL_ERROR after 1'] } },
        log: { 0: { details: 'codec_error:SETTINGS_overflow_a_window' } },
      },
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['PRIORITY on stream 0'],
    reason:
      'RFC 9113 section 6.3: PRIORITY on stream 0 is a connection error of type PROTOCOL_ERROR',
    proa: {
      kind: 'like',
      group: 'h2-malformed',
      scenario: 'SETTINGS on a stream',
      manners: { goaway: 'PROTOCOL_ERROR' },
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['PRIORITY on the stream itself'],
    reason:
      'RFC 7540 section 5.3.1: a stream cannot depend on itself, and one that is idle cannot be reset',
    proa: {
      kind: 'like',
      group: 'h2-malformed',
      scenario: 'SETTINGS on a stream',
      manners: { goaway: 'PROTOCOL_ERROR' },
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['HEADERS that depend on themselves'],
    reason:
      'RFC 7540 section 5.3.1: a stream that depends on itself is an error of that stream alone; like any ' +
      'request that is refused before it begins it is not logged',
    proa: {
      kind: 'like',
      group: 'h2-malformed',
      scenario: 'an unknown setting',
      but: {
        client: { 0: { streams: [{ stream: 1, reset: 'PROTOCOL_ERROR' }, answered(101, 'ok')] } },
        stats: { http2: { tx_reset: 1 } },
      },
    },
  },
  ...(
    [
      ['a stream beyond max_concurrent_streams', [3], 5],
      ['many streams beyond max_concurrent_streams', [3, 5, 7, 9], 11],
    ] as const
  ).map(
    ([scenario, refused, last]): KnownDifference => ({
      group: 'h2-limits',
      scenarios: [scenario],
      reason: 'RFC 9113 section 5.1.2: a stream too many is refused, and the others go on',
      proa: {
        kind: 'like',
        group: 'h2-limits',
        scenario: 'as many streams at a time as max_concurrent_streams',
        but: {
          client: {
            0: {
              streams: [
                answered(1, 'late'),
                ...refused.map((stream) => ({ stream, reset: 'REFUSED_STREAM' })),
                answered(last, 'late'),
              ],
            },
          },
          stats: { http2: { stream_refused_errors: refused.length, tx_reset: refused.length } },
        },
      },
    }),
  ),
  {
    group: 'h2-limits',
    scenarios: ['a header value of 65537 bytes', 'a header name of 65537 bytes'],
    reason:
      'what was wrong with a frame is logged (hpack_stringTooLong), where Envoy only says that a callback failed',
    proa: { kind: 'http2', manners: { words: 'hpack_stringTooLong' } },
  },
  {
    group: 'h2-limits',
    scenarios: ['a flood of PING', 'a flood of SETTINGS'],
    reason: UNREAD_REASON,
    proa: { kind: 'like', group: 'h2-limits', scenario: 'a flood of unknown frames' },
  },
  {
    group: 'h2-limits',
    scenarios: ['resets that the client provokes count as control frames'],
    reason: UNREAD_REASON,
    proa: {
      kind: 'changed',
      but: {
        client: { 0: { end: 'open' } },
        stats: { 'http.ingress': leftByClient, http2: { outbound_control_flood: undefined } },
      },
    },
  },
  {
    group: 'h2-limits',
    scenarios: ['responses above max_outbound_frames'],
    reason: UNREAD_REASON,
    proa: {
      kind: 'changed',
      but: {
        client: { 0: { end: 'open' } },
        stats: { 'http.ingress': leftByClient, http2: undefined },
      },
    },
  },
  {
    group: 'h2-limits',
    scenarios: ['a response that is taken slowly'],
    reason: 'the time that a response may wait begins again whenever some of it is taken',
    proa: {
      kind: 'changed',
      but: {
        client: { 0: { streams: [answered(1, 'hello, slow world')] } },
        stats: { http2: undefined },
      },
    },
  },
];
