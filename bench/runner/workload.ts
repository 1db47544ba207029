import type { PeerName } from '../peers/peer.ts';
import type { BenchContext } from './context.ts';

/** One number of one peer, and what was seen beside it. */
export interface Reading {
  /** In the unit of the workload. Smaller is better, always. */
  readonly value: number;
  /** Why the sample does not count. */
  readonly invalid: string | undefined;
  /** What else was measured; the name carries the unit. */
  readonly details: Readonly<Record<string, number>>;
}

export interface Sample extends Reading {
  readonly peer: PeerName;
  /** Samples of the same round were taken one after the other and are compared with each other. */
  readonly round: number;
}

/** What Proa's value has to be: a multiple of a peer's in the same round, or an amount. */
export interface Target {
  readonly relativeTo: PeerName | undefined;
  readonly must: number | undefined;
  readonly goal: number | undefined;
}

export interface Workload {
  /** What `--only` calls it. */
  readonly name: string;
  readonly title: string;
  readonly unit: 'us' | 'ms' | 'MB' | 'KB';
  readonly targets: readonly Target[];
  measure(context: BenchContext): Promise<Sample[]>;
}
