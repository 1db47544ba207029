import type { Observation } from './harness/observation.ts';

/** A scenario in which Proa means to differ from Envoy. */
export interface KnownDifference {
  readonly group: string;
  readonly scenario: string;
  /** Why, with the source that Proa follows instead. */
  readonly reason: string;
  /** The parts of the observation that are Proa's own; the others have to be Envoy's. */
  readonly proa: Partial<Observation>;
  /** Parts that follow from the difference and are not compared. */
  readonly consequences?: readonly (keyof Observation)[];
}

export const knownDifferences: readonly KnownDifference[] = [];
