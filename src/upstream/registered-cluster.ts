import { http2Stats } from '#http/h2/http2-stats.ts';
import { formatAddress } from '#network/address.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { StatKind } from '#stats/stat-group.ts';
import type { SlotAddress } from '#stats/stat-memory.ts';
import type { StatsStore } from '#stats/stats-store.ts';
import type {
  AssignmentConfig,
  CircuitBreakerThresholds,
  ClusterConfig,
} from '#upstream/cluster-config.ts';
import { clusterMainStats, clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { ClusterSnapshot, HostSnapshot } from '#upstream/cluster-update.ts';
import type { ClusterView, HostView } from '#upstream/cluster-view.ts';
import { DEFAULT_OVERPROVISIONING_FACTOR } from '#upstream/defaults.ts';
import type { DnsDiscovery } from '#upstream/dns/dns-discovery.ts';
import { healthOf, isExcludedFromHealth } from '#upstream/health-flags.ts';
import { isCanary } from '#upstream/host.ts';
import type { ResourceLayout } from '#upstream/resource-layout.ts';
import { highPriorityAddress } from '#upstream/resource-manager.ts';
import { Resource, type ResourceAddress } from '#upstream/resource-memory.ts';
import { clusterStatPrefix } from '#upstream/stat-prefix.ts';

const { field } = clusterMainStats;

/** A limit with the gauges that tell how far it is from being reached. */
interface BreakerGauge {
  readonly resource: number;
  readonly limit: Exclude<keyof CircuitBreakerThresholds, 'trackRemaining'>;
  readonly defaultOpen: number;
  readonly highOpen: number;
  readonly remaining: string;
}

const BREAKER_GAUGES: readonly BreakerGauge[] = [
  {
    resource: Resource.connections,
    limit: 'maxConnections',
    defaultOpen: field['circuit_breakers.default.cx_open'],
    highOpen: field['circuit_breakers.high.cx_open'],
    remaining: 'remaining_cx',
  },
  {
    resource: Resource.pendingRequests,
    limit: 'maxPendingRequests',
    defaultOpen: field['circuit_breakers.default.rq_pending_open'],
    highOpen: field['circuit_breakers.high.rq_pending_open'],
    remaining: 'remaining_pending',
  },
  {
    resource: Resource.requests,
    limit: 'maxRequests',
    defaultOpen: field['circuit_breakers.default.rq_open'],
    highOpen: field['circuit_breakers.high.rq_open'],
    remaining: 'remaining_rq',
  },
  {
    resource: Resource.retries,
    limit: 'maxRetries',
    defaultOpen: field['circuit_breakers.default.rq_retry_open'],
    highOpen: field['circuit_breakers.high.rq_retry_open'],
    remaining: 'remaining_retries',
  },
];

const NO_HOSTS: AssignmentConfig<HostSnapshot> = {
  localities: [],
  overprovisioningFactor: DEFAULT_OVERPROVISIONING_FACTOR,
  weightedPriorityHealth: false,
};

/** A cluster as the main thread keeps it. */
export class RegisteredCluster {
  readonly config: ClusterConfig;
  readonly statsAddress: SlotAddress;
  readonly http2StatsAddress: SlotAddress | undefined;
  readonly mainStatsAddress: SlotAddress;
  readonly resourceAddress: ResourceAddress;
  /** Fields are those of `clusterMainStats`. */
  readonly mainStats: StatBlock;
  /** Undefined for a static cluster. */
  discovery: DnsDiscovery | undefined = undefined;
  #assignment: AssignmentConfig<HostSnapshot>;

  constructor(config: ClusterConfig, stats: StatsStore, resourceAddress: ResourceAddress) {
    const prefix = clusterStatPrefix(config);
    this.config = config;
    this.statsAddress = stats.allocate(clusterStats, prefix);
    this.http2StatsAddress =
      config.http.http2 === undefined ? undefined : stats.allocate(http2Stats, `${prefix}http2.`);
    this.mainStatsAddress = stats.allocate(clusterMainStats, prefix);
    this.mainStats = stats.main.block(clusterMainStats, this.mainStatsAddress, prefix);
    this.resourceAddress = resourceAddress;
    this.#assignment = NO_HOSTS;
  }

  get assignment(): AssignmentConfig<HostSnapshot> {
    return this.#assignment;
  }

  get hosts(): HostSnapshot[] {
    return this.#assignment.localities.flatMap((group) => group.hosts);
  }

  /** Tells whether hosts came or went, rather than changed. */
  setAssignment(assignment: AssignmentConfig<HostSnapshot>): boolean {
    const changes = countChangedPriorities(this.#assignment, assignment);
    this.#assignment = assignment;
    const { hosts, mainStats } = this;
    const flags = hosts.map((host) => host.healthFlags);
    mainStats.add(field.membership_change, changes);
    mainStats.set(field.membership_total, hosts.length);
    mainStats.set(
      field.membership_healthy,
      flags.filter((one) => healthOf(one) === 'healthy').length,
    );
    mainStats.set(
      field.membership_degraded,
      flags.filter((one) => healthOf(one) === 'degraded').length,
    );
    mainStats.set(field.membership_excluded, flags.filter(isExcludedFromHealth).length);
    return changes > 0;
  }

  snapshot(): ClusterSnapshot {
    const { config, statsAddress, http2StatsAddress, resourceAddress, assignment } = this;
    return { config, statsAddress, http2StatsAddress, resourceAddress, assignment };
  }

  /** Brings the circuit breakers' gauges up to date. */
  refreshBreakerGauges(resources: ResourceLayout): void {
    const { circuitBreakers } = this.config;
    this.mainStats.set(field.warming_state, 0);
    // There is no limit on pools, so none is ever reached.
    if (resources.countOf(this.resourceAddress, Resource.connections) !== undefined)
      this.mainStats.set(field['circuit_breakers.default.cx_pool_open'], 0);
    for (const gauge of BREAKER_GAUGES) {
      this.#refreshGauge(resources, 'default', circuitBreakers.default, gauge);
      this.#refreshGauge(resources, 'high', circuitBreakers.high, gauge);
    }
  }

  #refreshGauge(
    resources: ResourceLayout,
    priority: 'default' | 'high',
    limits: CircuitBreakerThresholds,
    gauge: BreakerGauge,
  ): void {
    const isDefault = priority === 'default';
    const address = isDefault ? this.resourceAddress : highPriorityAddress(this.resourceAddress);
    const count = resources.countOf(address, gauge.resource);
    const max = limits[gauge.limit];
    if (limits.trackRemaining) {
      const name = `circuit_breakers.${priority}.${gauge.remaining}`;
      this.mainStats.gauge(name).set(Math.max(0, max - (count ?? 0)));
    }
    if (count === undefined) return;
    this.mainStats.set(isDefault ? gauge.defaultOpen : gauge.highOpen, count >= max ? 1 : 0);
  }

  view(stats: StatsStore): ClusterView {
    const { name, observabilityName, circuitBreakers } = this.config;
    const hosts = this.#assignment.localities.flatMap((group) =>
      group.hosts.map((host) => viewOf(host, group.priority, group.locality, stats)),
    );
    return {
      name,
      observabilityName,
      edsServiceName: '',
      addedViaApi: false,
      defaultLimits: circuitBreakers.default,
      highLimits: circuitBreakers.high,
      hasOutlierDetection: false,
      hosts,
    };
  }
}

