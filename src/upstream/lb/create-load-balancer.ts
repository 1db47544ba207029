import type { Random } from '#base/random.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { LoadBalancingConfig } from '#upstream/cluster-config.ts';
import type { PrioritySet } from '#upstream/host-set.ts';
import type { LoadBalancer } from '#upstream/lb/load-balancer.ts';
import { RoundRobinLoadBalancer } from '#upstream/lb/round-robin.ts';

/** The load balancer of a cluster's configuration. */
export function createLoadBalancer(
  _config: LoadBalancingConfig,
  prioritySet: PrioritySet,
  _stats: StatBlock,
  random: Random,
): LoadBalancer {
  return new RoundRobinLoadBalancer(prioritySet, random);
}
