import { ok, type Result } from '#base/result.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { compilePattern } from '#matching/parse-regex.ts';
import type { RegexReplacementConfig } from '#matching/regex-replacement.ts';

/**
 * Compiles a pattern and its substitution, in which `\1` to `\9` stand for groups, `\0` for the
 * whole match and `\\` for a backslash. As in RE2, a mistake in the substitution is no error: one
 * that refers to a group the pattern lacks replaces nothing, any other ends the substitution there.
 */
export function parseRegexReplacement(
  pattern: string,
  substitution: string,
): Result<RegexReplacementConfig, string> {
  const regex = compilePattern(pattern, true);
  return regex.ok
    ? ok({ regex: regex.value, substitution: parseSubstitution(byteStringOf(substitution)) })
    : regex;
}

function parseSubstitution(text: string): (string | number)[] {
  const parts: (string | number)[] = [];
  for (const [found, digit] of text.matchAll(/[^\\]+|\\(\d)|\\\\|\\/g)) {
    if (digit !== undefined) parts.push(Number(digit));
    else if (found === '\\\\') parts.push('\\');
    else if (found === '\\') break;
    else parts.push(found);
  }
  return parts;
}
