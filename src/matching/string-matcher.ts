import { asciiLowerCase } from '#matching/byte-string.ts';
import { type RegexConfig, SafeRegex } from '#matching/safe-regex.ts';

/** `envoy.type.matcher.v3.StringMatcher`; texts are byte strings, in lower case if case is ignored. */
export type StringMatcherConfig =
  | {
      readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains';
      readonly text: string;
      readonly ignoresCase: boolean;
    }
  | { readonly kind: 'safe_regex'; readonly regex: RegexConfig };

export type StringPredicate = (value: string) => boolean;

/** Builds the test that a matcher stands for; a regular expression must match the whole value. */
export function buildStringMatcher(config: StringMatcherConfig): StringPredicate {
  if (config.kind === 'safe_regex') {
    const regex = new SafeRegex(config.regex);
    return (value) => regex.fullMatch(value);
  }
  const matches = buildCaseSensitive(config.kind, config.text);
  return config.ignoresCase ? (value) => matches(asciiLowerCase(value)) : matches;
}

function buildCaseSensitive(
  kind: 'exact' | 'prefix' | 'suffix' | 'contains',
  text: string,
): StringPredicate {
  switch (kind) {
    case 'exact':
      return (value) => value === text;
    case 'prefix':
      return (value) => value.startsWith(text);
    case 'suffix':
      return (value) => value.endsWith(text);
    case 'contains':
      return (value) => value.includes(text);
  }
}
