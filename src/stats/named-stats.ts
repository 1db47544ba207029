import type { StatKind } from '#stats/stat-group.ts';
import type { SlotAddress } from '#stats/stat-memory.ts';

/** A statistic that a worker made by itself, for the main thread to find. */
export interface NamedStat {
  readonly name: string;
  readonly kind: StatKind;
  /** The block with which the statistic goes; undefined when it stays for ever. */
  readonly owner: SlotAddress | undefined;
  /** Of a histogram: the power of ten of which the buckets lie here; 0 otherwise. */
  readonly decade: number;
  /** Which of the worker's own segments, and where in it. */
  readonly segment: number;
  readonly offset: number;
}

/** What a worker tells the main thread as soon as it made statistics of its own or gave up blocks. */
export interface NamedStatsAnnouncement {
  readonly segments: readonly SharedArrayBuffer[];
  readonly stats: readonly NamedStat[];
  /** Blocks to which this worker will not write again. */
  readonly dropped: readonly SlotAddress[];
}
