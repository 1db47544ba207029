import type { Peer } from '../peers/peer.ts';
import type { BenchContext } from './context.ts';
import type { Reading, Sample } from './workload.ts';

/**
 * Lets the peers take turns, round after round, so that whatever else happens on the machine meets all of
 * them; each round begins with another one. A reading that throws becomes an invalid sample.
 */
export async function interleave<Contestant extends { readonly peer: Peer }>(
  context: BenchContext,
  rounds: number,
  contestants: readonly Contestant[],
  read: (contestant: Contestant) => Promise<Reading>,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const contestant of rotated(contestants, round - 1)) {
      const { name } = contestant.peer;
      context.progress(`round ${round}/${rounds} ${name}`);
      const reading = await read(contestant).catch(invalidReading);
      if (reading.invalid !== undefined) context.say(`! ${name}: ${reading.invalid}`);
      samples.push({ peer: name, round, ...reading });
    }
  }
  return samples;
}

/** The same items, beginning with another one. */
export function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const first = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

function invalidReading(error: unknown): Reading {
  const message = error instanceof Error ? error.message : String(error);
  return { value: Number.NaN, invalid: message, details: {} };
}