/** At each priority of which the hosts are not the same as before, there was a change. */
function countChangedPriorities(
  before: AssignmentConfig<HostSnapshot>,
  after: AssignmentConfig<HostSnapshot>,
): number {
  const priorities = new Set(
    [...before.localities, ...after.localities].map((one) => one.priority),
  );
  let changes = 0;
  for (const priority of priorities) {
    const old = hostsAt(before, priority);
    const now = hostsAt(after, priority);
    if (old.size !== now.size || old.union(now).size !== old.size) changes++;
  }
  return changes;
}

/** A logical host that got another address counts as another host. */
function hostsAt(assignment: AssignmentConfig<HostSnapshot>, priority: number): Set<string> {
  const groups = assignment.localities.filter((group) => group.priority === priority);
  const hosts = groups.flatMap((group) => group.hosts);
  return new Set(hosts.map((host) => `${host.id} ${formatAddress(host.address)}`));
}

function viewOf(
  host: HostSnapshot,
  priority: number,
  locality: HostView['locality'],
  stats: StatsStore,
): HostView {
  const { address, hostname, weight, healthFlags, statsAddress } = host;
  const valuesOf = (kind: StatKind): (readonly [string, number])[] =>
    hostStats.fields.flatMap((field, index) =>
      field.kind === kind ? [[field.name, stats.read(statsAddress, index)] as const] : [],
    );
  return {
    address,
    hostname,
    weight,
    priority,
    locality,
    healthFlags,
    canary: isCanary(host),
    counters: valuesOf('counter'),
    gauges: valuesOf('gauge'),
  };
}
