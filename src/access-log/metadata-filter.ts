import type { AccessLogPredicate } from '#access-log/access-log-predicate.ts';
import type { AccessLogFilterConfig } from '#access-log/filter-config.ts';
import { buildValueMatcher } from '#matching/value-matcher.ts';

/**
 * Tests a value of the stream's dynamic metadata; where there is none, the answer is configured.
 * As in Envoy the matcher's `invert` is not looked at.
 */
export function buildMetadataFilter({
  matcher,
  matchIfKeyNotFound,
}: Extract<AccessLogFilterConfig, { kind: 'metadata' }>): AccessLogPredicate {
  if (matcher === undefined) return () => matchIfKeyNotFound;
  const path = [matcher.filter, ...matcher.path];
  const matches = buildValueMatcher(matcher.value);
  return ({ streamInfo }) => {
    let value: unknown = streamInfo.dynamicMetadata;
    for (const key of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
        return matchIfKeyNotFound;
      }
      value = (value as Record<string, unknown>)[key];
    }
    return matches(value);
  };
}
