import { latin1 } from '#base/latin1.ts';
import type { RequestDefect } from '#http/h1/codec-errors.ts';
import { removeNamedFields, removeUpgrade } from '#http/h1/connection-header.ts';
import { type Framing, type FramingResult, readFraming } from '#http/h1/framing.ts';
import type { HeadParser } from '#http/h1/head-parser.ts';
import { isKnownMethod, methodOf } from '#http/h1/methods.ts';
import { readRequestTarget } from '#http/h1/request-target.ts';
import type { Http1ServerOptions } from '#http/h1/server-options.ts';
import { inlineRequestHeaders } from '#http/inline-headers.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { isUpgrade } from '#http/upgrade.ts';

/** What a request's head says about what follows it. Filled and used at once. */
export interface RequestHead extends FramingResult {
  /** What follows the head is not HTTP: an upgrade or CONNECT. */
  isTunnel: boolean;
}

export function newRequestHead(): RequestHead {
  return { framing: 'none', contentLength: 0, isTunnel: false };
}

/**
 * Finds out what a head that was parsed asks: fills the pseudo-headers, takes out what concerns
 * this connection alone, and says how the body is framed. The checks come in Envoy's order, so that
 * of several defects the same one is answered.
 */
export function readRequestHead(
  bytes: Buffer,
  parser: HeadParser,
  headers: RequestHeaders,
  options: Http1ServerOptions,
  into: RequestHead,
): RequestDefect | undefined {
  const start = parser.headStart;
  const text = latin1(bytes, start, parser.headEnd);
  headers.setText(text);
  headers.method = methodOf(text, parser.methodEnd - start);
  if (!options.allowCustomMethods && !isKnownMethod(headers.method)) return 'invalidMethod';
  const { minorVersion } = parser;
  if (minorVersion === 0 && !options.acceptHttp10) return 'unsupportedVersion';
  headers.joinRepeats(inlineRequestHeaders);
  const target = text.substring(parser.targetStart - start, parser.targetEnd - start);
  const defect =
    readFraming(headers, minorVersion, 'none', options.allowChunkedLength, into) ??
    readHost(target, headers, minorVersion, options) ??
    readTunnel(headers, into);
  if (defect !== undefined) return defect;
  return headers.hasKnown(HeaderName.connection) ? removeNamedFields(headers) : undefined;
}

function readHost(
  target: string,
  headers: RequestHeaders,
  minorVersion: number,
  options: Http1ServerOptions,
): RequestDefect | undefined {
  // RFC 9112 section 3.2: more than one must be refused, even where they are equal.
  if (headers.countKnown(HeaderName.host) > 1) return 'repeatedHost';
  const host = headers.getKnown(HeaderName.host);
  const defect = readRequestTarget(target, headers, host, options.allowAbsoluteUrl);
  if (defect !== undefined) return defect;
  if (host !== undefined) headers.removeKnown(HeaderName.host);
  // The same section: none at all must be refused, even where the target names a host.
  else if (minorVersion === 1) headers.authority = '';
  return undefined;
}

function readTunnel(headers: RequestHeaders, into: RequestHead): RequestDefect | undefined {
  into.isTunnel = false;
  if (headers.method === 'CONNECT') {
    // A body has no meaning there (RFC 9110 section 9.3.6).
    if (into.framing === 'chunked') return 'invalidTransferEncoding';
    if (into.framing === 'length') return 'bodyInConnect';
    headers.removeKnown(HeaderName['content-length']);
    into.isTunnel = true;
    return undefined;
  }
  if (!headers.hasKnown(HeaderName.upgrade)) return undefined;
  if (!isUpgrade(headers)) return undefined;
  const protocol = headers.getKnown(HeaderName.upgrade) as string;
  // A server may ignore the wish (RFC 9110 section 7.8). The end of a chunked body could not be
  // told to the upstream within a tunnel.
  if (into.framing === 'chunked' || protocol.toLowerCase() === 'h2c') removeUpgrade(headers);
  else into.isTunnel = true;
  return undefined;
}

/** How a request is framed once it is known whether it becomes a tunnel. */
export function framingOf(head: RequestHead): Framing {
  return head.isTunnel ? 'untilClose' : head.framing;
}
