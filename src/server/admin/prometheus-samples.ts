import type { StatsRequest } from '#server/admin/stats-request.ts';
import type { BlockRecord } from '#stats/block-record.ts';
import { HistogramCounts } from '#stats/histogram-counts.ts';
import { HistogramRecord } from '#stats/histogram-record.ts';
import { cumulativeCounts, quantilesOf, SUPPORTED_QUANTILES } from '#stats/histogram-summary.ts';
import type { MetricFamily, SingleSeries } from '#stats/metric-families.ts';
import type { MetricNames } from '#stats/metric-names.ts';
import type { Labels } from '#stats/prometheus-name.ts';
import { UNWRITTEN } from '#stats/stat-memory.ts';
import type { StatsView } from '#stats/stats-view.ts';
import type { ThreadMemory } from '#stats/thread-memory.ts';

/** A line of the page as prom-client takes it. */
export interface MetricSample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Labels of which prom-client remembers the text by identity. */
  readonly sharedLabels: Labels;
  /** Where it is not the family's name: `…_bucket`. */
  readonly metricName?: string;
}

const NO_LABELS: Labels = {};

/** The samples of a family that a request wants. */
export function* samplesOf(
  family: MetricFamily,
  threads: readonly ThreadMemory[],
  view: StatsView,
  request: StatsRequest,
): Generator<MetricSample, void, void> {
  const { matches } = request;
  for (const { field, labels, blocks } of family.fields) {
    for (const { block, labels: sharedLabels } of blocks) {
      if (!block.shows(field)) continue;
      if (matches !== undefined && !matches(block.nameOf(field))) continue;
      if (family.kind === 'histogram') {
        yield* fieldHistogram(family.name, block, field, { labels, sharedLabels }, view, request);
        continue;
      }
      const value = block.value(threads, field);
      if (request.usedOnly && Object.is(value, UNWRITTEN)) continue;
      yield { value: value + 0, labels, sharedLabels };
    }
  }
  for (const single of family.singles) {
    if (matches === undefined || matches(single.record.name)) {
      yield* singleSamples(family.name, single, view, request);
    }
  }
}

function* singleSamples(
  metric: string,
  { labels: sharedLabels, record }: SingleSeries,
  view: StatsView,
  request: StatsRequest,
): Generator<MetricSample, void, void> {
  const labels = { labels: NO_LABELS, sharedLabels };
  if (record instanceof HistogramRecord) {
    yield* histogramSamples(metric, record, view.boundsOf(record.name), labels, request);
    return;
  }
  const { value } = record;
  if (request.usedOnly && Object.is(value, UNWRITTEN)) return;
  yield { value: value + 0, ...labels };
}

/** A histogram of a group's field, which no thread may have recorded to yet. */
function* fieldHistogram(
  metric: string,
  block: BlockRecord,
  field: number,
  labels: SampleLabels,
  view: StatsView,
  request: StatsRequest,
): Generator<MetricSample, void, void> {
  const name = block.nameOf(field);
  const record = block.named?.histograms.get(name);
  yield* histogramSamples(metric, record, view.boundsOf(name), labels, request);
}

type SampleLabels = Pick<MetricSample, 'labels' | 'sharedLabels'>;

function* histogramSamples(
  metric: string,
  record: HistogramRecord | undefined,
  bounds: readonly number[],
  own: SampleLabels,
  request: StatsRequest,
): Generator<MetricSample, void, void> {
  if (request.usedOnly && record === undefined) return;
  const isSummary = request.bucketMode === 'summary';
  const counts = (isSummary ? record?.interval : record?.cumulative()) ?? HistogramCounts.empty;
  // What tells buckets apart comes last, as in Envoy, so it takes the place of the shared labels.
  const labels = { ...own.labels, ...own.sharedLabels };
  if (isSummary) {
    const quantiles = quantilesOf(counts);
    for (const [index, quantile] of SUPPORTED_QUANTILES.entries()) {
      const value = quantiles[index] as number;
      yield { value, labels, sharedLabels: bucketLabels('quantile', String(quantile)) };
    }
  } else {
    const metricName = `${metric}_bucket`;
    const totals = cumulativeCounts(counts, bounds);
    for (const [index, bound] of bounds.entries()) {
      const sharedLabels = bucketLabels('le', String(bound));
      yield { value: totals[index] as number, labels, sharedLabels, metricName };
    }
    const sharedLabels = bucketLabels('le', '+Inf');
    yield { value: counts.count, labels, sharedLabels, metricName };
  }
  yield { value: counts.sum, ...own, metricName: `${metric}_sum` };
  yield { value: counts.count, ...own, metricName: `${metric}_count` };
}

/** There are as many as bounds in use: a few dozen. */
const knownBucketLabels = new Map<string, Labels>();

function bucketLabels(name: 'le' | 'quantile', value: string): Labels {
  const key = name + value;
  let labels = knownBucketLabels.get(key);
  if (labels === undefined) {
    labels = { [name]: value };
    knownBucketLabels.set(key, labels);
  }
  return labels;
}

/** Text readouts as gauges of value 0 with the text as a label, by metric. */
export function textReadoutSamples(
  view: StatsView,
  names: MetricNames,
  { usedOnly, matches }: StatsRequest,
): Map<string, MetricSample[]> {
  const families = new Map<string, MetricSample[]>();
  for (const { name, value } of view.textReadouts(usedOnly)) {
    if (matches !== undefined && !matches(name)) continue;
    const { metric, labels } = names.extract(name);
    const sample = { value: 0, labels: { text_value: value }, sharedLabels: labels };
    const family = families.get(metric);
    if (family === undefined) families.set(metric, [sample]);
    else family.push(sample);
  }
  return families;
}
