import type { HttpConnectionManagerConfig } from '#connection-manager/connection-manager-config.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { Address } from '#network/address.ts';

const DIGITS = /^[0-9]{1,10}$/;

/** Whether `normalizeHost` has anything to do under this configuration. */
export function normalizesHost(config: HttpConnectionManagerConfig): boolean {
  return config.stripTrailingHostDot || config.stripPort !== 'none';
}

/**
 * `strip_trailing_host_dot`, then `strip_any_host_port` or `strip_matching_host_port`, which strips
 * the port that the client connected to.
 */
export function normalizeHost(
  headers: RequestHeaders,
  config: HttpConnectionManagerConfig,
  localAddress: Address,
): void {
  if (config.stripTrailingHostDot) headers.authority = withoutTrailingDot(headers.authority);
  if (config.stripPort === 'none') return;
  const { authority } = headers;
  const colon = authority.lastIndexOf(':');
  if (colon < 0 || authority.lastIndexOf(']') > colon) return;
  const port = authority.substring(colon + 1);
  if (!DIGITS.test(port)) return;
  const isStripped =
    config.stripPort === 'any_host_port' ||
    (localAddress.kind === 'ip' && Number(port) === localAddress.port);
  if (isStripped) headers.authority = authority.substring(0, colon);
}

/** The dot of the root domain is the last character, or stands before the port. */
function withoutTrailingDot(authority: string): string {
  const dot = authority.lastIndexOf('.');
  if (dot < 0 || (dot + 1 < authority.length && authority[dot + 1] !== ':')) return authority;
  return authority.substring(0, dot) + authority.substring(dot + 1);
}
