import type { PeerName } from '../peers/peer.ts';
import type { Sample } from '../runner/workload.ts';

/** The middle value, or the mean of the two middle ones; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest value that at least `fraction` of the sorted values do not exceed (nearest rank). */
export function percentileOfSorted(sorted: ArrayLike<number>, fraction: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? Number.NaN;
}

/** The valid samples of one peer. */
export function samplesOf(samples: readonly Sample[], peer: PeerName): Sample[] {
  return samples.filter((sample) => sample.peer === peer && sample.invalid === undefined);
}

/**
 * The median over the rounds of one peer's value divided by the other's in the same round: what disturbed the
 * machine during a round disturbed both. `undefined` when no round has a valid sample of both.
 */
export function pairedRatio(
  samples: readonly Sample[],
  peer: PeerName,
  against: PeerName,
): number | undefined {
  const others = new Map(samplesOf(samples, against).map((sample) => [sample.round, sample.value]));
  const ratios = samplesOf(samples, peer).flatMap((sample) => {
    const other = others.get(sample.round);
    return other === undefined ? [] : [sample.value / other];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}
