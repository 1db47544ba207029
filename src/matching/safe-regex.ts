import { FullMatcher } from '#matching/re2/full-matcher.ts';
import type { RegexProgram } from '#matching/re2/program.ts';

/** A checked and compiled pattern, ready to be run on any thread. */
export interface RegexConfig {
  /** RE2 syntax, as configured. */
  readonly pattern: string;
  readonly program: RegexProgram;
  /** Every text that matches begins with these bytes. */
  readonly literalPrefix: string;
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
