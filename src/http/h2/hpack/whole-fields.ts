import {
  INDEXED,
  INDEXED_PREFIX_MAX,
  INTEGER_OCTETS_MAX,
  isSizeUpdate,
  LITERAL_INDEXED,
  LITERAL_INDEXED_PREFIX_MAX,
  LITERAL_PREFIX_MAX,
  SIZE_UPDATE_PREFIX_MAX,
  STRING_PREFIX_MAX,
} from '#http/h2/hpack/representation.ts';

/** Longer names and values are refused, as nghttp2 and with it Envoy do. In octets as they are sent. */
export const STRING_BYTES_MAX = 65_536;

const CUT_OFF = -1;
const TOO_LONG = -2;

/**
 * Looks how many of the fields (and table size updates) in `bytes[start..end)`, which begins with
 * one, are whole: `end` of the last one, or `start`. It reads lengths alone, and leaves everything
 * that is wrong to the decoder, but for a string that is too long to be waited for: that is told by
 * `undefined`.
 */
export function endOfWholeFields(bytes: Buffer, start: number, end: number): number | undefined {
  let at = start;
  while (at < end) {
    const next = endOfField(bytes, at, end);
    if (next === CUT_OFF) return at;
    if (next === TOO_LONG) return undefined;
    at = next;
  }
  return at;
}

/** RFC 7541 section 6. */
function endOfField(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start] as number;
  if (first >= INDEXED) return endOfInteger(bytes, start, end, INDEXED_PREFIX_MAX);
  if (isSizeUpdate(first)) return endOfInteger(bytes, start, end, SIZE_UPDATE_PREFIX_MAX);
  const prefixMax = first >= LITERAL_INDEXED ? LITERAL_INDEXED_PREFIX_MAX : LITERAL_PREFIX_MAX;
  let at = endOfInteger(bytes, start, end, prefixMax);
  if (at >= 0 && (first & prefixMax) === 0) at = endOfString(bytes, at, end);
  return at < 0 ? at : endOfString(bytes, at, end);
}

/** RFC 7541 section 5.1. */
function endOfInteger(bytes: Buffer, start: number, end: number, prefixMax: number): number {
  let at = start + 1;
  if (((bytes[start] as number) & prefixMax) < prefixMax) return at;
  const last = at + INTEGER_OCTETS_MAX;
  while (at < end) {
    const octet = bytes[at++] as number;
    // The decoder refuses a number that goes on; nothing has to be waited for.
    if (octet < 0x80 || at === last) return at;
  }
  return CUT_OFF;
}

/** RFC 7541 section 5.2. */
function endOfString(bytes: Buffer, start: number, end: number): number {
  if (start >= end) return CUT_OFF;
  const content = endOfInteger(bytes, start, end, STRING_PREFIX_MAX);
  if (content < 0) return content;
  let length = (bytes[start] as number) & STRING_PREFIX_MAX;
  for (let at = start + 1; at < content; at++) {
    length += ((bytes[at] as number) & 0x7f) << (7 * (at - start - 1));
  }
  if (length > STRING_BYTES_MAX) return TOO_LONG;
  return content + length <= end ? content + length : CUT_OFF;
}
