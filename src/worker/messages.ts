import type { AccessLogConfig } from '#access-log/access-log-config.ts';
import type { HttpConnectionManagerConfig } from '#http/connection-manager-config.ts';
import type { ListenerConfig } from '#network/listener-config.ts';
import type { NamedStatsAnnouncement } from '#stats/named-stats.ts';
import type { SlotAddress } from '#stats/stat-memory.ts';
import type { ClusterUpdate } from '#upstream/cluster-update.ts';

export type WorkerListenerConfig = ListenerConfig<HttpConnectionManagerConfig, AccessLogConfig>;

/** Where a listener and its connection managers count. */
export interface ListenerSnapshot {
  readonly config: WorkerListenerConfig;
  readonly statsAddress: SlotAddress;
  /** `listener.<address>.worker_<n>.`, by the worker's index. */
  readonly workerStatsAddresses: readonly SlotAddress[];
  /** By `stat_prefix` of the connection managers in the listener. */
  readonly managerStats: Readonly<Record<string, ManagerStatAddresses>>;
}

export interface ManagerStatAddresses {
  readonly manager: SlotAddress;
  readonly listener: SlotAddress;
}

/** Facts about the process that never change. */
export interface WorkerIdentity {
  /** Counts from 0; a worker that replaces another one has its index. */
  readonly index: number;
  readonly serviceCluster: string;
  readonly serviceNode: string;
  readonly localIp: string;
}

/** A change of configuration; what it names is replaced whole, everything else stays. */
export interface ConfigUpdate {
  readonly kind: 'update';
  /** Memory for statistics that the update's addresses may lie in. */
  readonly statSegments: readonly SharedArrayBuffer[];
  readonly clusters: ClusterUpdate | undefined;
  readonly listeners: readonly ListenerSnapshot[];
}

/** What the main thread tells a worker. */
export type WorkerCommand =
  | ConfigUpdate
  /** Stop accepting; connections finish what they do. */
  | { readonly kind: 'stopListeners'; readonly names: readonly string[] }
  | { readonly kind: 'drain'; readonly isGraceful: boolean }
  | { readonly kind: 'shutDown' };

/** What a worker tells the main thread. */
export type WorkerReport =
  | { readonly kind: 'listening'; readonly name: string; readonly port: number }
  | { readonly kind: 'listenFailed'; readonly name: string; readonly reason: string }
  | { readonly kind: 'updated' }
  | { readonly kind: 'stats'; readonly announcement: NamedStatsAnnouncement };
