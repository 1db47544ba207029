import { assert } from '#base/assert.ts';
import type { Result } from '#base/result.ts';
import type { ParseContext } from '#config/parse-context.ts';
import type {
  RegexMatchAndSubstitute,
  RegexMatcher,
} from '#gen/envoy/type/matcher/v3/regex_pb.d.ts';
import type { StringMatcher } from '#gen/envoy/type/matcher/v3/string_pb.d.ts';
import { asciiLowerCase, byteStringOf } from '#matching/byte-string.ts';
import { parseRegex } from '#matching/parse-regex.ts';
import { parseRegexReplacement } from '#matching/parse-regex-replacement.ts';
import type { RegexReplacementConfig } from '#matching/regex-replacement.ts';
import type { RegexConfig } from '#matching/safe-regex.ts';
import type { StringMatcherConfig } from '#matching/string-matcher.ts';

/** Checks and compiles a pattern; what is returned for a wrong one matches the empty text only. */
export function parseRegexMatcher(message: RegexMatcher, context: ParseContext): RegexConfig {
  return reported(parseRegex(message.regex), context, message) ?? matchesNothing();
}

function reported<Value>(
  parsed: Result<Value, string>,
  context: ParseContext,
  { regex }: RegexMatcher,
): Value | undefined {
  if (parsed.ok) return parsed.value;
  context.at('regex').error(parsed.error, { value: regex });
  return undefined;
}

function matchesNothing(): RegexConfig {
  const parsed = parseRegex('');
  assert(parsed.ok, 'the empty pattern is right');
  return parsed.value;
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
): RegexReplacementConfig {
  const { pattern, substitution } = message;
  const parsed =
    pattern &&
    reported(parseRegexReplacement(pattern.regex, substitution), context.at('pattern'), pattern);
  return parsed ?? { regex: matchesNothing(), substitution: [] };
}
