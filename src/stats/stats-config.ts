import { defaultTagRules } from '#stats/default-tags.ts';
import { DEFAULT_BOUNDS } from '#stats/histogram-summary.ts';
import { TagExtractor } from '#stats/tag-extractor.ts';

/** What the bootstrap's `stats_config` makes of the statistics. */
export interface StatsConfig {
  readonly tagExtractor: TagExtractor;
  /** Whether a statistic is kept, by full name (`stats_matcher`); undefined when all are. */
  readonly accepts: ((name: string) => boolean) | undefined;
  /** Upper bounds of the buckets of the histograms that match; the first match counts. */
  readonly histogramBounds: readonly HistogramBounds[];
}

export interface HistogramBounds {
  readonly matches: (name: string) => boolean;
  readonly bounds: readonly number[];
}

/** What holds when the bootstrap says nothing. */
export const defaultStatsConfig: StatsConfig = {
  tagExtractor: new TagExtractor(defaultTagRules),
  accepts: undefined,
  histogramBounds: [],
};

export function boundsOf(config: StatsConfig, name: string): readonly number[] {
  return config.histogramBounds.find(({ matches }) => matches(name))?.bounds ?? DEFAULT_BOUNDS;
}
