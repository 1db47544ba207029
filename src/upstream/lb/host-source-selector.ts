import type { Random } from '#base/random.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { LoadBalancingConfig } from '#upstream/cluster-config.ts';
import { clusterStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import type { HostSet, PrioritySet } from '#upstream/host-set.ts';
import { type HostPicker, HostSource } from '#upstream/lb/host-source.ts';
import {
  createLocalityScheduler,
  type LocalityScheduler,
} from '#upstream/lb/locality-scheduler.ts';
import { calculatePriorityLoad, type PriorityLoad } from '#upstream/lb/priority-load.ts';

/* The places of a priority's sources; after them a pair for each locality. */
const ALL = 0;
const HEALTHY = 1;
const DEGRADED = 2;
const FIRST_LOCALITY = 3;

/** What is remembered for one priority. Sources are made when they are first needed. */
interface PriorityState {
  readonly sources: (HostSource | undefined)[];
  readonly healthyLocalities: LocalityScheduler | undefined;
  readonly degradedLocalities: LocalityScheduler | undefined;
}

/**
 * Decides which hosts a request may go to, before a policy chooses among them: priority, then panic, then
 * locality (Envoy's `ZoneAwareLoadBalancerBase`; zone-aware routing needs a local cluster and is inactive).
 */
export class HostSourceSelector {
  readonly #config: LoadBalancingConfig;
  readonly #stats: StatBlock;
  readonly #picker: HostPicker;
  readonly #seed: number;
  #hostSets: readonly HostSet[] = [];
  #load: PriorityLoad = { healthy: [], degraded: [], isInPanic: [] };
  #priorities: PriorityState[] = [];
  /** The answer to every request where there is but one, as in most clusters. */
  #only: HostSource | undefined = undefined;

  constructor(config: LoadBalancingConfig, stats: StatBlock, random: Random, picker: HostPicker) {
    this.#config = config;
    this.#stats = stats;
    this.#picker = picker;
    this.#seed = random.uint32();
  }

  /** Takes the hosts of now. Sources keep their turn where they still exist. */
  update(prioritySet: PrioritySet): void {
    const { healthyPanicThresholdPercent, isLocalityWeighted } = this.#config;
    this.#hostSets = prioritySet.hostSets;
    this.#load = calculatePriorityLoad(prioritySet, healthyPanicThresholdPercent);
    this.#priorities = prioritySet.hostSets.map((set, priority) => ({
      sources: this.#priorities[priority]?.sources ?? [],
      healthyLocalities: isLocalityWeighted
        ? createLocalityScheduler(set, 'healthyHosts', prioritySet, this.#seed)
        : undefined,
      degradedLocalities: isLocalityWeighted
        ? createLocalityScheduler(set, 'degradedHosts', prioritySet, this.#seed)
        : undefined,
    }));
    for (const [priority, { sources }] of this.#priorities.entries()) {
      for (const [place, source] of sources.entries()) {
        if (source === undefined) continue;
        source.hosts = this.#hostsAt(priority, place);
        this.#picker.prepare(source);
      }
    }
    const { healthy, isInPanic } = this.#load;
    const isSimple = healthy[0] === 100 && isInPanic[0] === false && !isLocalityWeighted;
    this.#only = isSimple ? this.#sourceAt(0, HEALTHY) : undefined;
  }

  /** `hash` is a random number of 32 bits. Nothing when the policy is to fail in a panic. */
  choose(hash: number): HostSource | undefined {
    return this.#only ?? this.#chooseByLoad((hash % 100) + 1);
  }

  /** `percent` is 1 to 100. */
  #chooseByLoad(percent: number): HostSource | undefined {
    const { healthy, degraded } = this.#load;
    let load = 0;
    for (let priority = 0; priority < healthy.length; priority++) {
      load += healthy[priority] as number;
      if (percent <= load) return this.#chooseIn(priority, HEALTHY);
    }
    for (let priority = 0; priority < degraded.length; priority++) {
      load += degraded[priority] as number;
      if (percent <= load) return this.#chooseIn(priority, DEGRADED);
    }
    return undefined;
  }

  #chooseIn(priority: number, health: typeof HEALTHY | typeof DEGRADED): HostSource | undefined {
    if (this.#load.isInPanic[priority] === true) {
      this.#stats.inc(clusterStats.field.lb_healthy_panic);
      return this.#config.failTrafficOnPanic ? undefined : this.#sourceAt(priority, ALL);
    }
    const { healthyLocalities, degradedLocalities } = this.#priorities[priority] as PriorityState;
    const scheduler = health === HEALTHY ? healthyLocalities : degradedLocalities;
    if (scheduler === undefined) return this.#sourceAt(priority, health);
    const place = FIRST_LOCALITY + 2 * scheduler.choose() + (health - HEALTHY);
    return this.#sourceAt(priority, place);
  }

  #sourceAt(priority: number, place: number): HostSource {
    const { sources } = this.#priorities[priority] as PriorityState;
    let source = sources[place];
    if (source === undefined) {
      source = new HostSource(this.#hostsAt(priority, place), this.#seed);
      this.#picker.prepare(source);
      while (sources.length < place) sources.push(undefined);
      sources[place] = source;
    }
    return source;
  }

  #hostsAt(priority: number, place: number): readonly Host[] {
    const set = this.#hostSets[priority] as HostSet;
    if (place === ALL) return set.hosts;
    if (place === HEALTHY) return set.healthyHosts;
    if (place === DEGRADED) return set.degradedHosts;
    const locality = set.localities[(place - FIRST_LOCALITY) >> 1];
    const isHealthy = (place - FIRST_LOCALITY) % 2 === 0;
    return (isHealthy ? locality?.healthyHosts : locality?.degradedHosts) ?? [];
  }
}
