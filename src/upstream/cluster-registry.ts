import type { StatBlock } from '#stats/stat-block.ts';
import type { SlotAddress } from '#stats/stat-memory.ts';
import type { StatsStore } from '#stats/stats-store.ts';
import type { AssignmentConfig, ClusterConfig, HostConfig } from '#upstream/cluster-config.ts';
import { clusterMainStats, clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { ClusterSnapshot, ClusterUpdate, HostSnapshot } from '#upstream/cluster-update.ts';
import type { ClusterDefinition } from '#upstream/from-proto.ts';
import { ResourceLayout } from '#upstream/resource-layout.ts';
import type { ResourceAddress } from '#upstream/resource-memory.ts';
import { clusterStatPrefix } from '#upstream/stat-prefix.ts';

/** A cluster as the main thread keeps it. */
interface RegisteredCluster {
  readonly config: ClusterConfig;
  readonly statsAddress: SlotAddress;
  readonly resourceAddress: ResourceAddress;
  readonly mainStats: StatBlock;
  assignment: AssignmentConfig<HostSnapshot>;
}

/** All clusters of the process: the main thread's side, which tells workers what they need. */
export class ClusterRegistry {
  readonly #stats: StatsStore;
  readonly #resources: ResourceLayout;
  readonly #publish: (update: ClusterUpdate) => void;
  readonly #clusters = new Map<string, RegisteredCluster>();
  #publishedSegments = 0;
  #nextHostId = 1;

  /**
   * `workers` is how many workers there can be at a time; `publish` passes an update on to those that
   * run now.
   */
  constructor(stats: StatsStore, workers: number, publish: (update: ClusterUpdate) => void) {
    this.#stats = stats;
    this.#resources = new ResourceLayout(workers);
    this.#publish = publish;
  }

  /** Adds clusters, or replaces those of the same name. */
  set(definitions: readonly ClusterDefinition[]): void {
    const set = definitions.map((definition) => {
      const cluster = this.#register(definition);
      this.#clusters.set(definition.config.name, cluster);
      return snapshotOf(cluster);
    });
    this.#publishUpdate({ set, removed: [], hosts: [] });
  }

  /** Everything, for a worker that starts now. */
  fullUpdate(): ClusterUpdate {
    return {
      resourceSegments: this.#resources.segments,
      set: [...this.#clusters.values()].map(snapshotOf),
      removed: [],
      hosts: [],
    };
  }

  /** A worker ended; what it held of circuit breakers is free again. */
  workerEnded(worker: number): void {
    this.#resources.reclaim(worker);
  }

  #register({ config, assignment }: ClusterDefinition): RegisteredCluster {
    const prefix = clusterStatPrefix(config);
    return {
      config,
      statsAddress: this.#stats.allocate(clusterStats, prefix),
      resourceAddress: this.#resources.take(),
      mainStats: this.#stats.block(clusterMainStats, prefix),
      assignment: {
        ...assignment,
        localities: assignment.localities.map((group) => ({
          ...group,
          hosts: group.hosts.map((host) => this.#createHost(host)),
        })),
      },
    };
  }

  #createHost(host: HostConfig): HostSnapshot {
    const statsAddress = this.#stats.allocateHidden(hostStats);
    return { ...host, id: this.#nextHostId++, statsAddress };
  }

  #publishUpdate(update: Omit<ClusterUpdate, 'resourceSegments'>): void {
    const resourceSegments = this.#resources.segments.slice(this.#publishedSegments);
    this.#publishedSegments = this.#resources.segments.length;
    this.#publish({ resourceSegments, ...update });
  }
}

function snapshotOf(cluster: RegisteredCluster): ClusterSnapshot {
  const { config, statsAddress, resourceAddress, assignment } = cluster;
  return { config, statsAddress, resourceAddress, assignment };
}
