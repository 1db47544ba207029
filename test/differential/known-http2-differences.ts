import type { KnownDifference } from './known-differences.ts';

const GRPC_WEB_MESSAGES = '\0\0\0\0\x05hello\0\0\0\0\x05hello';

const CANCEL_REASON =
  'RFC 9113 section 7: CANCEL says that a stream is no longer needed; INTERNAL_ERROR, which Envoy ' +
  'sends, says that something in the proxy is broken';

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
      kind: 'instead',
      parts: {
        client: [
          {
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
        ],
        upstream: {
          backend: [
            {
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
              end: 'open',
            },
          ],
        },
        log: [
          {
            cluster: 'backend',
            details: 'via_upstream',
            flags: '-',
            received: 32,
            request: 'POST example.test /pkg.Service/Method HTTP/1.1',
            sent: 30,
            status: 200,
            upstream: '127.0.0.1:{backend}',
          },
        ],
      },
      consequences: ['stats'],
    },
  },
  {
    group: 'grpc-filters',
    scenarios: ['grpc_web: broken base64'],
    reason:
      'the last bytes of a request of HTTP/1.1 come together with its end, so that what is refused for them is ' +
      'a complete request',
    proa: { kind: 'instead', parts: {}, consequences: ['stats'] },
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
];
