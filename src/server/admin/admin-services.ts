import type { Address } from '#network/address.ts';
import type { JsonObject } from '#server/admin/json-value.ts';
import type { LogComponent } from '#server/log/log-component.ts';
import type { LogLevel } from '#server/log/log-level.ts';
import type { ProxyOptions } from '#server/proxy-options.ts';
import type { RuntimeLayerView } from '#server/runtime/runtime-layer.ts';
import type { StatsStore } from '#stats/stats-store.ts';
import type { ClusterView } from '#upstream/cluster-view.ts';

/** Envoy's `ServerInfo.State`. */
export type ServerState = 'PRE_INITIALIZING' | 'INITIALIZING' | 'LIVE' | 'DRAINING';

/** A listener that accepts connections. */
export interface ListenerStatus {
  readonly name: string;
  /** The addresses it is bound to, `additional_addresses` after the main one. */
  readonly localAddresses: readonly Address[];
}

/** The parameters of `/drain_listeners`; without any, listeners stop at once. */
export interface DrainListenersOptions {
  /** Only listeners of which `traffic_direction` is INBOUND. */
  readonly inboundOnly: boolean;
  /** Tell clients to go and wait `--drain-time-s` before listeners stop. */
  readonly graceful: boolean;
  /** Drain connections and never stop the listeners. */
  readonly skipExit: boolean;
}

/** Bytes, as `envoy.admin.v3.Memory` names them. */
export interface MemoryReport {
  readonly allocated: number;
  readonly heapSize: number;
  readonly pageheapUnmapped: number;
  readonly pageheapFree: number;
  readonly totalThreadCache: number;
  readonly totalPhysicalBytes: number;
}

/** What still waits during initialization: the names of targets by manager. */
export interface UnreadyTargets {
  /** `listener-init-target lds`, or whatever the manager is called. */
  readonly manager: string;
  readonly targets: readonly string[];
}

/** The levels that `/logging` shows and changes; `ProxyLogger` is one. */
export interface LogLevels {
  levels(): ReadonlyMap<LogComponent, LogLevel>;
  /** Of one component, or of all. */
  setLevel(level: LogLevel, component?: LogComponent): void;
}

/** The runtime's layers; `Runtime` is one. */
export interface AdminRuntime {
  layers(): readonly RuntimeLayerView[];
  /** Puts values into the admin layer, empty ones take theirs out; tells why where there is none. */
  mergeAdminValues(values: ReadonlyMap<string, string>): string | undefined;
}

/** What the admin pages do to the server. */
export interface AdminActions {
  drainListeners(options: DrainListenersOptions): void;
  /** Ends the process after what is in flight was answered. */
  quit(): void;
  /** `/ready` and health-check filters answer 503 from now on, or 200 again. */
  failHealthChecks(fail: boolean): void;
  reopenAccessLogs(): void;
}

/** Everything that the admin pages need from the server. Read anew for every request. */
export interface AdminServices {
  readonly stats: StatsStore;
  readonly options: ProxyOptions;
  /** Envoy's five parts: `<revision>/<version>/<status>/RELEASE/<TLS library>`. */
  readonly version: string;
  /** The bootstrap's `admin.profile_path`: where a CPU profile goes. */
  readonly profilePath: string;
  state(): ServerState;
  /** Whole seconds since the process started. */
  uptimeSeconds(): number;
  /** `core.v3.Node` in JSON, with what the server adds to the bootstrap's. */
  node(): JsonObject;
  listeners(): readonly ListenerStatus[];
  /** Warmed clusters, in the order in which they were added. */
  clusters(): Iterable<ClusterView>;
  /** The sections of `/config_dump` but endpoints, in Envoy's order, each with its `@type`. */
  configDump(): readonly JsonObject[];
  unreadyTargets(): readonly UnreadyTargets[];
  /** `envoy.admin.v3.Certificate` in JSON, one for each TLS context. */
  certificates(): readonly JsonObject[];
  readonly logLevels: LogLevels;
  memory(): MemoryReport;
  readonly runtime: AdminRuntime;
  readonly actions: AdminActions;
}
