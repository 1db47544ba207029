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

/**
 * One entry of `histogram_bucket_settings`: upper bounds in rising order, in the unit of the
 * histogram.
 */
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

/**
 * The upper bounds of a histogram's buckets, without +Inf; Envoy's nineteen defaults (0.5 to
 * 3,600,000) where nothing matches.
 */
export function boundsOf(config: StatsConfig, name: string): readonly number[] {
  return config.histogramBounds.find(({ matches }) => matches(name))?.bounds ?? DEFAULT_BOUNDS;
}
