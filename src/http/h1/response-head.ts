import { latin1 } from '#base/latin1.ts';
import type { Http1ClientOptions } from '#http/h1/client-options.ts';
import { connectionOption } from '#http/h1/connection-header.ts';
import { type FramingDefect, type FramingResult, readFraming } from '#http/h1/framing.ts';
import type { HeadParser } from '#http/h1/head-parser.ts';
import { inlineResponseHeaders } from '#http/inline-headers.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

export type ResponseHeadDefect =
  | FramingDefect
  /** 1xx and 204 have neither (RFC 9110 section 8.6, RFC 9112 section 6.1). */
  | 'contentLengthNotAllowed'
  | 'transferEncodingNotAllowed'
  /** The connection switched to a protocol that nobody asked for. */
  | 'unexpectedUpgrade';

/** What a response's head says about what follows it. Filled and used at once. */
export interface ResponseHead extends FramingResult {
  kind: 'interim' | 'final' | 'tunnel';
  /** The upstream takes another request on this connection. */
  isPersistent: boolean;
}

/** What of the request decides how its response is read. */
export interface RequestInHand {
  readonly isHead: boolean;
  readonly isConnect: boolean;
  readonly isUpgrade: boolean;
}

export function newResponseHead(): ResponseHead {
  return { framing: 'none', contentLength: 0, kind: 'final', isPersistent: true };
}

/** Finds out what a head that was parsed means (RFC 9112 section 6.3). */
export function readResponseHead(
  bytes: Buffer,
  parser: HeadParser,
  headers: ResponseHeaders,
  request: RequestInHand,
  options: Http1ClientOptions,
  into: ResponseHead,
): ResponseHeadDefect | undefined {
  const { headStart, minorVersion, status } = parser;
  headers.setText(latin1(bytes, headStart, parser.headEnd));
  headers.status = status;
  headers.joinRepeats(inlineResponseHeaders);
  into.framing = 'none';
  into.isPersistent = isPersistent(headers, minorVersion);
  if (status < 200 || status === 204) {
    const defect = checkBodiless(headers);
    if (defect !== undefined) return defect;
  }
  if (status === 101) {
    if (!request.isUpgrade) return 'unexpectedUpgrade';
    into.kind = 'tunnel';
    return undefined;
  }
  into.kind = status < 200 ? 'interim' : 'final';
  if (status < 200 || status === 204) return undefined;
  if (request.isConnect && status < 300) {
    into.kind = 'tunnel';
    return undefined;
  }
  const { allowChunkedLength } = options;
  const defect = readFraming(headers, minorVersion, 'untilClose', allowChunkedLength, into);
  if (defect !== undefined) return defect;
  if (request.isHead || status === 304) into.framing = 'none';
  return undefined;
}

function isPersistent(headers: ResponseHeaders, minorVersion: number): boolean {
  if (!headers.hasKnown(HeaderName.connection)) return minorVersion === 1;
  const option = connectionOption(headers);
  return minorVersion === 1 ? option !== 'close' : option === 'keepAlive';
}

/** As in Envoy, a length of zero is forgiven. */
function checkBodiless(headers: ResponseHeaders): ResponseHeadDefect | undefined {
  if (headers.hasKnown(HeaderName['transfer-encoding'])) return 'transferEncodingNotAllowed';
  const length = headers.getKnown(HeaderName['content-length']);
  if (length === undefined) return undefined;
  if (length !== '0') return 'contentLengthNotAllowed';
  headers.removeKnown(HeaderName['content-length']);
  return undefined;
}
