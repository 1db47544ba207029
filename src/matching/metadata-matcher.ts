import {
  buildValueMatcher,
  type ValueMatcherConfig,
  type ValuePredicate,
} from '#matching/value-matcher.ts';

/** `envoy.type.matcher.v3.MetadataMatcher`. */
export interface MetadataMatcherConfig {
  /** The namespace, and the keys that lead from there to the value, one inside the other. */
  readonly path: readonly string[];
  readonly value: ValueMatcherConfig;
  readonly isInverted: boolean;
}

/** Builds the test of metadata by namespace; there may be none at all. */
export function buildMetadataMatcher(config: MetadataMatcherConfig): ValuePredicate {
  const { path, isInverted } = config;
  const matches = buildValueMatcher(config.value);
  return (metadata) => matches(valueAt(metadata, path)) !== isInverted;
}

/** What the keys lead to; nothing where one of them is missing. */
export function valueAt(metadata: unknown, path: readonly string[]): unknown {
  let value = metadata;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
