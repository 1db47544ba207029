import type { KnownDifference } from './known-differences.ts';

const GRPC_WEB_MESSAGES = '\0\0\0\0\x05hello\0\0\0\0\x05hello';

const CANCEL_REASON =
  'RFC 9113 section 7: CANCEL says that a stream is no longer needed; INTERNAL_ERROR, which Envoy ' +
  'sends, says that something in the proxy is broken';

const GOAWAY_REASON =
  'RFC 9113 section 5.4.1: an endpoint that meets a connection error first sends GOAWAY with its code; Envoy ' +
  'only closes';

const WINDOW_REASON =
  'windows of streams begin with 65535 bytes and grow with what is taken, so that a hundred stalled streams do ' +
  'not cost a hundred times 16 MB';

const TUNNEL_REASON =
  'either direction of a tunnel ends by itself: the end of the client’s stream is passed on as FIN, and what ' +
  'the upstream still says arrives; Envoy resets or waits';

const MALFORMED_RESPONSE_REASON =
  'RFC 9113 section 8.1.1: a malformed response is an error of its stream; other clients use the same connection';

/** SETTINGS, WINDOW_UPDATE of the connection and GOAWAY. */
const BEGINNING_AND_END =
  '\0\0\x18\x04\0\0\0\0\0\0\x01\0\0\x10\0\0\b\0\0\0\0\0\x03\0\0\x04\0\0\x04\0\0\xff\xff' +
  '\0\0\x04\b\0\0\0\0\0\x01\x7f\0\x01\0\0\b\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01';

/** The statistics of an upstream connection that Proa broke off, into those of one that came to its end. */
const endedByUpstream = {
  upstream_cx_destroy_local: undefined,
  upstream_cx_destroy_local_with_active_rq: undefined,
  upstream_cx_destroy_remote: 1,
  upstream_cx_destroy_with_active_rq: undefined,
};

/** The statistics of an upstream connection that is closed over an error, into those of one of which a stream is. */
const stillConnected = {
  'http2.tx_reset': 1,
  upstream_cx_active: 1,
  upstream_cx_destroy: undefined,
  upstream_cx_destroy_local: undefined,
  upstream_cx_protocol_error: undefined,
};

