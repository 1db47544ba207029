import { assert } from '#base/assert.ts';
import { err, ok, type Result } from '#base/result.ts';
import { compileLinear } from '#matching/linear-regex-flags.ts';

/** A checked pattern, ready to be compiled on any thread. */
export interface RegexConfig {
  /** RE2 syntax, as configured. */
  readonly pattern: string;
  /** The same for JavaScript. */
  readonly source: string;
}

/** Checks a pattern in RE2's syntax and translates it; the error is worded as RE2's. */
export function parseRegex(pattern: string): Result<RegexConfig, string> {
  return compileLinear(pattern, '') === undefined
    ? err(`invalid regex: ${pattern}`)
    : ok({ pattern, source: pattern });
}

/** A regular expression that takes time linear in the length of what it is matched against. */
export class SafeRegex {
  readonly #full: RegExp;
  readonly #global: RegExp;

  constructor(config: RegexConfig) {
    this.#full = compileChecked(`^(?:${config.source})$`, '');
    this.#global = compileChecked(config.source, 'g');
  }

  /** Whether the whole value matches (RE2's FullMatch). */
  fullMatch(value: string): boolean {
    return this.#full.test(value);
  }

  /** Every match replaced; `\1` to `\9` in the substitution stand for groups, `\0` for the match. */
  replaceAll(value: string, substitution: string): string {
    return value.replace(this.#global, (...found: string[]) =>
      substitution.replace(/\\(\d)/g, (_text, digit: string) => found[Number(digit)] ?? ''),
    );
  }
}

function compileChecked(source: string, flags: '' | 'g'): RegExp {
  const compiled = compileLinear(source, flags);
  assert(compiled !== undefined, `pattern ${source} was not checked`);
  return compiled;
}
