import type { AccessLogPredicate } from '#access-log/access-log-predicate.ts';
import type { AccessLogFilterConfig } from '#access-log/filter-config.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { buildStringMatcher } from '#matching/string-matcher.ts';
import type { ValueMatcherConfig } from '#routing/metadata-matcher.ts';

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

/** Builds the test that a matcher stands for; a value of another type never passes it. */
export function buildValueMatcher(config: ValueMatcherConfig): (value: unknown) => boolean {
  switch (config.kind) {
    case 'null':
      return (value) => value === null;
    case 'bool':
      return (value) => value === config.value;
    case 'present':
      return () => config.isPresent;
    case 'string': {
      const matches = buildStringMatcher(config.matcher);
      return (value) => typeof value === 'string' && matches(byteStringOf(value));
    }
    case 'number':
      return (value) => value === config.exact;
    case 'number_range':
      return (value) => typeof value === 'number' && value >= config.start && value < config.end;
    case 'list': {
      const matches = buildValueMatcher(config.oneOf);
      return (value) => Array.isArray(value) && value.some(matches);
    }
    case 'or': {
      const tests = config.matchers.map(buildValueMatcher);
      return (value) => tests.some((test) => test(value));
    }
  }
}