/** Scenarios of HTTP/2 and gRPC in which Proa means to differ from Envoy. */
export const knownHttp2Differences: readonly KnownDifference[] = [
  {
    group: 'grpc',
    scenarios: [
      'retry on cancelled of 1',
      'retry on deadline-exceeded of 4',
      'retry on resource-exhausted of 8',
      'retry on unavailable of 14',
      'retry on internal of 13',
      'retry on unavailable of 13',
      'retry on unavailable,internal of 13',
      'retry on a status in trailers',
    ],
    reason: 'retries are not supported yet',
    proa: { kind: 'refused' },
  },
  {
    group: 'grpc-filters',
    scenarios: ['grpc_web: two messages, each in base64 of its own'],
    reason:
      'in gRPC-Web as text there may be padding wherever a sender flushed its buffer (gRPC’s PROTOCOL-WEB.md); ' +
      'Envoy takes it or refuses it depending on how the body is cut into packets',
    proa: {
      kind: 'changed',
      but: {
        client: {
          0: {
            responses: [
              {
                head: [
                  'HTTP/1.1 200 OK',
                  'content-type: application/grpc-web+proto',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                  'transfer-encoding: chunked',
                ],
                body: '\0\0\0\0\x05hello\x80\0\0\0\x0fgrpc-status:0\r\n',
              },
            ],
            end: 'open',
          },
        },
        upstream: {
          backend: {
            0: {
              streams: [
                {
                  stream: 1,
                  head: [
                    ':authority: example.test',
                    ':method: POST',
                    ':path: /pkg.Service/Method',
                    ':scheme: http',
                    'content-type: application/grpc',
                    'x-forwarded-proto: http',
                    'x-request-id: {uuid 4}',
                    'te: trailers',
                    'grpc-accept-encoding: identity',
                    'x-envoy-expected-rq-timeout-ms: 15000',
                  ],
                  body: GRPC_WEB_MESSAGES,
                },
              ],
            },
          },
        },
        log: { 0: { details: 'via_upstream', sent: 30, status: 200 } },
        stats: {
          'cluster.backend': {
            'external.upstream_rq_200': 1,
            'external.upstream_rq_2xx': 1,
            'external.upstream_rq_completed': 1,
            'grpc-web.pkg.Service.Method.0': 1,
            'grpc-web.pkg.Service.Method.success': 1,
            'grpc-web.pkg.Service.Method.total': 1,
            upstream_rq_200: 1,
            upstream_rq_2xx: 1,
            upstream_rq_cancelled: undefined,
            upstream_rq_completed: 1,
            upstream_rq_total: 1,
          },
          'http.ingress': {
            downstream_cx_delayed_close_timeout: undefined,
            downstream_cx_destroy_local: undefined,
            downstream_cx_destroy_remote: 1,
            downstream_cx_tx_bytes_total: undefined,
            downstream_rq_2xx: 1,
            downstream_rq_4xx: undefined,
            downstream_rq_response_before_rq_complete: undefined,
            downstream_rq_rx_reset: undefined,
          },
          'listener.listener': {
            'http.ingress.downstream_rq_2xx': 1,
            'http.ingress.downstream_rq_4xx': undefined,
          },
        },
      },
    },
  },
  {
    group: 'grpc-filters',
    scenarios: ['grpc_web: broken base64'],
    reason:
      'the last bytes of a request of HTTP/1.1 come together with its end, so that what is refused for them is ' +
      'a complete request',
    proa: {
      kind: 'changed',
      but: {
        stats: {
          'http.ingress': {
            downstream_rq_response_before_rq_complete: undefined,
            downstream_rq_rx_reset: undefined,
          },
        },
      },
    },
  },
  {
    group: 'grpc',
    scenarios: [
      'local reply: the route timeout',
      'local reply: stream_idle_timeout',
      'local reply: max_stream_duration',
      'the client cancels',
      'an early status',
      'grpc-timeout: not looked at by default',
      'grpc-timeout: grpc_timeout_header_max, below',
      'grpc-timeout: grpc_timeout_header_max, above',
      'grpc-timeout: grpc_timeout_header_max, 0 is without limit',
      'grpc-timeout: grpc_timeout_header_offset',
      'grpc-timeout: grpc_timeout_header_offset beyond the timeout',
      'grpc-timeout: "0m"',
      'grpc-timeout: max_grpc_timeout, below',
      'grpc-timeout: max_grpc_timeout, above',
      'grpc-timeout: max_grpc_timeout of 0',
      'grpc-timeout: max_grpc_timeout and grpc_timeout_offset',
      'grpc-timeout: "100"',
      'grpc-timeout: "m"',
      'grpc-timeout: "100x"',
      'grpc-timeout: "-1S"',
      'grpc-timeout: "1.5S"',
      'grpc-timeout: "123456789m"',
      'grpc-timeout: "99999999H"',
      'grpc-timeout: "100000u"',
      'grpc-timeout: "90000000n"',
    ],
    reason: CANCEL_REASON,
    proa: { kind: 'http2', manners: { cancels: true } },
  },
  {
    group: 'grpc-filters',
    scenarios: ['grpc_stats: the client cancels'],
    reason: CANCEL_REASON,
    proa: { kind: 'http2', manners: { cancels: true } },
  },
  {
    group: 'h2-basics',
    scenarios: ['the settings that a client is told'],
    reason: WINDOW_REASON,
    proa: { kind: 'http2', manners: { windows: true } },
  },
  {
    group: 'h2-basics',
    scenarios: ['empty cookie fields are joined'],
    reason:
      'RFC 9113 section 8.2.1: a value must not end in a blank; behind an empty field Envoy leaves one, and HTTP/2 ' +
      'upstreams drop the whole cookie over it, or the connection',
    proa: {
      kind: 'changed',
      but: {
        upstream: { backend: { 0: { requests: { 0: { head: { 2: 'cookie: a=1; b=2' } } } } } },
        stats: { 'cluster.backend': { upstream_cx_tx_bytes_total: 172 } },
      },
    },
  },
  {
    group: 'h2-basics',
    scenarios: ['PUSH_PROMISE is refused'],
    reason: GOAWAY_REASON,
    proa: { kind: 'http2', manners: { goaway: 'PROTOCOL_ERROR' } },
  },
  {
    group: 'h2-options',
    scenarios: [
      'upstream: hpack_table_size 0',
      'downstream: hpack_table_size 65536',
      'upstream: hpack_table_size 65536',
      'downstream: max_concurrent_streams 1',
      'upstream: max_concurrent_streams 1',
      'downstream: max_concurrent_streams 2147483647',
      'upstream: max_concurrent_streams 2147483647',
      'downstream: initial_connection_window_size 65535',
      'upstream: initial_connection_window_size 65535',
      'downstream: initial_connection_window_size 1048576',
      'upstream: initial_connection_window_size 1048576',
      'downstream: allow_connect',
      'upstream: allow_connect',
      'downstream: custom_settings_parameters',
      'upstream: custom_settings_parameters',
      'downstream: enable_huffman_encoding false',
      'upstream: enable_huffman_encoding false',
      'downstream: a custom setting that is a known one',
      'downstream: stream_error_on_invalid_http_messaging',
      'downstream: override_stream_error_on_invalid_http_message',
      'downstream: stream errors: a request without a path',
      'downstream: stream errors: trailers with a pseudo-header',
      'downstream: stream_error_on_invalid_http_message of the manager alone',
      'downstream: both stream error options',
      'downstream: METADATA that is not allowed',
      'downstream: keepalive that is answered',
      'downstream: keepalive without an answer',
      'upstream: keepalive that is answered',
      'upstream: keepalive without an answer',
      'upstream: connection_idle_interval',
      'upstream: a malformed response with override_stream_error_on_invalid_http_message',
    ],
    reason: WINDOW_REASON,
    proa: { kind: 'http2', manners: { windows: true } },
  },
  {
    group: 'h2-options',
    scenarios: [
      'downstream: override_stream_error_on_invalid_http_message false beats the older field',
    ],
    reason: `${GOAWAY_REASON}; ${WINDOW_REASON}`,
    proa: { kind: 'http2', manners: { goaway: 'PROTOCOL_ERROR', windows: true } },
  },
  {
    group: 'h2-translation',
    scenarios: [
      '1 to 2: the client leaves before the response',
      '1 to 2: the client leaves in the middle of its body',
      '1 to 2: an early response',
      '1 to 2: an early response and a reset with NO_ERROR',
      '2 to 2: the client cancels before the response',
      '2 to 2: an early response, then NO_ERROR',
      '2 to 2: the client resets with another code',
      '2 to 2: the client cancels in the middle of the response',
      'CONNECT 1 to 2',
      'extended CONNECT 2 to 2: the upstream does not say that it takes it',
      'upgrade 1 to 2',
      'upgrade 1 to 2: declined',
    ],
    reason: CANCEL_REASON,
    proa: { kind: 'http2', manners: { cancels: true } },
  },
  {
    group: 'h2-translation',
    scenarios: ['CONNECT with a path', 'extended CONNECT: not allowed'],
    reason: GOAWAY_REASON,
    proa: { kind: 'http2', manners: { goaway: 'PROTOCOL_ERROR' } },
  },
  {
    group: 'h2-translation',
    scenarios: ['extended CONNECT: the setting is announced'],
    reason: WINDOW_REASON,
    proa: { kind: 'http2', manners: { windows: true } },
  },
  {
    group: 'h2-malformed',
    scenarios: [
      'a content-length with trailers before it is reached',
      'trailers with an upper-case name',
      'trailers with connection',
      'an upper-case name',
      'the connection-specific field connection: close',
      'the connection-specific field connection: keep-alive',
      'the connection-specific field keep-alive: 5',
      'the connection-specific field proxy-connection: keep-alive',
      'the connection-specific field transfer-encoding: chunked',
      'the connection-specific field upgrade: websocket',
      'the connection-specific field te: gzip',
      'the connection-specific field te: trailers, deflate',
      'a space in a name',
      'a colon in a name',
      'a byte beyond ASCII in a name',
      'a line feed in a value',
      'a carriage return in a value',
      'CR LF and a request in a value',
      'NUL in a value',
      'a control character in a value',
      'DEL in a value',
      'an empty name',
      'no method',
      'no path',
      'no scheme',
      'no authority and no host',
      'an empty authority',
      'an empty path',
      'an empty method',
      'an empty scheme',
      'a second method',
      'a second scheme',
      'a second path',
      'a second authority',
      'a pseudo-header behind a field',
      'an unknown pseudo-header',
      'a status in a request',
      'a protocol without CONNECT',
      'the path "path"',
      'the path "/a b"',
      'the path "/a\\r\\nx: y"',
      'the path "/a\\u0000b"',
      'the path "/a\\tb"',
      'the path "http://example.test/x"',
      'the path "*"',
      'the path "/a HTTP/1.1\\r\\nhost: evil\\r\\n\\r\\n"',
      'the method "GE T"',
      'the method "GET\\r\\n"',
      'the method "G:T"',
      'the scheme "ht tp"',
      'the scheme "http\\r\\n"',
      'the authority "a b"',
      'the authority "a/b"',
      'the authority "user@a"',
      'the authority "a\\r\\nx: y"',
      'the authority "é"',
      'two hosts',
      'a content-length and no body',
      'a content-length that is no number',
      'two content-lengths that differ',
      'two content-lengths that are the same',
      'trailers with a pseudo-header',
      'trailers with CR LF in a value',
      'trailers that do not end the stream',
      'HEADERS on stream 0',
      'HEADERS on an even stream',
      'RST_STREAM on stream 0',
      'RST_STREAM on an idle stream',
      'a credit of 0 for the connection',
      'a credit for an idle stream',
      'SETTINGS on a stream',
      'too small a frame size',
      'too large a frame size',
      'ENABLE_PUSH of 2',
      'an acknowledgement that nobody waits for',
      'PING on a stream',
      'GOAWAY on a stream',
      'the preface is wrong at its end',
    ],
    reason: GOAWAY_REASON,
    proa: { kind: 'http2', manners: { goaway: 'PROTOCOL_ERROR' } },
  },
  {
    group: 'h2-malformed',
    scenarios: ['the path "/é"'],
    reason:
      'RFC 9113 section 8.3.1 and RFC 3986 section 2: a path has visible ASCII characters alone; some ' +
      'servers of HTTP/1.1, to which it may go on, end a request target at octets such as 0x85 and 0xa0',
    proa: {
      kind: 'like',
      group: 'h2-malformed',
      scenario: 'the path "/a b"',
      manners: { goaway: 'PROTOCOL_ERROR' },
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['too much credit for the connection', 'too large an initial window'],
    reason: GOAWAY_REASON,
    proa: { kind: 'http2', manners: { goaway: 'FLOW_CONTROL_ERROR' } },
  },
  {
    group: 'h2-limits',
    scenarios: [
      'a flood of CONTINUATION',
      'a flood of empty CONTINUATION',
      'a flood of empty DATA',
      'a flood of PRIORITY',
      'a flood of WINDOW_UPDATE',
      'a header block in more frames of one byte than are allowed',
    ],
    reason: GOAWAY_REASON,
    proa: { kind: 'http2', manners: { goaway: 'ENHANCE_YOUR_CALM' } },
  },
  {
    group: 'h2-limits',
    scenarios: ['a response that is never taken runs into the stream idle timeout'],
    reason: CANCEL_REASON,
    proa: { kind: 'http2', manners: { cancels: true } },
  },
  {
    group: 'h2-limits',
    scenarios: ['the beginning of a response is taken slowly'],
    reason:
      'a stream is not idle while its client takes what waits for it: as Envoy itself sees it once the whole ' +
      'response waits',
    proa: {
      kind: 'like',
      group: 'h2-limits',
      scenario: 'the beginning of a response is taken slowly, within the stream idle timeout',
    },
  },
  {
    group: 'h2-options',
    scenarios: ['downstream: hpack_table_size 0'],
    reason: `${WINDOW_REASON}; what is wrong with a header block is logged in words`,
    proa: { kind: 'http2', manners: { windows: true, words: 'hpack_tableSizeMissing' } },
  },
  {
    group: 'h2-options',
    scenarios: [
      'downstream: allow_metadata',
      'upstream: allow_metadata',
      'downstream: METADATA that is allowed',
      'upstream: max_header_field_size_kb',
    ],
    reason: 'METADATA and larger single fields are not supported, and refused by name',
    proa: { kind: 'refused' },
  },
  {
    group: 'h2-basics',
    scenarios: ['a preface in pieces'],
    reason: 'a preface is one however it comes; Envoy takes what comes first for HTTP/1.1',
    proa: {
      kind: 'like',
      group: 'h2-basics',
      scenario: 'the exact fields of a request without anything else',
    },
  },
  {
    group: 'h2-basics',
    scenarios: ['codec_type HTTP2 and a request in HTTP/1.1'],
    reason:
      'RFC 9113 sections 3.4 and 5.4.1: the server sends its SETTINGS first, before it has seen what the client ' +
      'says, and GOAWAY before it closes',
    proa: {
      kind: 'changed',
      but: {
        client: { 0: { rest: BEGINNING_AND_END } },
        stats: { 'http.ingress': { downstream_cx_tx_bytes_total: BEGINNING_AND_END.length } },
      },
    },
  },
  {
    group: 'h2-translation',
    scenarios: ['CONNECT 2 to 1'],
    reason: TUNNEL_REASON,
    proa: {
      kind: 'changed',
      but: {
        client: { 0: { streams: { 0: { reset: undefined } } } },
        log: { 0: { details: 'via_upstream', flags: '-' } },
        stats: {
          'cluster.backend': endedByUpstream,
          'http.ingress': { downstream_rq_rx_reset: undefined, downstream_rq_tx_reset: undefined },
        },
      },
    },
  },
  {
    group: 'h2-translation',
    scenarios: ['extended CONNECT 2 to 1'],
    reason: TUNNEL_REASON,
    proa: {
      kind: 'changed',
      but: {
        client: { 0: { streams: { 0: { incomplete: undefined } }, timedOut: undefined } },
        log: { 0: { details: 'via_upstream', flags: '-' } },
        stats: {
          'cluster.backend': endedByUpstream,
          'http.ingress': {
            downstream_cx_destroy_active_rq: undefined,
            downstream_cx_destroy_remote_active_rq: undefined,
            downstream_rq_rx_reset: undefined,
          },
        },
      },
    },
  },
  {
    group: 'h2-upstreams',
    scenarios: ['the settings that an upstream is told'],
    reason: WINDOW_REASON,
    proa: { kind: 'http2', manners: { windows: true } },
  },
  {
    group: 'h2-upstreams',
    scenarios: ['the route timeout resets the stream'],
    reason: CANCEL_REASON,
    proa: { kind: 'http2', manners: { cancels: true } },
  },
  {
    group: 'h2-upstreams',
    scenarios: ['HEADERS on a stream that nobody opened'],
    reason: GOAWAY_REASON,
    proa: { kind: 'http2', manners: { goaway: 'PROTOCOL_ERROR' } },
  },
  {
    group: 'h2-upstreams',
    scenarios: ['too much credit for the connection'],
    reason: GOAWAY_REASON,
    proa: { kind: 'http2', manners: { goaway: 'FLOW_CONTROL_ERROR' } },
  },
  {
    group: 'h2-upstreams',
    scenarios: ['empty DATA frames', 'a header block in more frames of one byte than are allowed'],
    reason: GOAWAY_REASON,
    proa: { kind: 'http2', manners: { goaway: 'ENHANCE_YOUR_CALM' } },
  },
  {
    group: 'h2-upstreams',
    scenarios: [
      'GOAWAY that refuses the request, with retries',
      'GOAWAY that refuses the request, with retries of refused streams',
      'REFUSED_STREAM with retries on refused-stream',
      'REFUSED_STREAM with retries on reset',
      'REFUSED_STREAM with retries on 5xx',
      'REFUSED_STREAM with retries on connect-failure',
      'REFUSED_STREAM with retries on reset-before-request',
      'CANCEL with retries on reset',
      'a reset before the body with retries on reset',
      'the timeout of a try resets its stream',
    ],
    reason: 'retries are not supported yet',
    proa: { kind: 'refused' },
  },
  {
    group: 'h2-upstreams',
    scenarios: [
      'max_requests_per_connection',
      'GOAWAY before any request',
      'GOAWAY after the request, which is answered',
      'GOAWAY in two steps',
    ],
    reason:
      'an upstream that goes away in good order breaks no protocol: upstream_cx_protocol_error does not count it',
    proa: {
      kind: 'changed',
      but: { stats: { 'cluster.backend': { upstream_cx_protocol_error: undefined } } },
    },
  },
  {
    group: 'h2-upstreams',
    scenarios: [
      'a response without a status',
      'the status "0"',
      'the status "99"',
      'the status "1000"',
      'the status "abc"',
      'the status "2 0"',
      'the status "101"',
      'the status ""',
      'two statuses',
      'a status behind a field',
      'an unknown pseudo-header in a response',
      'a path in a response',
      'the response field "X-Upper: a"',
      'the response field "connection: close"',
      'the response field "transfer-encoding: chunked"',
      'the response field "x-a: b\\r\\nc"',
      'the response field "x-a: b\\u0000"',
      'an upgrade field in a response',
      'an informational response that ends the stream',
      'response trailers that do not end the stream',
      'response trailers with a pseudo-header',
      'a credit of 0',
    ],
    reason: MALFORMED_RESPONSE_REASON,
    proa: {
      kind: 'changed',
      but: {
        upstream: { backend: { 0: { streams: { 0: { reset: 'PROTOCOL_ERROR' } }, end: 'open' } } },
        stats: { 'cluster.backend': stillConnected },
      },
    },
  },
  {
    group: 'h2-upstreams',
    scenarios: ['a response that begins with DATA'],
    reason: MALFORMED_RESPONSE_REASON,
    proa: {
      kind: 'changed',
      but: {
        upstream: {
          backend: {
            0: { streams: { 0: { reset: 'PROTOCOL_ERROR' } }, goaways: undefined, end: 'open' },
          },
        },
        stats: { 'cluster.backend': { ...stillConnected, 'http2.rx_messaging_error': 1 } },
      },
    },
  },
  {
    group: 'h2-upstreams',
    scenarios: ['a pushed stream'],
    reason: GOAWAY_REASON,
    proa: { kind: 'http2', manners: { goaway: 'PROTOCOL_ERROR' } },
  },
];
