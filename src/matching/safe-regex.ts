import { err, ok, type Result } from '#base/result.ts';
import { compileProgram } from '#matching/re2/compiler.ts';
import { FullMatcher } from '#matching/re2/full-matcher.ts';
import { literalPrefixOf } from '#matching/re2/literal-prefix.ts';
import { parsePattern } from '#matching/re2/parser.ts';
import type { RegexProgram } from '#matching/re2/program.ts';
import { PatternError } from '#matching/re2/scanner.ts';

/** A checked and compiled pattern, ready to be run on any thread. */
export interface RegexConfig {
  /** RE2 syntax, as configured. */
  readonly pattern: string;
  readonly program: RegexProgram;
  /** Every text that matches begins with these bytes. */
  readonly literalPrefix: string;
}

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

/**
 * A regular expression that takes time linear in the length of what it is matched against,
 * whatever the pattern, and matches what RE2 matches. Values are byte strings.
 */
export class SafeRegex {
  readonly #matcher: FullMatcher;

  constructor(config: RegexConfig) {
    this.#matcher = new FullMatcher(config.program);
  }

  /** Whether the whole value matches (RE2's FullMatch). */
  fullMatch(value: string): boolean {
    return this.#matcher.matches(value);
  }
}
