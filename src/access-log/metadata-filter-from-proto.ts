import type { AccessLogFilterConfig } from '#access-log/filter-config.ts';
import type { ParseContext } from '#config/parse-context.ts';
import type { MetadataFilter } from '#gen/envoy/config/accesslog/v3/accesslog_pb.d.ts';
import type { ValueMatcher } from '#gen/envoy/type/matcher/v3/value_pb.d.ts';
import { parseStringMatcher } from '#matching/from-proto.ts';
import type { ValueMatcherConfig } from '#routing/metadata-matcher.ts';

/** Reads `metadata_filter`; reports and returns nothing when its matcher is incomplete. */
export function parseMetadataFilter(
  context: ParseContext,
  { matcher, matchIfKeyNotFound = true }: MetadataFilter,
): AccessLogFilterConfig | undefined {
  if (matcher === undefined) return { kind: 'metadata', matcher: undefined, matchIfKeyNotFound };
  const value = parseValueMatcher(context.at('matcher').at('value'), matcher.value);
  const path = matcher.path.map(({ segment }) => segment.value ?? '');
  if (value === undefined) return undefined;
  const config = { filter: matcher.filter, path, value, isInverted: matcher.invert };
  return { kind: 'metadata', matcher: config, matchIfKeyNotFound };
}

function parseValueMatcher(
  context: ParseContext,
  message: ValueMatcher | undefined,
): ValueMatcherConfig | undefined {
  const pattern = message?.matchPattern;
  switch (pattern?.case) {
    case 'nullMatch':
      return { kind: 'null' };
    case 'boolMatch':
      return { kind: 'bool', value: pattern.value };
    case 'presentMatch':
      return { kind: 'present', isPresent: pattern.value };
    case 'stringMatch':
      return {
        kind: 'string',
        matcher: parseStringMatcher(pattern.value, context.at('string_match')),
      };
    case 'doubleMatch': {
      const { matchPattern } = pattern.value;
      if (matchPattern.case === 'exact') return { kind: 'number', exact: matchPattern.value };
      if (matchPattern.case === 'range') {
        const { start, end } = matchPattern.value;
        return { kind: 'number_range', start, end };
      }
      break;
    }
    case 'listMatch': {
      const oneOf = parseValueMatcher(
        context.at('list_match').at('one_of'),
        pattern.value.matchPattern.value,
      );
      return oneOf && { kind: 'list', oneOf };
    }
    case 'orMatch': {
      const at = context.at('or_match').at('value_matchers');
      const matchers: ValueMatcherConfig[] = [];
      for (const [index, one] of pattern.value.valueMatchers.entries()) {
        const matcher = parseValueMatcher(at.at(index), one);
        if (matcher === undefined) return undefined;
        matchers.push(matcher);
      }
      return { kind: 'or', matchers };
    }
  }
  context.error('a match pattern is required');
  return undefined;
}
