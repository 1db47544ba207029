import { type Random, SeededRandom } from '#base/random.ts';
import { StatsStore } from '#stats/stats-store.ts';
import type { AssignmentConfig, LoadBalancingConfig } from '#upstream/cluster-config.ts';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import { DEFAULT_LOAD_BALANCING, NO_LOCALITY } from '#upstream/defaults.ts';
import { HealthFlag } from '#upstream/health-flags.ts';
import { Host } from '#upstream/host.ts';
import { createPrioritySet, type PrioritySet } from '#upstream/host-set.ts';
import { createLoadBalancer } from '#upstream/lb/create-load-balancer.ts';
import type { LoadBalancer } from '#upstream/lb/load-balancer.ts';

const store = new StatsStore();

export interface HostSpec {
  readonly weight?: number;
  readonly health?: 'healthy' | 'degraded' | 'unhealthy' | 'draining';
  readonly active?: number;
}

const FLAGS = {
  healthy: 0,
  degraded: HealthFlag.degradedEdsHealth,
  unhealthy: HealthFlag.failedEdsHealth,
  draining: HealthFlag.edsStatusDraining,
};

let made = 0;

/** A host that is known by a number of its own, `host.id`. */
export function hostOf({ weight = 1, health = 'healthy', active = 0 }: HostSpec = {}): Host {
  const statsAddress = store.allocateHidden(hostStats);
  const stats = store.main.block(hostStats, statsAddress, '');
  stats.set(hostStats.field.rq_active, active);
  const id = ++made;
  return new Host(
    {
      id,
      address: { kind: 'ip', host: '10.0.0.1', port: id },
      hostname: '',
      weight,
      healthFlags: FLAGS[health],
      metadata: undefined,
      statsAddress,
    },
    0,
    NO_LOCALITY,
    stats,
  );
}

/** `count` hosts alike. */
export function hostsOf(count: number, spec: HostSpec = {}): Host[] {
  return Array.from({ length: count }, () => hostOf(spec));
}

/** Host sets of one locality each, by priority. */
export function prioritySetOf(
  priorities: readonly (readonly Host[])[],
  policy: Partial<AssignmentConfig<Host>> = {},
): PrioritySet {
  return createPrioritySet({
    localities: priorities.map((hosts, priority) => ({
      priority,
      locality: NO_LOCALITY,
      weight: 0,
      hosts,
    })),
    overprovisioningFactor: 140,
    weightedPriorityHealth: false,
    ...policy,
  });
}

export interface Balanced {
  readonly balancer: LoadBalancer;
  /** How often a request met a panic. */
  panics(): number;
}

export function balance(
  prioritySet: PrioritySet,
  config: Partial<LoadBalancingConfig> = {},
  random: Random = new SeededRandom(1),
): Balanced {
  const stats = store.block(clusterStats, `cluster.${++made}.`);
  const balancer = createLoadBalancer(
    { ...DEFAULT_LOAD_BALANCING, ...config },
    prioritySet,
    stats,
    random,
  );
  return { balancer, panics: () => stats.get(clusterStats.field.lb_healthy_panic) + 0 };
}

/** How often each host is chosen, in the order of `hosts`. */
export function countChoices(
  balancer: LoadBalancer,
  hosts: readonly Host[],
  times: number,
): number[] {
  const counts = new Map<Host | undefined, number>();
  for (let turn = 0; turn < times; turn++) {
    const host = balancer.chooseHost();
    counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  return hosts.map((host) => counts.get(host) ?? 0);
}
