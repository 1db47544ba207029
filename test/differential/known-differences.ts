import type { Changes } from './harness/changes.ts';
import type { Http2Manners } from './harness/http2-manners.ts';
import type { Observation } from './harness/observation.ts';
import { knownHttp2Differences } from './known-http2-differences.ts';
import { knownHttp2Errors } from './known-http2-errors.ts';

/** Scenarios in which Proa means to differ from Envoy. */
export interface KnownDifference {
  readonly group: string;
  readonly scenarios: readonly string[];
  /** Why, with the source that Proa follows instead. */
  readonly reason: string;
  /** What Proa shows. */
  readonly proa: Expectation;
}

export type Expectation =
  /** The same as Envoy shows in that scenario, but for manners and these changes. */
  | {
      readonly kind: 'like';
      readonly group: string;
      readonly scenario: string;
      readonly manners?: Http2Manners;
      readonly but?: Changes<Observation>;
      /** The messages have other lengths there: the numbers of bytes that came are not compared. */
      readonly received?: 'differs';
    }
  /** The same as Envoy in this scenario, but for these changes. */
  | { readonly kind: 'changed'; readonly but: Changes<Observation> }
  /** The same as Envoy in this scenario, said on HTTP/2 connections in Proa's own way. */
  | { readonly kind: 'http2'; readonly manners: Http2Manners }
  /** It refuses the configuration, by the name of what it does not support. */
  | { readonly kind: 'refused' };

function like(group: string, scenario: string): Extract<Expectation, { kind: 'like' }> {
  return { kind: 'like', group, scenario, received: 'differs' };
}

/** 400 and a closed connection before any head is complete. */
const refusedHead = like('request-syntax', 'garbage is refused');

/** 400 and a closed connection after the head has been forwarded. */
const refusedChunk = like('request-framing', 'a chunk size that is no number');

const refusedConfiguration: Expectation = { kind: 'refused' };

/** The statistics of a request that is refused before it is complete, into those of one that is refused later. */
const completeRequest = {
  downstream_rq_response_before_rq_complete: undefined,
  downstream_rq_rx_reset: undefined,
};

/** 502 and a closed upstream connection. */
const refusedResponse = like('responses', 'another protocol in the response');

