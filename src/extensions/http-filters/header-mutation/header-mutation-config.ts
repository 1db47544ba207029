import type { CompiledFormat } from '#formatter/compiled-format.ts';
import type { StringMatcherConfig } from '#matching/string-matcher.ts';
import type { AppendAction, HeaderAdditionConfig } from '#routing/header-mutations.ts';

export const HEADER_MUTATION_TYPE =
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation';
export const HEADER_MUTATION_PER_ROUTE_TYPE =
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute';

/** One change of headers; the changes of a list are made one after the other. */
export type HeaderMutationConfig =
  | { readonly kind: 'append'; readonly addition: HeaderAdditionConfig }
  /** The name is in lower case. */
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'removeOnMatch'; readonly name: StringMatcherConfig };

/** One change of the query of a request. Texts are byte strings. */
export type QueryMutationConfig =
  | {
      readonly kind: 'append';
      readonly name: string;
      readonly value: string | CompiledFormat;
      readonly action: AppendAction;
    }
  | { readonly kind: 'remove'; readonly name: string };

/** What one level changes (`header_mutation.v3.Mutations`); plain data. */
export interface MutationsConfig {
  readonly request: readonly HeaderMutationConfig[];
  readonly query: readonly QueryMutationConfig[];
  readonly requestTrailers: readonly HeaderMutationConfig[];
  readonly response: readonly HeaderMutationConfig[];
  readonly responseTrailers: readonly HeaderMutationConfig[];
}

export interface HeaderMutationFilterConfig {
  readonly mutations: MutationsConfig;
  /** Routes are applied last and win; else first, and tables win. */
  readonly mostSpecificWins: boolean;
}
