import type { Random } from '#base/random.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { WorkerStats } from '#stats/worker-stats.ts';
import type { UpstreamClusterInfo } from '#stream-info/stream-info.ts';
import type { AssignmentConfig, ClusterConfig, RoutingPriority } from '#upstream/cluster-config.ts';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { ClusterSnapshot, HostSnapshot } from '#upstream/cluster-update.ts';
import { ClusterGrpcStats } from '#upstream/grpc-stats.ts';
import { Host } from '#upstream/host.ts';
import { createPrioritySet, type PrioritySet } from '#upstream/host-set.ts';
import { createLoadBalancer } from '#upstream/lb/create-load-balancer.ts';
import type { LoadBalancer } from '#upstream/lb/load-balancer.ts';
import { highPriorityAddress, ResourceManager } from '#upstream/resource-manager.ts';
import type { ResourceAddress, ResourceMemory } from '#upstream/resource-memory.ts';
import { ResponseCodeStats } from '#upstream/response-code-stats.ts';
import { ResponseTimeStats } from '#upstream/response-time-stats.ts';
import { clusterStatPrefix } from '#upstream/stat-prefix.ts';

/** What a worker's clusters have in common. */
export interface ClusterEnvironment {
  readonly stats: WorkerStats;
  readonly random: Random;
  readonly resources: ResourceMemory;
  /**
   * The host is no longer in use: its connections finish what they do and close. If it has a pool, whoever
   * hears this calls `releaseHost` once nothing writes to the host's statistics any more.
   */
  readonly onHostRemoved: (host: Host, cluster: Cluster) => void;
}

/** A cluster as one worker sees it. A changed configuration makes another object; changed hosts do not. */
export class Cluster {
  readonly config: ClusterConfig;
  readonly name: string;
  /** What logs say of it. */
  readonly info: UpstreamClusterInfo;
  /** Fields are those of `clusterStats`. */
  readonly stats: StatBlock;
  /** Fields are those of `http2Stats`; absent where HTTP/2 is never spoken. */
  readonly http2Stats: StatBlock | undefined;
  readonly responseCodeStats: ResponseCodeStats;
  readonly responseTimeStats: ResponseTimeStats;
  readonly loadBalancer: LoadBalancer;
  readonly #environment: ClusterEnvironment;
  readonly #resourceAddress: ResourceAddress;
  #prioritySet: PrioritySet;
  #grpcStats: ClusterGrpcStats | undefined = undefined;
  #defaultResources: ResourceManager | undefined = undefined;
  #highResources: ResourceManager | undefined = undefined;

  constructor(snapshot: ClusterSnapshot, environment: ClusterEnvironment) {
    const { config } = snapshot;
    const prefix = clusterStatPrefix(config);
    this.config = config;
    this.name = config.name;
    this.info = {
      name: config.name,
      statName: config.observabilityName,
      metadata: config.metadata,
    };
    this.stats = environment.stats.block(clusterStats, snapshot.statsAddress, prefix);
    this.http2Stats =
      snapshot.http2StatsAddress === undefined
        ? undefined
        : environment.stats.block(http2Stats, snapshot.http2StatsAddress, `${prefix}http2.`);
    this.responseCodeStats = new ResponseCodeStats(this.stats);
    this.responseTimeStats = new ResponseTimeStats(this.stats);
    this.#environment = environment;
    this.#resourceAddress = snapshot.resourceAddress;
    this.#prioritySet = createPrioritySet(this.#createHosts(snapshot.assignment, []));
    this.loadBalancer = createLoadBalancer(
      config.loadBalancing,
      this.#prioritySet,
      this.stats,
      environment.random,
    );
  }

  /** The circuit breaker for a priority; made when first asked for, as most clusters never use `high`. */
  resources(priority: RoutingPriority): ResourceManager {
    const { circuitBreakers } = this.config;
    const memory = this.#environment.resources;
    if (priority === 'default') {
      this.#defaultResources ??= new ResourceManager(
        circuitBreakers.default,
        memory,
        this.#resourceAddress,
      );
      return this.#defaultResources;
    }
    this.#highResources ??= new ResourceManager(
      circuitBreakers.high,
      memory,
      highPriorityAddress(this.#resourceAddress),
    );
    return this.#highResources;
  }

  /** Statistics of gRPC calls; made when first asked for. */
  get grpcStats(): ClusterGrpcStats {
    this.#grpcStats ??= new ClusterGrpcStats(this.stats);
    return this.#grpcStats;
  }

  get prioritySet(): PrioritySet {
    return this.#prioritySet;
  }

  /** Every host, of all priorities. */
  get hosts(): readonly Host[] {
    const { hostSets } = this.#prioritySet;
    return hostSets.length === 1 && hostSets[0] !== undefined
      ? hostSets[0].hosts
      : hostSets.flatMap((set) => set.hosts);
  }

  /** Takes a new membership; hosts that stay are the same objects as before. */
  updateHosts(assignment: AssignmentConfig<HostSnapshot>): void {
    const before = this.hosts;
    this.#prioritySet = createPrioritySet(this.#createHosts(assignment, before));
    this.loadBalancer.onHostsChanged(this.#prioritySet);
    const remaining = new Set(this.hosts);
    for (const host of before) {
      if (!remaining.has(host)) this.#retire(host);
    }
  }

  /** The cluster is no longer configured (or not like this): every host goes. */
  remove(): void {
    for (const host of this.hosts) this.#retire(host);
  }

  /** A removed host has no connection left: its statistics' memory can be used for another one. */
  releaseHost(host: Host): void {
    this.#environment.stats.drop(host.statsAddress);
  }

  #retire(host: Host): void {
    const isUnused = host.pool === undefined;
    this.#environment.onHostRemoved(host, this);
    if (isUnused) this.releaseHost(host);
  }

  #createHosts(
    assignment: AssignmentConfig<HostSnapshot>,
    before: readonly Host[],
  ): AssignmentConfig<Host> {
    const known = new Map<number, Host>();
    for (const host of before) known.set(host.id, host);
    const { stats } = this.#environment;
    const localities = assignment.localities.map((group) => ({
      priority: group.priority,
      locality: group.locality,
      weight: group.weight,
      hosts: group.hosts.map((snapshot) => {
        const host = known.get(snapshot.id);
        if (host !== undefined) {
          host.update(snapshot, group.priority, group.locality);
          return host;
        }
        const block = stats.block(hostStats, snapshot.statsAddress, '');
        return new Host(snapshot, group.priority, group.locality, block);
      }),
    }));
    return { ...assignment, localities };
  }
}