export const knownDifferences: readonly KnownDifference[] = [
  {
    group: 'request-syntax',
    scenarios: [
      'two spaces after the method',
      'two spaces before the version',
      'a tab between the parts of the request line',
      'a space at the end of the request line',
    ],
    reason:
      'RFC 9112 section 3: one SP between the parts of the request line; a lenient reading invites request ' +
      'smuggling, and an invalid request line is answered with 400',
    proa: refusedHead,
  },
  {
    group: 'request-syntax',
    scenarios: [
      'a bare LF line before the request',
      'bare LF line ends',
      'a bare LF after one header line',
      'a bare LF after the request line',
      'a bare LF at the end of the head',
    ],
    reason:
      'RFC 9112 section 2.2: lines end with CRLF; taking LF alone for a line end is optional, and parsers ' +
      'that differ in it are how requests get smuggled',
    proa: refusedHead,
  },
  {
    group: 'request-syntax',
    scenarios: ['a bare CR in a header value', 'a bare CR as line end', 'CR CR LF as line end'],
    reason:
      'RFC 9112 section 2.2: an element with a bare CR is invalid; Envoy removes the CR, which changes the value',
    proa: refusedHead,
  },
  {
    group: 'request-syntax',
    scenarios: ['a folded header line', 'a header line folded with a tab'],
    reason: 'RFC 9112 section 5.2: a server rejects obsolete line folding with 400, or unfolds it',
    proa: refusedHead,
  },
  {
    group: 'request-syntax',
    scenarios: ['two equal host headers', 'two different host headers'],
    reason: 'RFC 9112 section 3.2: a server MUST answer 400 to more than one Host',
    proa: refusedHead,
  },
  {
    group: 'request-syntax',
    scenarios: ['a host with user information', 'a host with an illegal port'],
    reason: 'RFC 9112 section 3.2: a server MUST answer 400 to a Host with an invalid value',
    proa: like('request-syntax', 'a host with a path'),
  },
  {
    group: 'request-syntax',
    scenarios: ['an absolute target with user information'],
    reason:
      'RFC 9110 section 4.2.4: user information in an http URI is to be treated as an error; recipients differ ' +
      'in what they take for the host of it',
    proa: like('request-syntax', 'an absolute target with an empty host'),
  },
  {
    group: 'request-syntax',
    scenarios: ['an empty host header'],
    reason: 'RFC 9110 section 4.2.1: an http URI with an empty host MUST be rejected',
    proa: like('request-syntax', 'no host header'),
  },
  {
    group: 'request-syntax',
    scenarios: ['an absolute target without a host header'],
    reason: 'RFC 9112 section 3.2: a server MUST answer 400 to a request of HTTP/1.1 without Host',
    proa: {
      ...like('request-syntax', 'no host header'),
      but: { log: { 0: { request: 'GET - /a HTTP/1.1' } } },
    },
  },
  {
    group: 'request-sequence',
    scenarios: ['a chunked request in HTTP/1.0 when enabled'],
    reason:
      'RFC 9112 section 6.1: a coding in HTTP/1.0 MUST be treated as faulty framing; other recipients read such a ' +
      'message without a body',
    proa: {
      kind: 'changed',
      but: {
        client: {
          0: {
            responses: [
              {
                head: [
                  'HTTP/1.1 400 Bad Request',
                  'content-length: 11',
                  'content-type: text/plain',
                  'date: {date}',
                  'server: envoy',
                  'connection: close',
                ],
                body: 'Bad Request',
              },
            ],
          },
        },
        upstream: { backend: [] },
        log: [
          {
            details: 'http1.transfer_encoding_not_allowed',
            flags: 'DPE',
            received: 0,
            request: '- - - HTTP/1.1',
            sent: 11,
            status: 400,
          },
        ],
        stats: {
          'cluster.backend': undefined,
          'http.ingress': {
            downstream_cx_delayed_close_timeout: 1,
            downstream_cx_protocol_error: 1,
            downstream_cx_tx_bytes_total: 156,
            downstream_rq_2xx: undefined,
            downstream_rq_4xx: 1,
            downstream_rq_response_before_rq_complete: 1,
            downstream_rq_rx_reset: 1,
            rq_total: undefined,
          },
          'listener.listener': {
            'http.ingress.downstream_rq_2xx': undefined,
            'http.ingress.downstream_rq_4xx': 1,
          },
        },
      },
    },
  },
  {
    group: 'request-framing',
    scenarios: ['a content-length among the trailers'],
    reason:
      'RFC 9110 section 6.5.1: fields for framing and routing MUST NOT be sent as trailers, where a recipient that ' +
      'merges them would be led astray',
    proa: {
      kind: 'changed',
      but: { upstream: { backend: { 0: { requests: { 0: { trailers: undefined } } } } } },
    },
  },
  {
    group: 'responses',
    scenarios: ['the upstream resets within a body without a length'],
    reason:
      'RFC 9112 section 8: a body that ends with its connection is only complete if nothing shows an error; after ' +
      'a reset the client must not take what came for the whole',
    proa: {
      kind: 'changed',
      but: {
        client: { 0: { responses: { 0: { incomplete: true } }, end: 'closed' } },
        log: {
          0: {
            details: 'upstream_reset_after_response_started{connection_termination}',
            flags: 'UC',
          },
        },
        stats: {
          'cluster.backend': {
            upstream_cx_destroy_remote_with_active_rq: 1,
            upstream_cx_destroy_with_active_rq: 1,
          },
          'http.ingress': {
            downstream_cx_delayed_close_timeout: 1,
            downstream_cx_destroy_local: 1,
            downstream_cx_destroy_remote: undefined,
            downstream_rq_rx_reset: 1,
            downstream_rq_tx_reset: 1,
          },
        },
      },
    },
  },
  {
    group: 'request-framing',
    scenarios: ['a folded transfer-encoding'],
    reason: 'RFC 9112 section 5.2, as for every other folded header line',
    proa: refusedHead,
  },
  {
    group: 'request-framing',
    scenarios: [
      'a bare LF after a chunk',
      'no line end after a chunk',
      'two more bytes than the chunk size says',
      'a bare LF at the end of the chunked body',
      'white space after a chunk size',
    ],
    reason:
      'RFC 9112 section 7.1: the size and the data of a chunk are each followed by CRLF and nothing else; ' +
      'what came before the defect has been passed on, and is counted, as it was read',
    proa: refusedChunk,
  },
  {
    group: 'responses',
    scenarios: [
      'a status of two digits',
      'a status of four digits',
      'a status of 0',
      'HTTP/1.2 in the response',
      'HTTP/2.0 in the response',
    ],
    reason:
      'RFC 9112 section 4 and 9110 section 15: a status has three digits and is at least 100; Envoy passes ' +
      'on what the next recipient cannot read',
    proa: refusedResponse,
  },
  {
    group: 'responses',
    scenarios: [
      'a folded response header',
      'a response with bare LF',
      'a bare CR in a response header',
    ],
    reason:
      'RFC 9112 sections 2.2 and 5.2: what is invalid in a request is no better in a response; a proxy ' +
      'discards such a message and answers 502',
    proa: refusedResponse,
  },
  {
    group: 'responses',
    scenarios: ['101 that nobody asked for'],
    reason:
      'RFC 9110 section 15.2.2: 101 answers an Upgrade header field; forwarded unasked it would leave both ' +
      'sides with different views of the connection',
    proa: refusedResponse,
  },
  {
    group: 'routing',
    scenarios: ['filter state that nobody sets', 'a virtual host’s matcher tree'],
    reason: 'filter state and matcher trees are not supported yet',
    proa: refusedConfiguration,
  },
  {
    group: 'header-rules',
    scenarios: ['request header from %CEL(request.path)%'],
    reason: 'the Common Expression Language is not supported yet',
    proa: refusedConfiguration,
  },
  {
    group: 'access-log',
    scenarios: ['filter: CEL expression'],
    reason: 'the Common Expression Language is not supported yet',
    proa: refusedConfiguration,
  },
  {
    group: 'access-log',
    scenarios: ['operator %TRACE_ID%', 'operator %SPAN_ID%'],
    reason: 'tracing is not supported yet',
    proa: refusedConfiguration,
  },
  {
    group: 'access-log',
    scenarios: ['operator %DOWNSTREAM_PEER_URI_SAN%', 'operator %DOWNSTREAM_HANDSHAKE_DURATION%'],
    reason: 'TLS is not supported yet',
    proa: refusedConfiguration,
  },
  {
    group: 'access-log',
    scenarios: ['operator %DOWNSTREAM_CX_RTT%'],
    reason: 'Node does not tell the round-trip time that the kernel has measured',
    proa: refusedConfiguration,
  },
  {
    group: 'configuration',
    scenarios: ['manager: no http filters'],
    reason: 'a chain without a router answers nothing, so it is refused when it is read',
    proa: refusedConfiguration,
  },
  {
    group: 'configuration',
    scenarios: ['STRICT_DNS', 'LOGICAL_DNS'].flatMap((type) => [
      `cluster: ${type} with an endpoint of nothing`,
      `cluster: ${type} with an endpoint without an address`,
      `cluster: ${type} with a pipe`,
    ]),
    reason: 'an endpoint without a name to resolve would never have a host',
    proa: refusedConfiguration,
  },
  {
    group: 'routing',
    scenarios: ['domains: an empty host'],
    reason: 'RFC 9110 section 4.2.1: an http URI with an empty host MUST be rejected',
    proa: like('request-syntax', 'no host header'),
  },
  {
    group: 'manager-options',
    scenarios: ['headers_with_underscores_action: REJECT_REQUEST'],
    reason:
      'Proa refuses the request when it has read its head, so the log names the request and it counts as ' +
      'complete; what the client sees is the same',
    proa: {
      kind: 'changed',
      but: {
        log: { 0: { request: 'GET example.test / HTTP/1.1' } },
        stats: { 'http.ingress': completeRequest },
      },
    },
  },
  {
    group: 'manager-options',
    scenarios: ['strip_any_host_port: :80'],
    reason: 'a host of which nothing is left is logged like one that is absent',
    proa: { kind: 'changed', but: { log: { 0: { request: 'GET - / HTTP/1.1' } } } },
  },
  {
    group: 'http-filters',
    scenarios: ['header_mutation: query, what is encoded in other parameters'],
    reason:
      'Envoy writes out decoded what nobody asked it to change, so that a value becomes further parameters or even ' +
      'part of the request line (RFC 3986 section 2.4, RFC 9112 section 3)',
    proa: {
      kind: 'changed',
      but: {
        upstream: {
          backend: {
            0: { requests: { 0: { head: { 0: 'GET /p?a=%26b=1%20HTTP HTTP/1.1' } } } },
          },
        },
        log: { 0: { request: 'GET example.test /p?a=%26b=1%20HTTP HTTP/1.1' } },
        stats: { 'cluster.backend': { upstream_cx_tx_bytes_total: 171 } },
      },
    },
  },
  ...knownHttp2Differences,
  ...knownHttp2Errors,
];
