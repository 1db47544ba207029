import type { HistogramRecord } from '#stats/histogram-record.ts';

/**
 * The sum over all threads at the moment of reading; a gauge that only one thread sets is that
 * thread's.
 */
export interface ScalarEntry {
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly value: number;
}

/** A histogram; what it recorded is read from `record`. */
export interface HistogramEntry {
  readonly kind: 'histogram';
  readonly name: string;
  /** Undefined when no thread ever recorded a value. */
  readonly record: HistogramRecord | undefined;
}

/** A statistic that is a text (Envoy's TextReadout). */
export interface TextReadoutEntry {
  readonly kind: 'textReadout';
  readonly name: string;
  readonly value: string;
}

/** A statistic as the pages of the admin server list it. */
export type StatEntry = ScalarEntry | HistogramEntry | TextReadoutEntry;
