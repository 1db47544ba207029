import { histogramText } from '#server/admin/histogram-text.ts';
import {
  selectedHistograms,
  selectedScalars,
  selectedTextReadouts,
} from '#server/admin/selected-stats.ts';
import type { StatsRequest } from '#server/admin/stats-request.ts';
import type { StatsView } from '#stats/stats-view.ts';

/** `/stats` as text: text readouts, then counters and gauges, then histograms, each list sorted. */
export function* statsText(view: StatsView, request: StatsRequest): Generator<string, void, void> {
  for (const { name, value } of selectedTextReadouts(view, request)) {
    yield `${name}: "${value}"\n`;
  }
  for (const { name, value } of selectedScalars(view, request)) yield `${name}: ${value}\n`;
  for (const { name, record } of selectedHistograms(view, request)) {
    yield histogramText(name, record, view.boundsOf(name), request.bucketMode);
  }
}
