import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';

/** How long a body is (RFC 9112 section 6.3). */
export type Framing =
  | 'none'
  | 'length'
  | 'chunked'
  /** A response that ends with its connection. */
  | 'untilClose';

export type FramingDefect =
  | 'invalidContentLength'
  | 'invalidTransferEncoding'
  | 'contentLengthAndTransferEncoding'
  | 'transferEncodingInHttp10';

/** Filled by `readFraming`; used at once by its caller. */
export interface FramingResult {
  framing: Framing;
  /** For `length`: how many bytes. */
  contentLength: number;
}

/** More digits than 2^53 has. */
const DIGITS_MAX = 16;

/**
 * Reads what the fields say about the body of a message. Whatever two recipients could read
 * differently is a defect: both fields at once, repeated or listed lengths, codings other than
 * a single `chunked`. With `allowChunkedLength` a length beside `chunked` is taken out of the
 * message instead, as RFC 9112 section 6.3 allows. The coding itself is always taken out: whoever
 * forwards the message frames it anew.
 */
export function readFraming(
  headers: HeaderMap,
  minorVersion: number,
  otherwise: 'none' | 'untilClose',
  allowChunkedLength: boolean,
  into: FramingResult,
): FramingDefect | undefined {
  const length = headers.getKnown(HeaderName['content-length']);
  const coding = headers.getKnown(HeaderName['transfer-encoding']);
  if (length === undefined && coding === undefined) {
    into.framing = otherwise;
    return undefined;
  }
  if (coding !== undefined) {
    if (length !== undefined && !allowChunkedLength) return 'contentLengthAndTransferEncoding';
    // RFC 9112 section 6.1: such a message must be treated as if its framing were faulty.
    if (minorVersion === 0) return 'transferEncodingInHttp10';
    if (headers.countKnown(HeaderName['transfer-encoding']) > 1) return 'invalidTransferEncoding';
    if (coding.toLowerCase() !== 'chunked') return 'invalidTransferEncoding';
    headers.removeKnown(HeaderName['content-length']);
    headers.removeKnown(HeaderName['transfer-encoding']);
    into.framing = 'chunked';
    return undefined;
  }
  if (headers.countKnown(HeaderName['content-length']) > 1) return 'invalidContentLength';
  const bytes = parseContentLength(length as string);
  if (bytes === undefined) return 'invalidContentLength';
  into.framing = bytes === 0 ? 'none' : 'length';
  into.contentLength = bytes;
  return undefined;
}

/** Decimal digits up to 2^53 - 1; undefined for everything else. */
export function parseContentLength(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > DIGITS_MAX) return undefined;
  let bytes = 0;
  for (let index = 0; index < length; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    bytes = bytes * 10 + digit;
  }
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
