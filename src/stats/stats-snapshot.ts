import { HistogramCounts } from '#stats/histogram-counts.ts';
import type { StatsView } from '#stats/stats-view.ts';

/** All statistics at one moment, by full name, in the order of names. */
export interface StatsSnapshot {
  readonly counters: ReadonlyMap<string, number>;
  readonly gauges: ReadonlyMap<string, number>;
  readonly histograms: ReadonlyMap<string, HistogramCounts>;
  readonly textReadouts: ReadonlyMap<string, string>;
}

/**
 * Copies everything; for tests and for what needs all of it at once. Pages read the view
 * instead.
 */
export function snapshotOf(view: StatsView): StatsSnapshot {
  const counters = new Map<string, number>();
  const gauges = new Map<string, number>();
  const histograms = new Map<string, HistogramCounts>();
  for (const entry of view.entries({ list: 'scalars', usedOnly: false })) {
    if (entry.kind === 'counter') counters.set(entry.name, entry.value);
    if (entry.kind === 'gauge') gauges.set(entry.name, entry.value);
  }
  for (const entry of view.entries({ list: 'histograms', usedOnly: false })) {
    if (entry.kind !== 'histogram') continue;
    histograms.set(entry.name, entry.record?.cumulative() ?? HistogramCounts.empty);
  }
  const texts = view.textReadouts(false).map(({ name, value }) => [name, value] as const);
  return { counters, gauges, histograms, textReadouts: new Map(texts) };
}
