/** Beyond so many, findings are only counted. */
const KEPT_MAX = 30;

/** What went wrong in a run, and how often everything else happened. */
export class Findings {
  readonly #kept: string[] = [];
  #count = 0;
  readonly #tallies = new Map<string, number>();

  /** Something that must not happen. */
  wrong(what: string): void {
    this.#count++;
    if (this.#kept.length < KEPT_MAX) this.#kept.push(what);
  }

  /** The same, of what is said once in a run: it is kept however much else was wrong. */
  wrongInTheEnd(what: string): void {
    this.#count++;
    this.#kept.push(what);
  }

  /** Something to be counted. */
  tally(what: string, times = 1): void {
    this.#tallies.set(what, (this.#tallies.get(what) ?? 0) + times);
  }

  countOf(what: string): number {
    return this.#tallies.get(what) ?? 0;
  }

  /** Sorted by name. */
  get tallies(): readonly (readonly [string, number])[] {
    return [...this.#tallies].toSorted(([one], [other]) => one.localeCompare(other));
  }

  get wrongCount(): number {
    return this.#count;
  }

  get wrongs(): readonly string[] {
    const rest = this.#count - this.#kept.length;
    return rest > 0 ? [...this.#kept, `... and ${rest} more`] : this.#kept;
  }
}
