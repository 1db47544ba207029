import { isValidAuthority } from '#http/authority.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

export type TargetDefect =
  /** None of the forms of RFC 9112 section 3.2. */
  'malformedTarget' | 'invalidUrl' | 'invalidScheme' | 'invalidAuthority';

const ABSOLUTE = /^([a-z]+):\/\/([^/?#]*)(.*)$/is;
const CONNECT_PORT = /.:0*([1-9][0-9]{0,4})$/;
const PORT_MAX = 65_535;

/**
 * Puts the request target of RFC 9112 section 3.2 into path, scheme and authority: origin-form
 * mostly; absolute-form wins over the `host` field; authority-form with CONNECT; asterisk-form
 * with OPTIONS. An absolute target that is not allowed becomes the path, as in Envoy, and no route
 * takes a path like that.
 */
export function readRequestTarget(
  target: string,
  headers: RequestHeaders,
  host: string | undefined,
  allowAbsolute: boolean,
): TargetDefect | undefined {
  if (host !== undefined && !isValidAuthority(host)) return 'invalidAuthority';
  headers.authority = host ?? '';
  const isConnect = headers.method === 'CONNECT';
  if (target.charCodeAt(0) === 0x2f) {
    headers.path = target;
    return isConnect ? 'invalidUrl' : undefined;
  }
  if (isConnect) {
    headers.authority = target;
    return isConnectTarget(target) ? undefined : 'invalidUrl';
  }
  if (target === '*') {
    headers.path = target;
    return headers.method === 'OPTIONS' ? undefined : 'invalidUrl';
  }
  const absolute = ABSOLUTE.exec(target);
  if (absolute === null) return 'malformedTarget';
  if (!allowAbsolute) {
    headers.path = target;
    return undefined;
  }
  const [, scheme, authority, rest] = absolute as unknown as [string, string, string, string];
  headers.scheme = scheme.toLowerCase();
  if (headers.scheme !== 'http' && headers.scheme !== 'https') return 'invalidScheme';
  // RFC 9110 section 4.2.1: an empty host is an error.
  if (authority === '' || !isValidAuthority(authority)) return 'invalidUrl';
  headers.authority = authority;
  headers.path = absolutePath(rest, headers.method);
  return undefined;
}

/** RFC 9110 section 9.3.6: a host and a port that is neither missing nor impossible. */
function isConnectTarget(target: string): boolean {
  const port = CONNECT_PORT.exec(target)?.[1];
  return port !== undefined && Number(port) <= PORT_MAX && isValidAuthority(target);
}

/** RFC 9112 sections 3.2.1 and 3.2.4: an empty path is `/`, and `*` for OPTIONS. */
function absolutePath(rest: string, method: string): string {
  if (rest !== '') return rest;
  return method === 'OPTIONS' ? '*' : '/';
}
