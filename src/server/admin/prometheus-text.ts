import { FamilyRenderer } from '#server/admin/family-renderer.ts';
import { samplesOf, textReadoutSamples } from '#server/admin/prometheus-samples.ts';
import { TimeSlice } from '#server/admin/slices.ts';
import type { StatsRequest } from '#server/admin/stats-request.ts';
import { FamilySorter, type MetricFamily } from '#stats/metric-families.ts';
import { MetricNames } from '#stats/metric-names.ts';
import type { NamedRecords } from '#stats/named-records.ts';
import type { StatsStore } from '#stats/stats-store.ts';

/**
 * Content type for those who ask for OpenMetrics; Envoy always answers in the older text
 * format.
 */
export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Remembered for the life of a store, so that every page but the first is cheap. */
const namesOfStores = new WeakMap<StatsStore, MetricNames>();

/** The page that Prometheus reads, family after family: counters, gauges, texts, histograms. */
export async function* prometheusText(
  stats: StatsStore,
  request: StatsRequest,
  openMetrics: boolean,
): AsyncGenerator<string, void, void> {
  const { main, records, view } = stats;
  main.announceNow();
  const names = namesOf(stats);
  const renderer = await FamilyRenderer.create(openMetrics);
  const families = await sortIntoFamilies(stats, names);
  const isSummary = request.bucketMode === 'summary';
  for (const family of families.filter(({ kind }) => kind !== 'histogram')) {
    const samples = samplesOf(family, records.threads, view, request);
    yield* renderer.render(family.name, family.kind, samples);
  }
  if (request.textReadouts) {
    for (const [name, samples] of textReadoutSamples(view, names, request)) {
      yield* renderer.render(name, 'gauge', samples);
    }
  }
  for (const family of families.filter(({ kind }) => kind === 'histogram')) {
    const samples = samplesOf(family, records.threads, view, request);
    yield* renderer.render(family.name, isSummary ? 'summary' : 'histogram', samples);
  }
  if (openMetrics) yield '# EOF\n';
}

function namesOf(stats: StatsStore): MetricNames {
  let names = namesOfStores.get(stats);
  if (names === undefined) {
    names = new MetricNames(stats.config.tagExtractor);
    namesOfStores.set(stats, names);
  }
  return names;
}

async function sortIntoFamilies(stats: StatsStore, names: MetricNames): Promise<MetricFamily[]> {
  const sorter = new FamilySorter(names);
  const slice = new TimeSlice();
  for (const block of stats.records.blocks.values()) {
    sorter.addBlock(block);
    if (block.named !== undefined) {
      addNamed(sorter, block.named, (name) => block.hasField(name));
    }
    if (slice.isOver()) await slice.pause();
  }
  addNamed(sorter, stats.records.unowned, () => false);
  return sorter.sorted();
}

/** Histograms of a group's fields are among the block's fields already. */
function addNamed(
  sorter: FamilySorter,
  named: NamedRecords,
  isField: (name: string) => boolean,
): void {
  for (const record of named.scalars.values()) sorter.addNamed(record.kind, record);
  for (const record of named.histograms.values()) {
    if (!isField(record.name)) sorter.addNamed('histogram', record);
  }
}
