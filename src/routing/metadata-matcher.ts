import {
  buildValueMatcher,
  type ValueMatcherConfig,
  type ValuePredicate,
} from '#matching/value-matcher.ts';

export type { ValueMatcherConfig } from '#matching/value-matcher.ts';

/** `envoy.type.matcher.v3.MetadataMatcher`. */
export interface MetadataMatcherConfig {
  /** The namespace. */
  readonly filter: string;
  /** The keys that lead to the value, one inside the other. */
  readonly path: readonly string[];
  readonly value: ValueMatcherConfig;
  readonly isInverted: boolean;
}

/** Builds the test of metadata by namespace; there may be none at all. */
export function buildMetadataMatcher(config: MetadataMatcherConfig): ValuePredicate {
  const path = [config.filter, ...config.path];
  const matches = buildValueMatcher(config.value);
  return (metadata) => {
    let value: unknown = metadata;
    for (const key of path) value = memberOf(value, key);
    return matches(value) !== config.isInverted;
  };
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
