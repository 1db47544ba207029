import {
  selectedHistograms,
  selectedScalars,
  selectedTextReadouts,
} from '#server/admin/selected-stats.ts';
import type { StatsRequest } from '#server/admin/stats-request.ts';
import { bucketLowerBound, bucketWidth } from '#stats/histogram-buckets.ts';
import { HistogramCounts } from '#stats/histogram-counts.ts';
import {
  cumulativeCounts,
  disjointCounts,
  quantilesOf,
  SUPPORTED_QUANTILES,
} from '#stats/histogram-summary.ts';
import type { HistogramEntry } from '#stats/stat-entry.ts';
import type { StatsView } from '#stats/stats-view.ts';

/** `/stats?format=json`: one list of values, with all histograms in its last element. */
export function* statsJson(view: StatsView, request: StatsRequest): Generator<string, void, void> {
  let separator = '{"stats":[';
  for (const { name, value } of selectedTextReadouts(view, request)) {
    yield `${separator}{"name":${JSON.stringify(name)},"value":${JSON.stringify(value)}}`;
    separator = ',';
  }
  for (const { name, value } of selectedScalars(view, request)) {
    yield `${separator}{"name":${JSON.stringify(name)},"value":${value}}`;
    separator = ',';
  }
  const [opening, closing] = histogramsFrame(request);
  let histogramSeparator = `${separator}${opening}`;
  let hasHistograms = false;
  for (const entry of selectedHistograms(view, request)) {
    yield `${histogramSeparator}${JSON.stringify(histogramJson(entry, view, request))}`;
    histogramSeparator = ',';
    hasHistograms = true;
  }
  if (hasHistograms) yield `${closing}]}`;
  else yield separator === ',' ? ']}' : `${separator}]}`;
}

/** What stands before the first and after the last histogram. */
function histogramsFrame({ bucketMode }: StatsRequest): readonly [string, string] {
  const percentiles = JSON.stringify(SUPPORTED_QUANTILES.map((quantile) => quantile * 100));
  switch (bucketMode) {
    case 'cumulative':
    case 'disjoint':
      return ['{"histograms":[', ']}'];
    case 'detailed':
      return [`{"histograms":{"supported_percentiles":${percentiles},"details":[`, ']}}'];
    default:
      return [`{"histograms":{"supported_quantiles":${percentiles},"computed_quantiles":[`, ']}}'];
  }
}

function histogramJson(
  { name, record }: HistogramEntry,
  view: StatsView,
  request: StatsRequest,
): object {
  const cumulative = record?.cumulative() ?? HistogramCounts.empty;
  const interval = record?.interval ?? HistogramCounts.empty;
  switch (request.bucketMode) {
    case 'cumulative':
      return bucketsJson(name, interval, cumulative, view.boundsOf(name), cumulativeCounts);
    case 'disjoint':
      return bucketsJson(name, interval, cumulative, view.boundsOf(name), disjointCounts);
    case 'detailed':
      return {
        name,
        totals: detailsJson(cumulative),
        intervals: detailsJson(interval),
        percentiles: quantilesJson(interval, cumulative),
      };
    default:
      return { name, values: quantilesJson(interval, cumulative) };
  }
}

/** Quantiles without values are NaN, which JSON prints as null. */
function quantilesJson(interval: HistogramCounts, cumulative: HistogramCounts): object[] {
  const intervalQuantiles = quantilesOf(interval);
  return quantilesOf(cumulative).map((value, index) => ({
    cumulative: value,
    interval: intervalQuantiles[index],
  }));
}

function bucketsJson(
  name: string,
  interval: HistogramCounts,
  cumulative: HistogramCounts,
  bounds: readonly number[],
  count: (counts: HistogramCounts, bounds: readonly number[]) => number[],
): object {
  const intervalCounts = count(interval, bounds);
  const cumulativeTotals = count(cumulative, bounds);
  const buckets = bounds.map((bound, index) => ({
    upper_bound: bound,
    interval: intervalCounts[index],
    cumulative: cumulativeTotals[index],
  }));
  return { name, buckets };
}

function detailsJson({ buckets, counts }: HistogramCounts): object[] {
  return buckets.map((bucket, index) => ({
    lower_bound: bucketLowerBound(bucket),
    width: bucketWidth(bucket),
    count: counts[index],
  }));
}
