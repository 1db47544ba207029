import type { StatBlock } from '#stats/stat-block.ts';
import type { StatsStore } from '#stats/stats-store.ts';
import type {
  AssignmentConfig,
  ClusterDefinition,
  DiscoveryConfig,
  HostConfig,
} from '#upstream/cluster-config.ts';
import { clusterManagerStats } from '#upstream/cluster-manager-stats.ts';
import { clusterMainStats } from '#upstream/cluster-stats.ts';
import type { ClusterUpdate, HostSnapshot } from '#upstream/cluster-update.ts';
import type { ClusterView } from '#upstream/cluster-view.ts';
import { DnsDiscovery } from '#upstream/dns/dns-discovery.ts';
import type { DnsEnvironment } from '#upstream/dns/name-watch.ts';
import { HostFactory } from '#upstream/host-factory.ts';
import { RegisteredCluster } from '#upstream/registered-cluster.ts';
import { ResourceLayout } from '#upstream/resource-layout.ts';

const { field } = clusterManagerStats;
const total_match_count = clusterMainStats.field['default.total_match_count'];

export interface ClusterRegistryOptions {
  readonly stats: StatsStore;
  /** How many workers there can be at a time. */
  readonly workers: number;
  readonly dns: DnsEnvironment;
  /** Passes an update on to the workers that run now. */
  readonly publish: (update: ClusterUpdate) => void;
}

/** All clusters of the process: the main thread's side, which tells workers what they need. */
export class ClusterRegistry {
  readonly #options: ClusterRegistryOptions;
  readonly #resources: ResourceLayout;
  readonly #hosts: HostFactory;
  readonly #stats: StatBlock;
  readonly #clusters = new Map<string, RegisteredCluster>();
  readonly #warming = new Set<RegisteredCluster>();
  #waiting: (() => void)[] = [];
  #publishedSegments = 0;

  constructor(options: ClusterRegistryOptions) {
    this.#options = options;
    this.#resources = new ResourceLayout(options.workers);
    this.#hosts = new HostFactory(options.stats);
    this.#stats = options.stats.block(clusterManagerStats, 'cluster_manager.');
  }

  /** Adds clusters of names that there are none of yet, and begins to resolve their hosts. */
  add(definitions: readonly ClusterDefinition[]): void {
    const added = definitions.map((definition) => this.#register(definition));
    this.#stats.add(field.cluster_added, added.length);
    this.#stats.set(field.active_clusters, this.#clusters.size);
    this.#countInflated();
    const set = added.map((cluster) => cluster.snapshot());
    this.#publish({ set, removed: [], hosts: [] });
    for (const cluster of added) cluster.discovery?.start();
  }

  /** Resolves when every cluster that is to be waited for knows its hosts, or could not find any. */
  whenInitialized(): Promise<void> {
    if (this.#warming.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Everything, for a worker that starts now. */
  fullUpdate(): ClusterUpdate {
    return {
      resourceSegments: this.#resources.segments,
      set: [...this.#clusters.values()].map((cluster) => cluster.snapshot()),
      removed: [],
      hosts: [],
    };
  }

  /** A worker ended; what it held of circuit breakers is free again. */
  workerEnded(worker: number): void {
    this.#resources.reclaim(worker);
  }

  /** Brings gauges up to date that no single thread could keep. Before statistics are shown. */
  refreshGauges(): void {
    for (const cluster of this.#clusters.values()) cluster.refreshBreakerGauges(this.#resources);
  }

  /** What `/clusters` shows. */
  clustersView(): ClusterView[] {
    return [...this.#clusters.values()].map((cluster) => cluster.view(this.#options.stats));
  }

  /** Ends all resolving. */
  close(): void {
    for (const cluster of this.#clusters.values()) cluster.discovery?.stop();
  }

  #register({ config, discovery }: ClusterDefinition): RegisteredCluster {
    const { stats } = this.#options;
    const cluster = new RegisteredCluster(config, stats, this.#resources.take());
    this.#clusters.set(config.name, cluster);
    if (discovery.kind === 'static') {
      const assignment = this.#createHosts(discovery.assignment);
      cluster.setAssignment(assignment);
      cluster.mainStats.add(total_match_count, cluster.hosts.length);
    } else {
      this.#warming.add(cluster);
      cluster.discovery = this.#discover(cluster, discovery);
    }
    return cluster;
  }

  #createHosts(assignment: AssignmentConfig<HostConfig>): AssignmentConfig<HostSnapshot> {
    return {
      ...assignment,
      localities: assignment.localities.map((group) => ({
        ...group,
        hosts: group.hosts.map((host) => this.#hosts.create(host)),
      })),
    };
  }

  #discover(
    cluster: RegisteredCluster,
    discovery: Exclude<DiscoveryConfig, { kind: 'static' }>,
  ): DnsDiscovery {
    return new DnsDiscovery(discovery, this.#options.dns, cluster.mainStats, this.#hosts, {
      onHostsChanged: (assignment, removed) => this.#onHostsChanged(cluster, assignment, removed),
      onInitialized: () => this.#onInitialized(cluster),
    });
  }

  #onHostsChanged(
    cluster: RegisteredCluster,
    assignment: AssignmentConfig<HostSnapshot>,
    removed: readonly HostSnapshot[],
  ): void {
    const isMembershipChanged = cluster.setAssignment(assignment);
    if (isMembershipChanged && !this.#warming.has(cluster)) this.#stats.inc(field.cluster_updated);
    const hosts = [{ cluster: cluster.config.name, assignment }];
    this.#publish({ set: [], removed: [], hosts });
    for (const host of removed) this.#hosts.release(host);
  }

  #onInitialized(cluster: RegisteredCluster): void {
    this.#warming.delete(cluster);
    if (this.#warming.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Every thread has every cluster; Envoy has names for threads that make them only when asked. */
  #countInflated(): void {
    const threads = ['main_thread'];
    for (let worker = 0; worker < this.#options.workers; worker++) threads.push(`worker_${worker}`);
    for (const thread of threads) {
      const name = `thread_local_cluster_manager.${thread}.clusters_inflated`;
      this.#options.stats.main.gauge(name).set(this.#clusters.size);
    }
  }

  #publish(update: Omit<ClusterUpdate, 'resourceSegments'>): void {
    const resourceSegments = this.#resources.segments.slice(this.#publishedSegments);
    this.#publishedSegments = this.#resources.segments.length;
    this.#options.publish({ resourceSegments, ...update });
  }
}
