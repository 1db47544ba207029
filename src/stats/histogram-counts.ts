/** How often values fell into which buckets: the buckets that hold something, in their order. */
export class HistogramCounts {
  static readonly empty: HistogramCounts = new HistogramCounts([], [], 0);

  readonly buckets: readonly number[];
  readonly counts: readonly number[];
  readonly count: number;
  /** Of all values, exactly. */
  readonly sum: number;

  constructor(buckets: readonly number[], counts: readonly number[], sum: number) {
    this.buckets = buckets;
    this.counts = counts;
    this.sum = sum;
    let count = 0;
    for (const one of counts) count += one;
    this.count = count;
  }

  /** What came after `earlier`, which must be an earlier state of the same histogram. */
  minus(earlier: HistogramCounts): HistogramCounts {
    if (earlier.count === 0) return this;
    if (earlier.count === this.count) return HistogramCounts.empty;
    const buckets: number[] = [];
    const counts: number[] = [];
    let before = 0;
    for (const [index, bucket] of this.buckets.entries()) {
      let count = this.counts[index] as number;
      if (earlier.buckets[before] === bucket) {
        count -= earlier.counts[before] as number;
        before++;
      }
      if (count === 0) continue;
      buckets.push(bucket);
      counts.push(count);
    }
    return new HistogramCounts(buckets, counts, this.sum - earlier.sum);
  }
}
