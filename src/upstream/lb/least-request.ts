import type { Random } from '#base/random.ts';
import type { LoadBalancingPolicy } from '#upstream/cluster-config.ts';
import { hostStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import type { HostPicker, HostSource } from '#upstream/lb/host-source.ts';
import { prepareWeightedSchedule } from '#upstream/lb/weighted-schedule.ts';

type LeastRequestPolicy = Extract<LoadBalancingPolicy, { kind: 'leastRequest' }>;

/**
 * LEAST_REQUEST. Hosts of equal weight: of some drawn at random the one with the fewest active requests.
 * Where weights differ: a schedule by weight / (active requests + 1) ^ bias, with the requests that are
 * active when a host has its turn. As in Envoy, the requests of all workers count.
 */
export class LeastRequest implements HostPicker {
  readonly #random: Random;
  readonly #choiceCount: number;
  readonly #activeRequestBias: number;
  readonly #isFullScan: boolean;

  constructor(random: Random, policy: LeastRequestPolicy) {
    this.#random = random;
    this.#choiceCount = policy.choiceCount;
    this.#activeRequestBias = policy.activeRequestBias;
    this.#isFullScan = policy.isFullScan;
  }

  prepare(source: HostSource): void {
    prepareWeightedSchedule(source, (host) => this.#weightOf(host));
  }

  pick(source: HostSource): Host | undefined {
    const { hosts, scheduler } = source;
    if (hosts.length === 0) return undefined;
    if (scheduler === undefined) {
      return this.#isFullScan ? this.#pickOfAll(hosts) : this.#pickOfDrawn(hosts);
    }
    const host = hosts[scheduler.next()] as Host;
    scheduler.reschedule(this.#weightOf(host));
    return host;
  }

  #pickOfDrawn(hosts: readonly Host[]): Host {
    let best = hosts[this.#random.uint32() % hosts.length] as Host;
    for (let drawn = 1; drawn < this.#choiceCount; drawn++) {
      const other = hosts[this.#random.uint32() % hosts.length] as Host;
      if (activeRequests(other) < activeRequests(best)) best = other;
    }
    return best;
  }

  /** Hosts that tie have equal chances: the nth of them takes the place with a chance of 1/n. */
  #pickOfAll(hosts: readonly Host[]): Host {
    let best = hosts[0] as Host;
    let ties = 1;
    for (let index = 1; index < hosts.length; index++) {
      const other = hosts[index] as Host;
      const difference = activeRequests(other) - activeRequests(best);
      if (difference > 0) continue;
      ties = difference < 0 ? 1 : ties + 1;
      if (ties === 1 || this.#random.uint32() % ties === 0) best = other;
    }
    return best;
  }

  #weightOf(host: Host): number {
    const divisor = activeRequests(host) + 1;
    const bias = this.#activeRequestBias;
    return host.weight / (bias === 1 ? divisor : divisor ** bias);
  }
}

function activeRequests(host: Host): number {
  return host.stats.total(hostStats.field.rq_active);
}
