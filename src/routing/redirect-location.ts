import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { RedirectActionConfig } from '#routing/route-config.ts';

const DEFAULT_PORT_SUFFIX: Readonly<Record<string, string>> = { http: ':80', https: ':443' };

/**
 * The `location` of a redirect for a request whose path is rewritten already. `newPath` stands
 * instead of the request's path; empty is none.
 */
export function redirectLocation(
  config: RedirectActionConfig,
  headers: RequestHeaders,
  newPath: string,
): string {
  const scheme = config.scheme ?? forwardedProto(headers);
  const port = config.port === undefined ? '' : `:${config.port}`;
  const host = config.host ?? requestHost(headers, scheme, port);
  return `${scheme}://${host}${port}${redirectPath(headers.path, newPath, config.stripQuery)}`;
}

/** The address that a request asked for. */
export function requestLocation(headers: RequestHeaders): string {
  return `${forwardedProto(headers)}://${headers.authority}${headers.path}`;
}

/** Where `require_tls` sends a request. */
export function tlsRedirectLocation(headers: RequestHeaders): string {
  return `https://${headers.authority}${headers.path}`;
}

function forwardedProto(headers: RequestHeaders): string {
  return headers.getKnown(HeaderName['x-forwarded-proto']) ?? headers.scheme;
}

/** The query of a new path wins over the request's and is never stripped. */
function redirectPath(requestPath: string, newPath: string, stripsQuery: boolean): string {
  const start = newPath === '' || newPath.startsWith('/') ? '' : '/';
  if (newPath.includes('?')) return start + newPath;
  const query = requestPath.indexOf('?');
  const oldPath = query < 0 ? requestPath : requestPath.substring(0, query);
  const path = newPath === '' ? oldPath : start + newPath;
  return query < 0 || stripsQuery ? path : path + requestPath.substring(query);
}

/**
 * The host of the request, without its port if a new one follows or if it was the default of a
 * scheme that changes.
 */
function requestHost(headers: RequestHeaders, scheme: string, newPort: string): string {
  const { authority } = headers;
  const colon = portStart(authority);
  if (colon < 0) return authority;
  const before = forwardedProto(headers);
  const losesDefaultPort =
    scheme !== before && authority.substring(colon) === DEFAULT_PORT_SUFFIX[before];
  return newPort !== '' || losesDefaultPort ? authority.substring(0, colon) : authority;
}

function portStart(authority: string): number {
  if (!authority.startsWith('[')) return authority.lastIndexOf(':');
  const bracket = authority.lastIndexOf(']:');
  return bracket < 0 ? -1 : bracket + 1;
}
