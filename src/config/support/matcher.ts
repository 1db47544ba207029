import { type SupportTable, supported } from '#config/support/message-support.ts';

export const matcherSupport: SupportTable = {
  'envoy.type.matcher.v3.ListStringMatcher': supported('patterns'),
  'envoy.type.matcher.v3.StringMatcher': supported(
    'exact',
    'prefix',
    'suffix',
    'safe_regex',
    'contains',
    'ignore_case',
  ),
  'envoy.type.matcher.v3.RegexMatcher': {
    regex: 'supported',
    google_re2: 'supported',
  },
  'envoy.type.matcher.v3.RegexMatcher.GoogleRE2': {
    max_program_size: { warned: 'the size of a regular expression is not limited' },
  },
  'envoy.type.matcher.v3.RegexMatchAndSubstitute': supported('pattern', 'substitution'),
  'envoy.type.matcher.v3.MetadataMatcher': supported('filter', 'path', 'value', 'invert'),
  'envoy.type.matcher.v3.MetadataMatcher.PathSegment': supported('key'),
  'envoy.type.matcher.v3.ValueMatcher': supported(
    'null_match',
    'double_match',
    'string_match',
    'bool_match',
    'present_match',
    'list_match',
    'or_match',
  ),
  'envoy.type.matcher.v3.ValueMatcher.NullMatch': {},
  'envoy.type.matcher.v3.DoubleMatcher': supported('range', 'exact'),
  'envoy.type.v3.DoubleRange': supported('start', 'end'),
  'envoy.type.matcher.v3.ListMatcher': supported('one_of'),
  'envoy.type.matcher.v3.OrMatcher': supported('value_matchers'),
};
