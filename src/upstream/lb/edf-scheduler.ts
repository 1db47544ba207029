/**
 * Earliest deadline first: each entry is due every 1/weight of virtual time, so entries come up as often
 * as their weights say and as evenly spread as can be. Ties go to the one that waited longer.
 *
 * Usage: `index = next()`, then `reschedule(weight)` with that entry's weight as it is now. Entries are
 * numbers from 0 to count - 1. Nothing is allocated after construction.
 */
export class EdfScheduler {
  /* A binary heap; the three arrays belong together. */
  readonly #deadlines: Float64Array;
  readonly #orders: Float64Array;
  readonly #entries: Int32Array;
  #now = 0;
  #orderCount = 0;

  /**
   * Weights must be positive. The schedule starts as if `picks` choices had been made already, so that
   * several workers do not all begin with the same entry.
   */
  constructor(weights: readonly number[], picks: number) {
    const count = weights.length;
    this.#deadlines = new Float64Array(count);
    this.#orders = new Float64Array(count);
    this.#entries = new Int32Array(count);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    /* Whole turns are computed; only what is left of the picks, at most one per entry, is played. */
    const elapsed = picks / total;
    let played = 0;
    for (let entry = 0; entry < count; entry++) {
      const weight = weights[entry] as number;
      const turns = Math.floor(elapsed * weight);
      played += turns;
      this.#deadlines[entry] = (turns + 1) / weight;
      this.#orders[entry] = this.#orderCount++;
      this.#entries[entry] = entry;
    }
    for (let parent = (count >> 1) - 1; parent >= 0; parent--) this.#sink(parent);
    for (; played < picks; played++) this.reschedule(weights[this.next()] as number);
  }

  /** The entry that is due. The same one until `reschedule`. */
  next(): number {
    return this.#entries[0] as number;
  }

  /** The due entry had its turn; puts it back with its weight of now, which must be positive. */
  reschedule(weight: number): void {
    this.#now = this.#deadlines[0] as number;
    this.#deadlines[0] = this.#now + 1 / weight;
    this.#orders[0] = this.#orderCount++;
    this.#sink(0);
  }

  #sink(from: number): void {
    const count = this.#entries.length;
    let parent = from;
    for (;;) {
      const left = 2 * parent + 1;
      const right = left + 1;
      let first = parent;
      if (left < count && this.#isBefore(left, first)) first = left;
      if (right < count && this.#isBefore(right, first)) first = right;
      if (first === parent) return;
      this.#swap(parent, first);
      parent = first;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const difference = (this.#deadlines[one] as number) - (this.#deadlines[other] as number);
    if (difference !== 0) return difference < 0;
    return (this.#orders[one] as number) < (this.#orders[other] as number);
  }

  #swap(one: number, other: number): void {
    const deadline = this.#deadlines[one] as number;
    const order = this.#orders[one] as number;
    const entry = this.#entries[one] as number;
    this.#deadlines[one] = this.#deadlines[other] as number;
    this.#orders[one] = this.#orders[other] as number;
    this.#entries[one] = this.#entries[other] as number;
    this.#deadlines[other] = deadline;
    this.#orders[other] = order;
    this.#entries[other] = entry;
  }
}
