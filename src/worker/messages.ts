import type { AccessLogBatch } from '#access-log/access-log-batches.ts';
import type { AccessLogConfig } from '#access-log/access-log-config.ts';
import type { RuntimeValues } from '#base/runtime.ts';
import type { HttpConnectionManagerConfig } from '#connection-manager/connection-manager-config.ts';
import type { DrainStrategy } from '#connection-manager/drain-decision.ts';
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
  /** Counts the access-log bytes that the main thread took over (see `createLedger`). */
  readonly ledger: SharedArrayBuffer;
}

/** A change of configuration; what it names is replaced whole, everything else stays. */
export interface ConfigUpdate {
  readonly kind: 'update';
  readonly clusters: ClusterUpdate | undefined;
  readonly listeners: readonly ListenerSnapshot[];
}

/** What the main thread tells a worker. */
export type WorkerCommand =
  | ConfigUpdate
  /** Memory for statistics; comes before what refers to it. */
  | { readonly kind: 'statSegments'; readonly segments: readonly SharedArrayBuffer[] }
  /** What the other workers count in, all of it; to be read only. */
  | {
      readonly kind: 'peerStats';
      readonly peers: readonly (readonly SharedArrayBuffer[])[];
    }
  /** All values of the runtime. */
  | { readonly kind: 'runtime'; readonly values: RuntimeValues }
  /** Stop accepting; connections finish what they do. */
  | { readonly kind: 'stopListeners'; readonly names: readonly string[] }
  /** Ask the connections to go, within this time. */
  | {
      readonly kind: 'drain';
      readonly names: readonly string[];
      readonly strategy: DrainStrategy;
      readonly durationMs: number;
    }
  /** While health checks are failed, connections close with their next answer. */
  | { readonly kind: 'healthChecks'; readonly areFailed: boolean }
  /** Answered with a report of the same kind: everything before it was carried out. */
  | { readonly kind: 'initialized' }
  | { readonly kind: 'shutDown' };

/** What a worker tells the main thread. */
export type WorkerReport =
  | { readonly kind: 'listening'; readonly name: string; readonly port: number }
  | { readonly kind: 'listenFailed'; readonly name: string; readonly reason: string }
  | { readonly kind: 'initialized' }
  /** The answer to `shutDown`: nothing more comes from this worker. */
  | { readonly kind: 'drained' }
  | { readonly kind: 'accessLog'; readonly batch: AccessLogBatch }
  /** Lines that were lost because the main thread does not keep up. */
  | { readonly kind: 'accessLogDropped'; readonly lines: number }
  | { readonly kind: 'stats'; readonly announcement: NamedStatsAnnouncement };
