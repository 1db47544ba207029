import fc from 'fast-check';
import t from 'tap';
import { bucketLowerBound, bucketWidth } from '#stats/histogram-buckets.ts';
import type { HistogramCounts } from '#stats/histogram-counts.ts';
import {
  cumulativeCounts,
  DEFAULT_BOUNDS,
  disjointCounts,
  quantilesOf,
  SUPPORTED_QUANTILES,
} from '#stats/histogram-summary.ts';
import { StatsStore } from '#stats/stats-store.ts';

function countsOf(values: readonly number[]): HistogramCounts {
  const store = new StatsStore();
  const histogram = store.main.histogram('h');
  for (const value of values) histogram.record(value);
  const counts = store.snapshot().histograms.get('h');
  if (counts === undefined) throw new Error('the histogram is not there');
  return counts;
}

const value = fc.oneof(
  fc.nat({ max: 120 }),
  fc.nat({ max: 100_000 }),
  fc.integer({ min: 0, max: 2 ** 40 }),
);
const values = fc.array(value, { minLength: 1, maxLength: 200 });

/** What Envoy's buckets keep of a value: its two leading digits. */
function twoDigits(value: number): number {
  if (value < 100) return value;
  const scale = 10 ** (String(value).length - 2);
  return Math.floor(value / scale) * scale;
}

t.test('every value is in the bucket of its two leading digits', async () => {
  fc.assert(
    fc.property(value, (one) => {
      const { buckets } = countsOf([one]);
      return bucketLowerBound(buckets[0] as number) === twoDigits(one);
    }),
  );
});

t.test('count and sum are exact', async () => {
  fc.assert(
    fc.property(values, (all) => {
      const counts = countsOf(all);
      return counts.count === all.length && counts.sum === all.reduce((a, b) => a + b, 0);
    }),
  );
});

t.test('quantiles lie in the bucket of the value that sorting finds', async () => {
  fc.assert(
    fc.property(values, (all) => {
      const sorted = all.toSorted((a, b) => a - b);
      return quantilesOf(countsOf(all)).every((quantile, index) => {
        const share = SUPPORTED_QUANTILES[index] as number;
        const rank = Math.max(Math.ceil(share * sorted.length), 1);
        const expected = sorted[rank - 1] as number;
        const lower = twoDigits(expected);
        const width = expected < 10 ? 0.1 : lower - twoDigits(Math.max(lower - 1, 0)) + lower;
        return quantile >= lower && quantile <= lower + width;
      });
    }),
  );
});

t.test('quantiles never fall', async () => {
  fc.assert(
    fc.property(values, (all) => {
      const quantiles = quantilesOf(countsOf(all));
      return quantiles.every(
        (one, index) => index === 0 || one >= (quantiles[index - 1] as number),
      );
    }),
  );
});

t.test('buckets count what sorting counts, except within the bucket of a bound', async () => {
  fc.assert(
    fc.property(values, (all) => {
      const counts = countsOf(all);
      const disjoint = disjointCounts(counts, DEFAULT_BOUNDS);
      let total = 0;
      return cumulativeCounts(counts, DEFAULT_BOUNDS).every((count, index) => {
        total += disjoint[index] as number;
        const bound = DEFAULT_BOUNDS[index] as number;
        return total === count && count === all.filter((one) => twoDigits(one) <= bound).length;
      });
    }),
  );
});

t.test('quantiles are those that Envoy printed for the same values', async (t) => {
  const expected: [number[], number[]][] = [
    [
      [0, 1, 2],
      [0, 0, 1.05, 2.05, 2.05, 2.05, 2.05, 2.05, 2.05, 2.05],
    ],
    [[9], Array(10).fill(9.05)],
    [[84], Array(10).fill(84.5)],
  ];
  for (const [recorded, quantiles] of expected) {
    t.strictSame(quantilesOf(countsOf(recorded)), quantiles);
  }
  const eleven = quantilesOf(countsOf(Array(11).fill(1)));
  t.strictSame(
    eleven.slice(0, 6),
    [1.0083333333333333, 1.025, 1.05, 1.075, 1.0833333333333333, 1.0916666666666668],
  );
});

t.test('without values quantiles are not a number', async (t) => {
  t.ok(quantilesOf(countsOf([1]).minus(countsOf([1]))).every(Number.isNaN));
});

t.test('fractions are cut off, what is no number or negative is 0', async (t) => {
  const { buckets, counts, sum } = countsOf([0.9, -5, Number.NaN, 3.7]);
  t.strictSame(buckets.map(bucketLowerBound), [0, 3]);
  t.strictSame(counts, [3, 1]);
  t.equal(sum, 3);
});

t.test('values beyond all decades count in the last bucket', async (t) => {
  const { buckets } = countsOf([Number.MAX_VALUE, Number.POSITIVE_INFINITY]);
  t.equal(buckets.length, 1);
  t.equal(bucketLowerBound(buckets[0] as number), 99e14);
});

t.test('the difference of two states is what was recorded between them', async () => {
  fc.assert(
    fc.property(values, values, (before, after) => {
      const difference = countsOf([...before, ...after]).minus(countsOf(before));
      const direct = countsOf(after);
      return (
        difference.count === direct.count &&
        difference.sum === direct.sum &&
        String(difference.buckets) === String(direct.buckets) &&
        String(difference.counts) === String(direct.counts)
      );
    }),
  );
});

t.test('buckets follow one another without gaps from 10 on', async (t) => {
  for (let bucket = 10; bucket < 500; bucket++) {
    t.equal(bucketLowerBound(bucket) + bucketWidth(bucket), bucketLowerBound(bucket + 1));
  }
});
