import type { ParseContext } from '#config/parse-context.ts';
import type { ValueMatcher } from '#gen/envoy/type/matcher/v3/value_pb.d.ts';
import { parseStringMatcher } from '#matching/from-proto.ts';
import type { ValueMatcherConfig } from '#matching/value-matcher.ts';

/** Reads a matcher; reports and returns nothing when it says nothing to match. */
export function parseValueMatcher(
  message: ValueMatcher | undefined,
  context: ParseContext,
): ValueMatcherConfig | undefined {
  const pattern = message?.matchPattern;
  switch (pattern?.case) {
    case 'nullMatch':
      return { kind: 'null' };
    case 'boolMatch':
      return { kind: 'bool', value: pattern.value };
    case 'presentMatch':
      return { kind: 'present', isPresent: pattern.value };
    case 'stringMatch': {
      const matcher = parseStringMatcher(pattern.value, context.at('string_match'));
      return { kind: 'string', matcher };
    }
    case 'doubleMatch': {
      const { matchPattern: number } = pattern.value;
      if (number.case === 'exact') return { kind: 'number', exact: number.value };
      if (number.case === 'range') return { kind: 'number_range', ...boundsOf(number.value) };
      break;
    }
    case 'listMatch': {
      const { value } = pattern.value.matchPattern;
      const oneOf = parseValueMatcher(value, context.at('list_match').at('one_of'));
      return oneOf && { kind: 'list', oneOf };
    }
    case 'orMatch': {
      const at = context.at('or_match').at('value_matchers');
      const { valueMatchers } = pattern.value;
      const matchers = valueMatchers.map((one, index) => parseValueMatcher(one, at.at(index)));
      return { kind: 'or', matchers: matchers.filter((matcher) => matcher !== undefined) };
    }
  }
  context.error('a match pattern is required');
  return undefined;
}

function boundsOf({ start, end }: { readonly start: number; readonly end: number }): {
  start: number;
  end: number;
} {
  return { start, end };
}
