import type { PeerName } from '../../bench/peers/peer.ts';
import type { Sample, Target, Workload } from '../../bench/runner/workload.ts';

export function sample(
  peer: PeerName,
  round: number,
  value: number,
  invalid: string | undefined = undefined,
): Sample {
  return { peer, round, value, invalid, details: {} };
}

/** A workload with the given targets that is never run. */
export function workload(...targets: Target[]): Workload {
  return {
    name: 'example',
    title: 'an example',
    unit: 'us',
    targets,
    measure: () => Promise.resolve([]),
  };
}
