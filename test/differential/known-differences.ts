import type { Observation } from './harness/observation.ts';

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
  /** The same as Envoy shows in that scenario, but for the number of bytes received. */
  | { readonly kind: 'like'; readonly group: string; readonly scenario: string }
  /** It refuses the configuration, by the name of what it does not support. */
  | { readonly kind: 'refused' }
  /** These parts of the observation, and otherwise what Envoy shows in the scenario at hand. */
  | {
      readonly kind: 'instead';
      readonly parts: Partial<Observation>;
      /** Parts that follow from the difference and are not compared. */
      readonly consequences?: readonly (keyof Observation)[];
    };

function like(group: string, scenario: string): Expectation {
  return { kind: 'like', group, scenario };
}

/** 400 and a closed connection before any head is complete. */
const refusedHead = like('request-syntax', 'garbage is refused');

/** 400 and a closed connection after the head has been forwarded. */
const refusedChunk = like('request-framing', 'a chunk size that is no number');

const refusedConfiguration: Expectation = { kind: 'refused' };

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
    group: 'request-framing',
    scenarios: ['a folded transfer-encoding'],
    reason: 'RFC 9112 section 5.2, as for every other folded header line',
    proa: refusedHead,
  },
  {
    group: 'request-framing',
    scenarios: [
      'a bare LF after a chunk',
      'two more bytes than the chunk size says',
      'a bare LF at the end of the chunked body',
      'white space after a chunk size',
    ],
    reason:
      'RFC 9112 section 7.1: the size and the data of a chunk are each followed by CRLF and nothing else',
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
    group: 'destinations',
    scenarios: [
      'a filter that is disabled where it is listed and enabled by a route',
      'a filter that a route disables',
      'a filter that a virtual host disables',
    ],
    reason: 'the header mutation filter is not supported yet; the router is the only HTTP filter',
    proa: refusedConfiguration,
  },
  {
    group: 'routing',
    scenarios: ['filter state that nobody sets', 'a virtual host’s matcher tree'],
    reason: 'filter state and matcher trees are not supported yet',
    proa: refusedConfiguration,
  },
  {
    group: 'header-rules',
    scenarios: [
      'request header from %FILTER_STATE(x)%',
      'request header from %PER_REQUEST_STATE(x)%',
      'request header from %CEL(request.path)%',
    ],
    reason: 'filter state and the Common Expression Language are not supported yet',
    proa: refusedConfiguration,
  },
  {
    group: 'access-log',
    scenarios: ['operator %FILTER_STATE(key)%', 'filter: CEL expression'],
    reason: 'filter state and the Common Expression Language are not supported yet',
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
];
