import type { Random } from '#base/random.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { LoadBalancingConfig, LoadBalancingPolicy } from '#upstream/cluster-config.ts';
import type { Host } from '#upstream/host.ts';
import type { PrioritySet } from '#upstream/host-set.ts';
import type { HostPicker } from '#upstream/lb/host-source.ts';
import { HostSourceSelector } from '#upstream/lb/host-source-selector.ts';
import { LeastRequest } from '#upstream/lb/least-request.ts';
import type { LoadBalancer } from '#upstream/lb/load-balancer.ts';
import { random as randomPicker } from '#upstream/lb/random.ts';
import { roundRobin } from '#upstream/lb/round-robin.ts';

/** The load balancer that a cluster's configuration asks for. */
export function createLoadBalancer(
  config: LoadBalancingConfig,
  prioritySet: PrioritySet,
  stats: StatBlock,
  random: Random,
): LoadBalancer {
  const picker = createPicker(config.policy, random);
  const selector = new HostSourceSelector(config, stats, random, picker);
  selector.update(prioritySet);
  return new SourcePickingLoadBalancer(selector, picker, random);
}

function createPicker(policy: LoadBalancingPolicy, random: Random): HostPicker {
  switch (policy.kind) {
    case 'roundRobin':
      return roundRobin;
    case 'random':
      return randomPicker;
    case 'leastRequest':
      return new LeastRequest(random, policy);
  }
}

/** First the hosts that may be used, then one of them. */
class SourcePickingLoadBalancer implements LoadBalancer {
  readonly #selector: HostSourceSelector;
  readonly #picker: HostPicker;
  readonly #random: Random;

  constructor(selector: HostSourceSelector, picker: HostPicker, random: Random) {
    this.#selector = selector;
    this.#picker = picker;
    this.#random = random;
  }

  chooseHost(): Host | undefined {
    const hash = this.#random.uint32();
    const source = this.#selector.choose(hash);
    return source === undefined ? undefined : this.#picker.pick(source, hash);
  }

  onHostsChanged(prioritySet: PrioritySet): void {
    this.#selector.update(prioritySet);
  }
}
