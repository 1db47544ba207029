import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

const CLOSE_TOKEN = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i;

/**
 * Whether a client wants its connection to end with the answer: it says so, or speaks HTTP/1.0 and
 * does not say `keep-alive` (RFC 9112 section 9.3). `proxy-connection` counts too, as in Envoy.
 */
export function wantsClose(headers: RequestHeaders, isHttp10: boolean): boolean {
  const connection = headers.getKnown(HeaderName.connection);
  if (isHttp10 && connection?.toLowerCase() !== 'keep-alive') return true;
  if (connection !== undefined && saysClose(connection)) return true;
  const proxyConnection = headers.getKnown(HeaderName['proxy-connection']);
  return proxyConnection !== undefined && saysClose(proxyConnection);
}

function saysClose(value: string): boolean {
  // What clients mostly say.
  if (value === 'keep-alive' || value === 'Keep-Alive') return false;
  return CLOSE_TOKEN.test(value);
}
