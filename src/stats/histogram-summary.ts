import { bucketLowerBound, bucketWidth } from '#stats/histogram-buckets.ts';
import type { HistogramCounts } from '#stats/histogram-counts.ts';

/** The quantiles that Envoy's pages show. */
export const SUPPORTED_QUANTILES: readonly number[] = [
  0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1,
];

/** Upper bounds of the buckets that Envoy shows unless `histogram_bucket_settings` says otherwise. */
export const DEFAULT_BOUNDS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000,
  1800000, 3600000,
];

/**
 * The supported quantiles, NaN without values. The n values of a bucket are taken to lie evenly in
 * it, the k-th one at k/(n+1) of its width, as circllhist does (Hyndman and Fan, type 1).
 */
export function quantilesOf({ buckets, counts, count }: HistogramCounts): number[] {
  if (count === 0) return SUPPORTED_QUANTILES.map(() => Number.NaN);
  let index = 0;
  let below = 0;
  return SUPPORTED_QUANTILES.map((quantile) => {
    const rank = count * quantile;
    while (index < buckets.length - 1 && below + (counts[index] as number) < rank) {
      below += counts[index] as number;
      index++;
    }
    const bucket = buckets[index] as number;
    const position = Math.max(Math.ceil(rank - below), 1) / ((counts[index] as number) + 1);
    return bucketLowerBound(bucket) + position * bucketWidth(bucket);
  });
}

/**
 * How many values are at most as large as each of the ascending `bounds`. A value in the same
 * bucket as a bound counts as below it.
 */
export function cumulativeCounts(
  { buckets, counts }: HistogramCounts,
  bounds: readonly number[],
): number[] {
  let index = 0;
  let below = 0;
  return bounds.map((bound) => {
    while (index < buckets.length && bucketLowerBound(buckets[index] as number) <= bound) {
      below += counts[index] as number;
      index++;
    }
    return below;
  });
}

/** How many values lie between each bound and the one before; larger ones are in none. */
export function disjointCounts(counts: HistogramCounts, bounds: readonly number[]): number[] {
  const cumulative = cumulativeCounts(counts, bounds);
  return cumulative.map((count, index) => count - (cumulative[index - 1] ?? 0));
}
