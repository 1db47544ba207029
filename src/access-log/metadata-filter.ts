import type { AccessLogPredicate } from '#access-log/access-log-predicate.ts';
import type { AccessLogFilterConfig } from '#access-log/filter-config.ts';
import { valueAt } from '#matching/metadata-matcher.ts';
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
  const matches = buildValueMatcher(matcher.value);
  return ({ streamInfo }) => {
    const value = valueAt(streamInfo.dynamicMetadata, matcher.path);
    return value === undefined ? matchIfKeyNotFound : matches(value);
  };
}
