import type { HostSet, PrioritySet } from '#upstream/host-set.ts';

/** How requests spread over priorities, and which priorities ignore health. */
export interface PriorityLoad {
  /** Percent of requests for the healthy hosts of each priority (or all hosts, in panic). */
  readonly healthy: readonly number[];
  /** Percent of requests for the degraded hosts; together with `healthy` 100. */
  readonly degraded: readonly number[];
  readonly isInPanic: readonly boolean[];
}

const FULL_LOAD = 100;

/**
 * Spreads the load as Envoy does: each priority takes what its healthy hosts, multiplied by the
 * overprovisioning factor, can take; then degraded hosts; what rounding leaves goes to the first priority
 * that has any. If that does not add up to everything, priorities with too few healthy hosts panic: they
 * use all their hosts. If all panic, the load follows the number of hosts.
 */
export function calculatePriorityLoad(
  prioritySet: PrioritySet,
  panicThresholdPercent: number,
): PriorityLoad {
  const { hostSets } = prioritySet;
  const healths = hostSets.map((set) => availability(prioritySet, set, 'healthyHosts'));
  const degradations = hostSets.map((set) => availability(prioritySet, set, 'degradedHosts'));
  const total = Math.min(FULL_LOAD, sum(healths) + sum(degradations));
  const nowhere = hostSets.map(() => 0);
  if (total === 0 && panicThresholdPercent === 0) {
    return {
      healthy: nowhere.with(0, FULL_LOAD),
      degraded: nowhere,
      isInPanic: hostSets.map(() => false),
    };
  }
  const isInPanic = hostSets.map(
    (set) => total < FULL_LOAD && availablePercent(set) < panicThresholdPercent,
  );
  if (isInPanic.every((panics) => panics)) {
    return { healthy: loadByHostCount(hostSets), degraded: nowhere, isInPanic };
  }
  return { ...distributeLoad(healths, degradations, total), isInPanic };
}

/** 0 to 100: the share of hosts (or of weight) that can be used, times the overprovisioning factor. */
function availability(
  prioritySet: PrioritySet,
  set: HostSet,
  health: 'healthyHosts' | 'degradedHosts',
): number {
  const { overprovisioningFactor, weightedPriorityHealth } = prioritySet;
  if (set.hosts.length === set.excludedHostsCount) return 0;
  let available = set[health].length;
  let all = set.hosts.length - set.excludedHostsCount;
  if (weightedPriorityHealth) {
    available = set[health].reduce((weight, host) => weight + host.weight, 0);
    all = set.hosts.reduce((weight, host) => weight + host.weight, 0) - set.excludedHostsWeight;
  }
  return Math.min(FULL_LOAD, Math.floor((overprovisioningFactor * available) / all));
}

/** The share of hosts that are healthy or degraded, which the panic threshold is compared with. */
function availablePercent(set: HostSet): number {
  const all = set.hosts.length - set.excludedHostsCount;
  if (all === 0) return 0;
  return (100 * (set.healthyHosts.length + set.degradedHosts.length)) / all;
}

function distributeLoad(
  healths: readonly number[],
  degradations: readonly number[],
  total: number,
): Omit<PriorityLoad, 'isInPanic'> {
  let left = FULL_LOAD;
  const take = (percent: number): number => {
    const load = Math.min(left, Math.floor((percent * FULL_LOAD) / total));
    left -= load;
    return load;
  };
  const healthy = healths.map(take);
  const degraded = degradations.map(take);
  const firstHealthy = healths.findIndex((percent) => percent > 0);
  if (firstHealthy >= 0) {
    (healthy[firstHealthy] as number) += left;
  } else {
    (degraded[degradations.findIndex((percent) => percent > 0)] as number) += left;
  }
  return { healthy, degraded };
}

function loadByHostCount(hostSets: readonly HostSet[]): number[] {
  const counts = hostSets.map((set) => set.hosts.length);
  const all = sum(counts);
  const loads = counts.map((count) => (all === 0 ? 0 : Math.floor((FULL_LOAD * count) / all)));
  const first = Math.max(
    0,
    counts.findIndex((count) => count > 0),
  );
  (loads[first] as number) += FULL_LOAD - sum(loads);
  return loads;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
