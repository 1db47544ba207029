import type { LoadGenerator } from '../load/load-generator.ts';
import type { Placement } from '../machine/placement.ts';
import type { Peer } from '../peers/peer.ts';

/** What every workload is given. */
export interface BenchContext {
  readonly peers: readonly Peer[];
  /** Rounds over the peers; each round gives one sample per peer. */
  readonly rounds: number;
  /** Whole seconds of load per sample. */
  readonly secondsPerSample: number;
  /** Whole seconds of load before the first sample, for compilers and pools. */
  readonly warmUpSeconds: number;
  /** Shortens what is not counted in rounds. */
  readonly quick: boolean;
  readonly loadGenerator: LoadGenerator;
  readonly placement: Placement;
  readonly nginxPath: string | undefined;
  /** Scratch space, removed at the end. */
  readonly folder: string;
  /** Prints a line that stays. */
  say(text: string): void;
  /** Replaces the progress line. */
  progress(text: string): void;
}
