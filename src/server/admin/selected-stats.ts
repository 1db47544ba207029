import type { StatsRequest, StatsType } from '#server/admin/stats-request.ts';
import type { HistogramEntry, ScalarEntry, TextReadoutEntry } from '#stats/stat-entry.ts';
import type { StatsView } from '#stats/stats-view.ts';

type Selection = Pick<StatsRequest, 'type' | 'usedOnly' | 'matches'>;

/** The text readouts that a request wants, sorted. */
export function selectedTextReadouts(view: StatsView, wanted: Selection): TextReadoutEntry[] {
  if (!includes(wanted.type, 'TextReadouts')) return [];
  const readouts = view.textReadouts(wanted.usedOnly);
  return readouts.filter(({ name }) => wanted.matches === undefined || wanted.matches(name));
}

/** The counters and gauges that a request wants, sorted together. */
export function* selectedScalars(
  view: StatsView,
  wanted: Selection,
): Generator<ScalarEntry, void, void> {
  const withCounters = includes(wanted.type, 'Counters');
  const withGauges = includes(wanted.type, 'Gauges');
  if (!withCounters && !withGauges) return;
  for (const entry of view.entries({ list: 'scalars', usedOnly: wanted.usedOnly })) {
    const isWanted =
      (entry.kind === 'counter' && withCounters) || (entry.kind === 'gauge' && withGauges);
    if (isWanted && (wanted.matches === undefined || wanted.matches(entry.name))) yield entry;
  }
}

/** The histograms that a request wants, sorted. */
export function* selectedHistograms(
  view: StatsView,
  wanted: Selection,
): Generator<HistogramEntry, void, void> {
  if (!includes(wanted.type, 'Histograms')) return;
  for (const entry of view.entries({ list: 'histograms', usedOnly: wanted.usedOnly })) {
    if (entry.kind !== 'histogram') continue;
    if (wanted.matches === undefined || wanted.matches(entry.name)) yield entry;
  }
}

function includes(wanted: StatsType, type: StatsType): boolean {
  return wanted === 'All' || wanted === type;
}
