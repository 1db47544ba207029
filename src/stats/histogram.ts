/**
 * Log-linear buckets as Envoy's circllhist has them: two significant decimal digits, so a value is
 * known to within ten percent. Bucket 0 is "zero or less"; then 90 buckets for each power of ten
 * from 10^0 to 10^8; values below 1 fall into the first one, larger ones into the last.
 */
const BUCKETS_PER_DECADE = 90;
const DECADES = 9;

export const HISTOGRAM_BUCKETS = 1 + BUCKETS_PER_DECADE * DECADES;
/** Slots a histogram takes: the buckets, then count and sum. */
export const HISTOGRAM_SLOTS: number = HISTOGRAM_BUCKETS + 2;
export const HISTOGRAM_COUNT_SLOT: number = HISTOGRAM_BUCKETS;
export const HISTOGRAM_SUM_SLOT: number = HISTOGRAM_BUCKETS + 1;

export class Histogram {
  readonly #slots: Float64Array;
  readonly #base: number;

  constructor(slots: Float64Array, base: number) {
    this.#slots = slots;
    this.#base = base;
  }

  /** Records a value of the histogram's unit. */
  record(value: number): void {
    const slots = this.#slots;
    const base = this.#base;
    (slots[base + bucketOf(value)] as number) += 1;
    (slots[base + HISTOGRAM_COUNT_SLOT] as number) += 1;
    (slots[base + HISTOGRAM_SUM_SLOT] as number) += value;
  }
}

/** The bucket of a value. */
export function bucketOf(value: number): number {
  if (!(value > 0)) return 0;
  let decade = 0;
  let rest = value;
  while (rest >= 10 && decade < DECADES - 1) {
    rest /= 10;
    decade++;
  }
  const step = Math.min(Math.max(Math.floor(rest * 10) - 10, 0), BUCKETS_PER_DECADE - 1);
  return 1 + decade * BUCKETS_PER_DECADE + step;
}

/** The smallest value of a bucket (0 for bucket 0). */
export function bucketLowerBound(bucket: number): number {
  if (bucket === 0) return 0;
  const decade = Math.floor((bucket - 1) / BUCKETS_PER_DECADE);
  const step = (bucket - 1) % BUCKETS_PER_DECADE;
  return ((step + 10) / 10) * 10 ** decade;
}
