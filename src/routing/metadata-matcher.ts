import type { StringMatcherConfig } from '#matching/string-matcher.ts';

/** `envoy.type.matcher.v3.MetadataMatcher`. */
export interface MetadataMatcherConfig {
  readonly filter: string;
  readonly path: readonly string[];
  readonly value: ValueMatcherConfig;
  readonly isInverted: boolean;
}

/** `envoy.type.matcher.v3.ValueMatcher`. */
export type ValueMatcherConfig =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'present'; readonly isPresent: boolean }
  | { readonly kind: 'string'; readonly matcher: StringMatcherConfig }
  | { readonly kind: 'number'; readonly exact: number }
  | { readonly kind: 'number_range'; readonly start: number; readonly end: number }
  | { readonly kind: 'list'; readonly oneOf: ValueMatcherConfig }
  | { readonly kind: 'or'; readonly matchers: readonly ValueMatcherConfig[] };
