import type { SlotAddress } from '#stats/stat-memory.ts';
import type { AssignmentConfig, ClusterConfig, HostConfig } from '#upstream/cluster-config.ts';
import type { ResourceAddress } from '#upstream/resource-memory.ts';

/** A host as the main thread announces it. */
export interface HostSnapshot extends HostConfig {
  /** The same id means the same host, whose connections stay; ids are not used again. */
  readonly id: number;
  /** Where the block of `hostStats` lies. */
  readonly statsAddress: SlotAddress;
}

export interface ClusterSnapshot {
  readonly config: ClusterConfig;
  /** Where the block of `clusterStats` lies. */
  readonly statsAddress: SlotAddress;
  /** Where the block of `http2Stats` lies; absent where HTTP/2 is never spoken. */
  readonly http2StatsAddress: SlotAddress | undefined;
  /** Where the circuit breakers' occupancy lies. */
  readonly resourceAddress: ResourceAddress;
  readonly assignment: AssignmentConfig<HostSnapshot>;
}

/** All hosts of a known cluster after a change of membership, weight or health. */
interface HostsUpdate {
  readonly cluster: string;
  readonly assignment: AssignmentConfig<HostSnapshot>;
}

/** What the main thread tells every worker, the same for all. Applied whole. */
export interface ClusterUpdate {
  /** New shared memory for circuit breakers, to be appended to what there is. */
  readonly resourceSegments: readonly SharedArrayBuffer[];
  /** Clusters that are new or changed in more than their hosts. */
  readonly set: readonly ClusterSnapshot[];
  readonly removed: readonly string[];
  readonly hosts: readonly HostsUpdate[];
}
