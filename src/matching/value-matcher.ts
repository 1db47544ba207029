import { byteStringOf } from '#matching/byte-string.ts';
import { buildStringMatcher, type StringMatcherConfig } from '#matching/string-matcher.ts';

/** `envoy.type.matcher.v3.ValueMatcher`, for values as JSON has them. */
export type ValueMatcherConfig =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'present'; readonly isPresent: boolean }
  | { readonly kind: 'string'; readonly matcher: StringMatcherConfig }
  | { readonly kind: 'number'; readonly exact: number }
  | { readonly kind: 'number_range'; readonly start: number; readonly end: number }
  | { readonly kind: 'list'; readonly oneOf: ValueMatcherConfig }
  | { readonly kind: 'or'; readonly matchers: readonly ValueMatcherConfig[] };

/** Nothing (`undefined`) is a value that is not there. */
export type ValuePredicate = (value: unknown) => boolean;

/** Builds the test that a matcher stands for; a value of another type never passes it. */
export function buildValueMatcher(config: ValueMatcherConfig): ValuePredicate {
  switch (config.kind) {
    case 'null':
      return (value) => value === null;
    case 'bool':
      return (value) => value === config.value;
    case 'present':
      // As in Envoy, nothing passes where absence is asked for.
      return (value) => config.isPresent && value !== undefined;
    case 'string': {
      const matches = buildStringMatcher(config.matcher);
      return (value) => typeof value === 'string' && matches(byteStringOf(value));
    }
    case 'number':
      return (value) => value === config.exact;
    case 'number_range': {
      const { start, end } = config;
      return (value) => typeof value === 'number' && value >= start && value < end;
    }
    case 'list': {
      const matches = buildValueMatcher(config.oneOf);
      return (value) => Array.isArray(value) && value.some(matches);
    }
    case 'or': {
      const alternatives = config.matchers.map(buildValueMatcher);
      return (value) => alternatives.some((matches) => matches(value));
    }
  }
}
