import { formatGeneral } from '#server/admin/general-format.ts';
import type { BucketMode } from '#server/admin/stats-request.ts';
import { bucketLowerBound, bucketWidth } from '#stats/histogram-buckets.ts';
import { HistogramCounts } from '#stats/histogram-counts.ts';
import type { HistogramRecord } from '#stats/histogram-record.ts';
import {
  cumulativeCounts,
  disjointCounts,
  quantilesOf,
  SUPPORTED_QUANTILES,
} from '#stats/histogram-summary.ts';

/** A histogram's line in the text page; in mode `detailed` four lines. */
export function histogramText(
  name: string,
  record: HistogramRecord | undefined,
  bounds: readonly number[],
  mode: BucketMode | 'unset',
): string {
  const cumulative = record?.cumulative() ?? HistogramCounts.empty;
  const interval = record?.interval ?? HistogramCounts.empty;
  if (cumulative.count === 0) return `${name}: No recorded values\n`;
  switch (mode) {
    case 'cumulative':
      return `${name}: ${bucketTexts(bounds, interval, cumulative, cumulativeCounts)}\n`;
    case 'disjoint':
      return `${name}: ${bucketTexts(bounds, interval, cumulative, disjointCounts)}\n`;
    case 'detailed':
      return [
        `${name}:`,
        `  totals=${detailTexts(cumulative)}`,
        `  intervals=${detailTexts(interval)}`,
        `  summary=${summaryText(interval, cumulative)}\n`,
      ].join('\n');
    default:
      return `${name}: ${summaryText(interval, cumulative)}\n`;
  }
}

/** `P0(interval,cumulative) P25(…)`; `nan` for an interval without values. */
export function summaryText(interval: HistogramCounts, cumulative: HistogramCounts): string {
  const intervalQuantiles = quantilesOf(interval);
  const cumulativeQuantiles = quantilesOf(cumulative);
  return SUPPORTED_QUANTILES.map((quantile, index) => {
    const values = [intervalQuantiles[index] as number, cumulativeQuantiles[index] as number];
    return `P${formatGeneral(quantile * 100)}(${values.map(numberText).join(',')})`;
  }).join(' ');
}

function bucketTexts(
  bounds: readonly number[],
  interval: HistogramCounts,
  cumulative: HistogramCounts,
  count: (counts: HistogramCounts, bounds: readonly number[]) => number[],
): string {
  const intervalCounts = count(interval, bounds);
  const cumulativeTotals = count(cumulative, bounds);
  return bounds
    .map((bound, index) => {
      return `B${formatGeneral(bound)}(${intervalCounts[index]},${cumulativeTotals[index]})`;
    })
    .join(' ');
}

function detailTexts({ buckets, counts }: HistogramCounts): string {
  return buckets
    .map((bucket, index) => {
      return `${bucketLowerBound(bucket)},${bucketWidth(bucket)}:${counts[index]}`;
    })
    .join(', ');
}

function numberText(value: number): string {
  return Number.isNaN(value) ? 'nan' : String(value);
}
