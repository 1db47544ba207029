import { err, ok, type Result } from '#base/result.ts';
import { compileProgram } from '#matching/re2/compiler.ts';
import { literalPrefixOf } from '#matching/re2/literal-prefix.ts';
import { parsePattern } from '#matching/re2/parser.ts';
import { PatternError } from '#matching/re2/scanner.ts';
import type { RegexConfig } from '#matching/safe-regex.ts';

/** Checks a pattern in RE2's syntax and compiles it; the error is worded as RE2's. */
export function parseRegex(pattern: string): Result<RegexConfig, string> {
  return compilePattern(pattern, false);
}

/** Also notes what groups capture, which costs time and is only needed for replacing. */
export function compilePattern(pattern: string, captures: boolean): Result<RegexConfig, string> {
  try {
    const parsed = parsePattern(pattern);
    const program = compileProgram(parsed, captures);
    return ok({ pattern, program, literalPrefix: literalPrefixOf(parsed.root) });
  } catch (error) {
    if (error instanceof PatternError) return err(error.message);
    throw error;
  }
}
