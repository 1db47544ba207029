import type { HeaderMap } from '#http/header-map.ts';
import { headerIdOf, UNKNOWN_HEADER } from '#http/known-headers.ts';
import { buildStringMatcher, type StringMatcherConfig } from '#matching/string-matcher.ts';

/** `envoy.config.route.v3.HeaderMatcher`; the name is in lower case. */
export interface HeaderMatcherConfig {
  readonly name: string;
  readonly test:
    | { readonly kind: 'present'; readonly isPresent: boolean }
    | { readonly kind: 'range'; readonly start: bigint; readonly end: bigint }
    | { readonly kind: 'string'; readonly matcher: StringMatcherConfig };
  readonly isInverted: boolean;
  readonly treatsMissingAsEmpty: boolean;
}

export type HeaderPredicate<Headers extends HeaderMap = HeaderMap> = (headers: Headers) => boolean;

/** `RequestHeaders` and `ResponseHeaders` keep these outside the list of fields. */
interface PseudoHeaders {
  readonly method?: string;
  readonly path?: string;
  readonly scheme?: string;
  readonly authority?: string;
  readonly status?: number;
}

type ReadHeader = (headers: HeaderMap) => string | undefined;

/**
 * Builds the test that a matcher stands for. Several fields of one name are tested as one value,
 * joined with commas. A header that is missing fails the test, inverted or not, unless it is
 * treated as empty or its absence is what is asked for.
 */
export function buildHeaderMatcher(config: HeaderMatcherConfig): HeaderPredicate {
  const read = buildReader(config.name);
  const { test, isInverted, treatsMissingAsEmpty } = config;
  if (test.kind === 'present') {
    const wanted = test.isPresent !== isInverted;
    if (treatsMissingAsEmpty) return () => wanted;
    return (headers) => (read(headers) !== undefined) === wanted;
  }
  const matches =
    test.kind === 'string' ? buildStringMatcher(test.matcher) : inRange(test.start, test.end);
  return (headers) => {
    const value = read(headers);
    if (value !== undefined) return matches(value) !== isInverted;
    return treatsMissingAsEmpty && matches('') !== isInverted;
  };
}

/** Whether every matcher holds. */
export function buildHeaderMatchers(configs: readonly HeaderMatcherConfig[]): HeaderPredicate {
  const predicates = configs.map(buildHeaderMatcher);
  return (headers) => {
    for (const predicate of predicates) if (!predicate(headers)) return false;
    return true;
  };
}

function buildReader(name: string): ReadHeader {
  switch (name) {
    case ':method':
      return (headers) => (headers as PseudoHeaders).method;
    case ':path':
      return (headers) => (headers as PseudoHeaders).path || undefined;
    case ':scheme':
      return (headers) => (headers as PseudoHeaders).scheme || undefined;
    case ':authority':
    case 'host':
      return (headers) => (headers as PseudoHeaders).authority;
    case ':status':
      return (headers) => (headers as PseudoHeaders).status?.toString();
  }
  // A known header that is absent costs one bit test.
  const id = headerIdOf(name);
  return id === UNKNOWN_HEADER
    ? (headers) => headers.getJoined(name)
    : (headers) => (headers.hasKnown(id) ? headers.getJoined(name) : undefined);
}

const INTEGER = /^\s*[+-]?\d{1,19}\s*$/;

/** A whole number from start up to, not including, end. */
function inRange(start: bigint, end: bigint): (value: string) => boolean {
  return (value) => {
    if (!INTEGER.test(value)) return false;
    const number = BigInt(value.trim().replace('+', ''));
    return number >= start && number < end;
  };
}
