import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { buildStringMatcher, type StringMatcherConfig } from '#matching/string-matcher.ts';

/** `envoy.config.route.v3.CookieMatcher`. */
export interface CookieMatcherConfig {
  readonly name: string;
  readonly matcher: StringMatcherConfig;
  readonly isInverted: boolean;
}

/** Builds the test of a request's cookies; one that is missing fails, or passes if inverted. */
export function buildCookieMatcher(
  config: CookieMatcherConfig,
): (headers: RequestHeaders) => boolean {
  const { name, isInverted } = config;
  const matches = buildStringMatcher(config.matcher);
  return (headers) => {
    const value = cookieValue(headers, name);
    return (value !== undefined && matches(value)) !== isInverted;
  };
}

/** The value of the first cookie of that name, without the quotes around it. */
export function cookieValue(headers: RequestHeaders, name: string): string | undefined {
  if (!headers.hasKnown(HeaderName.cookie)) return undefined;
  for (const line of headers.getAll('cookie')) {
    for (const pair of line.split(';')) {
      const equals = pair.indexOf('=');
      if (equals < 0 || pair.substring(0, equals).trimStart() !== name) continue;
      const value = pair.substring(equals + 1);
      const isQuoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
      return isQuoted ? value.slice(1, -1) : value;
    }
  }
  return undefined;
}
