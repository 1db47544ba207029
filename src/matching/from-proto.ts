import type { ParseContext } from '#config/parse-context.ts';
import type {
  RegexMatchAndSubstitute,
  RegexMatcher,
} from '#gen/envoy/type/matcher/v3/regex_pb.d.ts';
import type { StringMatcher } from '#gen/envoy/type/matcher/v3/string_pb.d.ts';
import { asciiLowerCase, byteStringOf } from '#matching/byte-string.ts';
import { parseRegex, type RegexConfig } from '#matching/safe-regex.ts';
import type { StringMatcherConfig } from '#matching/string-matcher.ts';

/** Stands in for what was reported as wrong: such a configuration is never used. */
const NO_REGEX: RegexConfig = { pattern: '', source: '' };

export function parseRegexMatcher(message: RegexMatcher, context: ParseContext): RegexConfig {
  const parsed = parseRegex(message.regex);
  if (parsed.ok) return parsed.value;
  context.at('regex').error(parsed.error, { value: message.regex });
  return NO_REGEX;
}

export function parseStringMatcher(
  message: StringMatcher,
  context: ParseContext,
): StringMatcherConfig {
  const { matchPattern, ignoreCase } = message;
  switch (matchPattern.case) {
    case 'exact':
    case 'prefix':
    case 'suffix':
    case 'contains': {
      const text = byteStringOf(matchPattern.value);
      return {
        kind: matchPattern.case,
        text: ignoreCase ? asciiLowerCase(text) : text,
        ignoresCase: ignoreCase,
      };
    }
    case 'safeRegex':
      if (ignoreCase) context.at('ignore_case').error('ignore_case has no effect for safe_regex.');
      return {
        kind: 'safe_regex',
        regex: parseRegexMatcher(matchPattern.value, context.at('safe_regex')),
      };
    case 'custom':
      context.at('custom').error('custom string matchers are not implemented');
      return { kind: 'exact', text: '', ignoresCase: false };
    case undefined:
      return { kind: 'exact', text: '', ignoresCase: false };
  }
}

/** A pattern with what replaces its matches (`\1` stands for the first group). */
export function parseRegexSubstitution(
  message: RegexMatchAndSubstitute,
  context: ParseContext,
): { readonly regex: RegexConfig; readonly substitution: string } {
  const regex =
    message.pattern === undefined
      ? NO_REGEX
      : parseRegexMatcher(message.pattern, context.at('pattern'));
  return { regex, substitution: byteStringOf(message.substitution) };
}
