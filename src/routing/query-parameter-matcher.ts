import type { StringMatcherConfig } from '#matching/string-matcher.ts';

/** `envoy.config.route.v3.QueryParameterMatcher`; no matcher: the parameter must be there. */
export interface QueryParameterMatcherConfig {
  readonly name: string;
  readonly matcher: StringMatcherConfig | undefined;
  /** For `present_match: false`: the parameter must not be there. */
  readonly isPresent: boolean;
}
