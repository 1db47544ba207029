import type { HostSet, LocalityHosts, PrioritySet } from '#upstream/host-set.ts';
import { EdfScheduler } from '#upstream/lb/edf-scheduler.ts';

/** Chooses among the localities of a priority by their weights. */
export class LocalityScheduler {
  readonly #indexes: readonly number[];
  readonly #weights: readonly number[];
  readonly #scheduler: EdfScheduler;

  /** Weights, all positive, belong to the localities of the same place in `indexes`. */
  constructor(indexes: readonly number[], weights: readonly number[], picks: number) {
    this.#indexes = indexes;
    this.#weights = weights;
    this.#scheduler = new EdfScheduler(weights, picks);
  }

  /** The index of a locality in its host set. */
  choose(): number {
    const entry = this.#scheduler.next();
    this.#scheduler.reschedule(this.#weights[entry] as number);
    return this.#indexes[entry] as number;
  }
}

/**
 * A locality counts with its weight, reduced when fewer of its hosts can be used than the
 * overprovisioning factor makes up for. Undefined when no locality has any weight: then all hosts of the
 * priority are used alike.
 */
export function createLocalityScheduler(
  set: HostSet,
  health: 'healthyHosts' | 'degradedHosts',
  prioritySet: PrioritySet,
  picks: number,
): LocalityScheduler | undefined {
  const indexes: number[] = [];
  const weights: number[] = [];
  for (const [index, locality] of set.localities.entries()) {
    const weight = effectiveWeight(locality, health, prioritySet.overprovisioningFactor);
    if (weight === 0) continue;
    indexes.push(index);
    weights.push(weight);
  }
  if (weights.length === 0) return undefined;
  return new LocalityScheduler(indexes, weights, picks);
}

function effectiveWeight(
  locality: LocalityHosts,
  health: 'healthyHosts' | 'degradedHosts',
  overprovisioningFactor: number,
): number {
  const counted = locality.hosts.length - locality.excludedHostsCount;
  if (counted === 0) return 0;
  const available = locality[health].length / counted;
  return locality.weight * Math.min(1, (overprovisioningFactor / 100) * available);
}
