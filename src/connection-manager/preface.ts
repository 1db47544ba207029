/**
 * How an HTTP/2 connection begins (RFC 9113 section 3.4). As in Envoy, the first line but for its
 * end is enough: whatever comes then, HTTP/1.1 has no use for it.
 */
const PREFACE = Buffer.from('PRI * HTTP/2', 'latin1');

/** What the first bytes of a connection say; `unknown` needs more of them. */
export function protocolOf(bytes: Buffer): 'HTTP1' | 'HTTP2' | 'unknown' {
  const compared = Math.min(bytes.length, PREFACE.length);
  if (PREFACE.compare(bytes, 0, compared, 0, compared) !== 0) return 'HTTP1';
  return compared === PREFACE.length ? 'HTTP2' : 'unknown';
}
