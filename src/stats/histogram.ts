import { bucketCountOf, DECADES } from '#stats/histogram-buckets.ts';

/** Slot of the first decade that holds the sum of all values, behind its buckets. */
export const SUM_SLOT: number = bucketCountOf(0);

/** Slots that a decade takes in a thread's memory. */
export function slotsOfDecade(decade: number): number {
  return decade === 0 ? SUM_SLOT + 1 : bucketCountOf(decade);
}

/** Memory for one decade of a histogram. */
export interface DecadeMemory {
  readonly slots: Float64Array;
  readonly offset: number;
}

/** One thread's part of a histogram. */
export class Histogram {
  readonly #take: (decade: number) => DecadeMemory;
  readonly #first: DecadeMemory;
  readonly #decades: (DecadeMemory | undefined)[] = [];

  /** `take` provides memory when the first value falls into a decade. */
  constructor(take: (decade: number) => DecadeMemory) {
    this.#take = take;
    this.#first = take(0);
  }

  /** Records a whole number of the histogram's unit; fractions are cut off, as Envoy has none. */
  record(value: number): void {
    const { slots, offset } = this.#first;
    if (!(value >= 1)) {
      (slots[offset] as number) += 1;
      return;
    }
    (slots[offset + SUM_SLOT] as number) += Math.floor(value);
    if (value < 10) {
      (slots[offset + Math.floor(value)] as number) += 1;
      return;
    }
    let digits = value;
    let decade = 1;
    while (digits >= 100 && decade < DECADES - 1) {
      digits /= 10;
      decade++;
    }
    const memory = this.#decades[decade] ?? this.#addDecade(decade);
    const bucket = Math.min(Math.floor(digits), 99) - 10;
    (memory.slots[memory.offset + bucket] as number) += 1;
  }

  /** Adds what another thread counted in one decade. */
  absorb(decade: number, other: DecadeMemory): void {
    const memory = decade === 0 ? this.#first : (this.#decades[decade] ?? this.#addDecade(decade));
    for (let slot = 0; slot < slotsOfDecade(decade); slot++) {
      (memory.slots[memory.offset + slot] as number) += other.slots[other.offset + slot] as number;
    }
  }

  #addDecade(decade: number): DecadeMemory {
    const memory = this.#take(decade);
    while (this.#decades.length < decade) this.#decades.push(undefined);
    this.#decades[decade] = memory;
    return memory;
  }
}
