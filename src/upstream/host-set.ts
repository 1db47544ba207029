import type { AssignmentConfig, LocalityConfig } from '#upstream/cluster-config.ts';
import { type Health, isExcludedFromHealth } from '#upstream/health-flags.ts';
import type { Host } from '#upstream/host.ts';

/** The hosts of one locality at one priority, by health. */
export interface LocalityHosts {
  /** 0 takes no traffic. */
  readonly weight: number;
  readonly hosts: readonly Host[];
  readonly healthyHosts: readonly Host[];
  readonly degradedHosts: readonly Host[];
  readonly excludedHostsCount: number;
}

/** A cluster's hosts at one priority, as of one update; a later update makes another one. */
export interface HostSet {
  readonly priority: number;
  readonly hosts: readonly Host[];
  readonly healthyHosts: readonly Host[];
  readonly degradedHosts: readonly Host[];
  /** Hosts that count neither as healthy nor against the priority's health. */
  readonly excludedHostsCount: number;
  readonly excludedHostsWeight: number;
  readonly localities: readonly LocalityHosts[];
}

/** A cluster's hosts, by priority: index 0 is used first. There is always a priority 0. */
export interface PrioritySet {
  readonly hostSets: readonly HostSet[];
  readonly overprovisioningFactor: number;
  readonly weightedPriorityHealth: boolean;
}

const NO_HOSTS: readonly Host[] = [];

export function createPrioritySet(assignment: AssignmentConfig<Host>): PrioritySet {
  const { localities, overprovisioningFactor, weightedPriorityHealth } = assignment;
  const highest = localities.reduce((most, one) => Math.max(most, one.priority), 0);
  const hostSets: HostSet[] = [];
  for (let priority = 0; priority <= highest; priority++) {
    const own = localities.filter((one) => one.priority === priority);
    hostSets.push(createHostSet(priority, own));
  }
  return { hostSets, overprovisioningFactor, weightedPriorityHealth };
}

function createHostSet(priority: number, localities: readonly LocalityConfig<Host>[]): HostSet {
  const groups = localities.map(createLocalityHosts);
  const [only] = groups;
  const excluded = groups.flatMap((group) => group.hosts.filter(isExcluded));
  const lists =
    groups.length === 1 && only !== undefined
      ? only
      : {
          hosts: groups.flatMap((group) => group.hosts),
          healthyHosts: groups.flatMap((group) => group.healthyHosts),
          degradedHosts: groups.flatMap((group) => group.degradedHosts),
        };
  return {
    priority,
    hosts: lists.hosts,
    healthyHosts: lists.healthyHosts,
    degradedHosts: lists.degradedHosts,
    excludedHostsCount: excluded.length,
    excludedHostsWeight: excluded.reduce((sum, host) => sum + host.weight, 0),
    localities: groups,
  };
}

function createLocalityHosts(config: LocalityConfig<Host>): LocalityHosts {
  const { hosts, weight } = config;
  return {
    weight,
    hosts,
    healthyHosts: hostsOf(hosts, 'healthy'),
    degradedHosts: hostsOf(hosts, 'degraded'),
    excludedHostsCount: hosts.filter(isExcluded).length,
  };
}

/** The same array when all hosts are of that health: almost always. */
function hostsOf(hosts: readonly Host[], health: Health): readonly Host[] {
  const found = hosts.filter((host) => host.health === health);
  if (found.length === 0) return NO_HOSTS;
  return found.length === hosts.length ? hosts : found;
}

function isExcluded(host: Host): boolean {
  return isExcludedFromHealth(host.healthFlags);
}
