import type { RequestHeaders } from '#http/header-map.ts';

export type TargetDefect =
  /** None of the forms of RFC 9112 section 3.2. */
  'malformedTarget' | 'invalidUrl' | 'invalidScheme' | 'invalidAuthority';

const ABSOLUTE = /^([a-z]+):\/\/([^/?#]*)(.*)$/is;
const IP_LITERAL = /^\[[0-9a-f:.v]+\](?::[0-9]*)?$/i;
const CONNECT_PORT = /.:0*([1-9][0-9]{0,4})$/;
const PORT_MAX = 65_535;
const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;

/** 1 for what a registered name consists of: RFC 3986 section 3.2.2. */
const IS_REG_NAME = Uint8Array.from({ length: 256 }, (_, octet) =>
  /[a-z0-9._~!$&'()*+,;=%-]/i.test(String.fromCharCode(octet)) ? 1 : 0,
);

/**
 * Whether a `host` field or an authority is one that every recipient reads the same way: a
 * registered name or an address with an optional port, and no user information, which RFC 9110
 * section 4.2.4 wants treated as an error.
 */
export function isValidAuthority(text: string): boolean {
  const { length } = text;
  let at = 0;
  while (at < length && IS_REG_NAME[text.charCodeAt(at)] === 1) at++;
  if (at === length) return true;
  if (text.charCodeAt(at) !== COLON) return at === 0 && IP_LITERAL.test(text);
  for (at++; at < length; at++) {
    const octet = text.charCodeAt(at);
    if (octet < ZERO || octet > NINE) return false;
  }
  return true;
}

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
