import { instantiateFormat } from '#formatter/instantiate-format.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { RegexReplacement } from '#matching/regex-replacement.ts';
import { pathLength } from '#routing/path-rewrite.ts';
import type { HostRewriteConfig } from '#routing/route-config.ts';
import { routeFormatterContext } from '#routing/route-formatter-context.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** The new host for a request; empty for "leave it". */
export type HostRewrite = (headers: RequestHeaders, info: StreamInfo) => string;

/** Builds the rewrite of a route; `auto_host_rewrite` is the router's, once it chose an endpoint. */
export function buildHostRewrite(
  config: HostRewriteConfig | undefined,
  environment: FormatterEnvironment,
): HostRewrite | undefined {
  switch (config?.kind) {
    case undefined:
    case 'auto':
      return undefined;
    case 'literal': {
      const { host } = config;
      return () => host;
    }
    case 'header': {
      const { name } = config;
      return (headers) => headers.get(name) ?? '';
    }
    case 'path_regex': {
      const replacement = new RegexReplacement(config.replacement);
      return ({ path }) => replacement.replaceAll(path.substring(0, pathLength(path)));
    }
    case 'host_rewrite': {
      const format = instantiateFormat(config.format, environment);
      return (headers, info) => format(routeFormatterContext(info, headers, undefined));
    }
  }
}

/**
 * Gives a request another host. The old one is appended to `x-forwarded-host` if asked for, unless
 * it is its last entry already; `keepsOriginal`: it is left in `x-envoy-original-host`.
 */
export function updateAuthority(
  headers: RequestHeaders,
  host: string,
  appendsForwardedHost: boolean,
  keepsOriginal: boolean,
): void {
  if (keepsOriginal) headers.set('x-envoy-original-host', headers.authority);
  if (appendsForwardedHost && headers.authority !== '') {
    const forwarded = headers.getKnown(HeaderName['x-forwarded-host']);
    if (forwarded === undefined) {
      headers.set('x-forwarded-host', headers.authority);
    } else if (lastElement(forwarded) !== headers.authority) {
      headers.set('x-forwarded-host', `${forwarded},${headers.authority}`);
    }
  }
  headers.authority = host;
}

function lastElement(list: string): string {
  return list.substring(list.lastIndexOf(',') + 1);
}
