import type { Random } from '#base/random.ts';
import type { Host } from '#upstream/host.ts';
import type { PrioritySet } from '#upstream/host-set.ts';
import type { LoadBalancer } from '#upstream/lb/load-balancer.ts';

/** ROUND_ROBIN: each host in turn, from a random start. */
export class RoundRobinLoadBalancer implements LoadBalancer {
  #hosts: readonly Host[] = [];
  #next: number;

  constructor(prioritySet: PrioritySet, random: Random) {
    this.#next = random.uint32();
    this.onHostsChanged(prioritySet);
  }

  chooseHost(): Host | undefined {
    const hosts = this.#hosts;
    if (hosts.length === 0) return undefined;
    this.#next = (this.#next + 1) >>> 0;
    return hosts[this.#next % hosts.length];
  }

  onHostsChanged(prioritySet: PrioritySet): void {
    this.#hosts = prioritySet.hostSets[0]?.healthyHosts ?? [];
  }
}
