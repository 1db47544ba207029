import type { HistogramRecord } from '#stats/histogram-record.ts';

export interface ScalarEntry {
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly value: number;
}

export interface HistogramEntry {
  readonly kind: 'histogram';
  readonly name: string;
  /** Undefined when no thread ever recorded a value. */
  readonly record: HistogramRecord | undefined;
}

export interface TextReadoutEntry {
  readonly kind: 'textReadout';
  readonly name: string;
  readonly value: string;
}

/** A statistic as the pages of the admin server list it. */
export type StatEntry = ScalarEntry | HistogramEntry | TextReadoutEntry;
