import { SubmatchFinder } from '#matching/re2/submatch-finder.ts';
import type { RegexConfig } from '#matching/safe-regex.ts';

/** A pattern with what replaces its matches. */
export interface RegexReplacementConfig {
  readonly regex: RegexConfig;
  /** Text, and the numbers of groups whose captures stand between; 0 is the whole match. */
  readonly substitution: readonly (string | number)[];
}

/** What all searches in one value may cost; replacing usually takes some ten steps per byte. */
const MAX_STEPS_PER_BYTE = 200;
const FREE_STEPS = 500_000;

/** Replaces every match in a value. */
export class RegexReplacement {
  readonly #finder: SubmatchFinder;
  readonly #substitution: readonly (string | number)[];
  readonly #isEffective: boolean;

  constructor({ regex, substitution }: RegexReplacementConfig) {
    this.#finder = new SubmatchFinder(regex.program);
    this.#substitution = substitution;
    this.#isEffective = substitution.every(
      (part) => typeof part === 'string' || part <= regex.program.groupCount,
    );
  }

  /**
   * The value with its matches replaced, from left to right as RE2's GlobalReplace does. Searches
   * that read the rest of a long value again and again end the replacing: the rest stays as it is.
   */
  replaceAll(value: string): string {
    if (!this.#isEffective) return value;
    const finder = this.#finder;
    const { positions } = finder;
    const lastStep = finder.steps + FREE_STEPS + MAX_STEPS_PER_BYTE * value.length;
    let replaced = '';
    let from = 0;
    let lastEnd = -1;
    while (from <= value.length && finder.steps <= lastStep && finder.find(value, from)) {
      const start = positions[0] as number;
      const end = positions[1] as number;
      replaced += value.substring(from, start);
      from = start;
      if (start === end && start === lastEnd) {
        // No empty match right behind another one: goes on with the next character.
        from = endOfCharacter(value, start);
        replaced += value.substring(start, from);
        continue;
      }
      replaced += this.#substituted(value);
      from = end;
      lastEnd = end;
    }
    return replaced + value.substring(from);
  }

  #substituted(value: string): string {
    const { positions } = this.#finder;
    let text = '';
    for (const part of this.#substitution) {
      if (typeof part === 'string') text += part;
      else
        text += value.substring(positions[2 * part] as number, positions[2 * part + 1] as number);
    }
    return text;
  }
}

/** Behind the UTF-8 character that begins at a position; a byte that begins none is one. */
function endOfCharacter(value: string, start: number): number {
  const lead = value.charCodeAt(start);
  const length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  for (let index = start + 1; index < start + length; index++) {
    const byte = value.charCodeAt(index);
    if (!(byte >= 0x80 && byte <= 0xbf)) return start + 1;
  }
  return start + length;
}
