import type { RequestHeaders } from '#http/header-map.ts';

const ABSOLUTE = /^(https?):\/\/([^/?#]*)(.*)$/is;
/** RFC 3986 section 3.2, without user information, which RFC 9110 section 4.2.4 refuses. */
const AUTHORITY = /^(?:[a-z0-9._~!$&'()*+,;=%-]+|\[[0-9a-f:.v]+\])(?::[0-9]{0,5})?$/i;

/** Whether a `host` field or an authority is one that every recipient reads the same way. */
export function isValidAuthority(text: string): boolean {
  return AUTHORITY.test(text);
}

/**
 * Puts the request target of RFC 9112 section 3.2 into path, scheme and authority: origin-form
 * mostly; absolute-form wins over the `host` field; authority-form with CONNECT; asterisk-form
 * with OPTIONS. False for anything else.
 */
export function readRequestTarget(
  target: string,
  headers: RequestHeaders,
  host: string | undefined,
  allowAbsolute: boolean,
): boolean {
  headers.authority = host ?? '';
  if (target.charCodeAt(0) === 0x2f) {
    headers.path = target;
    return headers.method !== 'CONNECT';
  }
  if (headers.method === 'CONNECT') {
    headers.authority = target;
    return isValidAuthority(target);
  }
  if (target === '*') {
    headers.path = target;
    return headers.method === 'OPTIONS';
  }
  const absolute = allowAbsolute ? ABSOLUTE.exec(target) : null;
  if (absolute === null) return false;
  const [, scheme, authority, rest] = absolute as unknown as [string, string, string, string];
  if (!isValidAuthority(authority)) return false;
  headers.authority = authority;
  headers.scheme = scheme.toLowerCase();
  headers.path = absolutePath(rest, headers.method);
  return true;
}

/** RFC 9112 section 3.2.1 and 3.2.4: an empty path is `/`, and `*` for OPTIONS. */
function absolutePath(rest: string, method: string): string {
  if (rest.startsWith('/')) return rest;
  if (rest === '') return method === 'OPTIONS' ? '*' : '/';
  return `/${rest}`;
}
