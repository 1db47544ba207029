import type { HeaderMap } from '#http/header-map.ts';
import { headerIdOf } from '#http/known-headers.ts';
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

/** Whether a value passes a test; nothing where the header is missing. */
type TestHeader = (headers: HeaderMap, passes: (value: string) => boolean) => boolean | undefined;

/**
 * Builds the test that a matcher stands for. Of several fields with one name it is enough that one
 * passes. A header that is missing fails the test, inverted
 * or not, unless it is treated as empty or its absence is what is asked for.
 */
export function buildHeaderMatcher(config: HeaderMatcherConfig): HeaderPredicate {
  const testHeader = buildHeaderTest(config.name);
  const { test, isInverted, treatsMissingAsEmpty } = config;
  if (test.kind === 'present') {
    const wanted = test.isPresent !== isInverted;
    if (treatsMissingAsEmpty) return () => wanted;
    return (headers) => (testHeader(headers, isAnything) !== undefined) === wanted;
  }
  const passes =
    test.kind === 'string' ? buildStringMatcher(test.matcher) : inRange(test.start, test.end);
  const whenMissing = treatsMissingAsEmpty && passes('') !== isInverted;
  return (headers) => {
    const hasPassed = testHeader(headers, passes);
    return hasPassed === undefined ? whenMissing : hasPassed !== isInverted;
  };
}

function isAnything(): boolean {
  return true;
}

/** Whether every matcher holds. */
export function buildHeaderMatchers(configs: readonly HeaderMatcherConfig[]): HeaderPredicate {
  const predicates = configs.map(buildHeaderMatcher);
  return (headers) => {
    for (const predicate of predicates) if (!predicate(headers)) return false;
    return true;
  };
}

function buildHeaderTest(name: string): TestHeader {
  const readPseudo = pseudoHeaderReader(name);
  if (readPseudo !== undefined) {
    return (headers, passes) => testValue(readPseudo(headers as PseudoHeaders), passes);
  }
  const id = headerIdOf(name);
  return (headers, passes) => headers.someValue(id, name, passes);
}

function testValue(
  value: string | undefined,
  passes: (value: string) => boolean,
): boolean | undefined {
  return value === undefined ? undefined : passes(value);
}

function pseudoHeaderReader(
  name: string,
): ((headers: PseudoHeaders) => string | undefined) | undefined {
  switch (name) {
    case ':method':
      return ({ method }) => method;
    case ':path':
      return ({ path }) => path || undefined;
    case ':scheme':
      return ({ scheme }) => scheme || undefined;
    case ':authority':
    case 'host':
      return ({ authority }) => authority;
    case ':status':
      return ({ status }) => status?.toString();
    default:
      return undefined;
  }
}

const INTEGER = /^\s*[+-]?\d{1,19}\s*$/;
/** Longer numbers do not fit a double exactly. */
const MAX_EXACT_LENGTH = 15;

/** A whole number from start up to, not including, end. */
function inRange(start: bigint, end: bigint): (value: string) => boolean {
  return (value) => {
    if (!INTEGER.test(value)) return false;
    const number =
      value.length <= MAX_EXACT_LENGTH ? Number(value) : BigInt(value.replace('+', ''));
    return number >= start && number < end;
  };
}
