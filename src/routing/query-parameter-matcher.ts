import { buildStringMatcher, type StringMatcherConfig } from '#matching/string-matcher.ts';

/** `envoy.config.route.v3.QueryParameterMatcher`; the name is a byte string. */
export interface QueryParameterMatcherConfig {
  readonly name: string;
  readonly test:
    | { readonly kind: 'present'; readonly isPresent: boolean }
    | { readonly kind: 'string'; readonly matcher: StringMatcherConfig };
}

/**
 * Builds the test of a path with its query. Names and values are compared as they are written,
 * percent signs and all; of several parameters with one name the first counts.
 */
export function buildQueryParameterMatcher(
  config: QueryParameterMatcherConfig,
): (path: string) => boolean {
  const { name, test } = config;
  if (test.kind === 'present') {
    return (path) => (queryParameter(path, name) !== undefined) === test.isPresent;
  }
  const matches = buildStringMatcher(test.matcher);
  return (path) => {
    const value = queryParameter(path, name);
    return value !== undefined && matches(value);
  };
}

/** The value of the first parameter of that name; empty for one without an equals sign. */
export function queryParameter(path: string, name: string): string | undefined {
  const query = path.indexOf('?');
  if (query < 0) return undefined;
  for (let start = query + 1; start < path.length; ) {
    const ampersand = path.indexOf('&', start);
    const end = ampersand < 0 ? path.length : ampersand;
    if (path.startsWith(name, start)) {
      const nameEnd = start + name.length;
      if (nameEnd === end) return '';
      if (path[nameEnd] === '=' && nameEnd < end) return path.substring(nameEnd + 1, end);
    }
    start = end + 1;
  }
  return undefined;
}
