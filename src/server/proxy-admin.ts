import { toEnvoyJson } from '#config/envoy-json.ts';
import type {
  AdminActions,
  AdminRuntime,
  AdminServices,
  ListenerStatus,
  LogLevels,
  MemoryReport,
  ServerState,
  UnreadyTargets,
} from '#server/admin/admin-services.ts';
import type { JsonObject } from '#server/admin/json-value.ts';
import { buildVersion, formatBuildVersion } from '#server/build-version.ts';
import { bootstrapDump, clustersDump, listenersDump, routesDump } from '#server/config-dump.ts';
import type { Proxy } from '#server/proxy.ts';
import type { ProxyOptions } from '#server/proxy-options.ts';
import type { StatsStore } from '#stats/stats-store.ts';
import type { ClusterView } from '#upstream/cluster-view.ts';

/** The proxy as the admin pages see it. */
export class ProxyAdmin implements AdminServices {
  readonly #proxy: Proxy;
  readonly actions: AdminActions;

  constructor(proxy: Proxy) {
    this.#proxy = proxy;
    this.actions = {
      drainListeners: (options) => proxy.drainListeners(options),
      quit: () => proxy.quit('/quitquitquit'),
      failHealthChecks: (fail) => proxy.failHealthChecks(fail),
      reopenAccessLogs: () => proxy.reopenLogs(),
    };
  }

  get stats(): StatsStore {
    this.#proxy.refreshGauges();
    return this.#proxy.stats;
  }

  get options(): ProxyOptions {
    return this.#proxy.options;
  }

  get version(): string {
    return formatBuildVersion(buildVersion());
  }

  get profilePath(): string {
    return this.#proxy.profilePath;
  }

  get logLevels(): LogLevels {
    return this.#proxy.logger;
  }

  get runtime(): AdminRuntime {
    return this.#proxy.runtime;
  }

  state(): ServerState {
    return this.#proxy.state;
  }

  uptimeSeconds(): number {
    return Math.floor((Date.now() - this.#proxy.startWallMs) / 1000);
  }

  node(): JsonObject {
    const { node } = this.#proxy.record.decode();
    if (node === undefined) return {};
    const json = toEnvoyJson(node);
    const { locality } = json;
    // The one message that Envoy prints with its empty fields.
    const places = { region: '', zone: '', sub_zone: '' };
    return locality === undefined
      ? json
      : { ...json, locality: { ...places, ...(locality as JsonObject) } };
  }

  listeners(): readonly ListenerStatus[] {
    return this.#proxy.listeners.status();
  }

  clusters(): Iterable<ClusterView> {
    return this.#proxy.clusters.clustersView();
  }

  configDump(): readonly JsonObject[] {
    const bootstrap = this.#proxy.record.decode();
    const updated = new Date(this.#proxy.startWallMs).toISOString();
    return [
      bootstrapDump(bootstrap, updated),
      clustersDump(bootstrap, updated),
      listenersDump(bootstrap, updated),
      routesDump(bootstrap, updated),
    ];
  }

  unreadyTargets(): readonly UnreadyTargets[] {
    return [];
  }

  certificates(): readonly JsonObject[] {
    return [];
  }

  memory(): MemoryReport {
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    return {
      allocated: heapUsed + external,
      heapSize: heapTotal + external,
      pageheapUnmapped: 0,
      pageheapFree: heapTotal - heapUsed,
      totalThreadCache: 0,
      totalPhysicalBytes: rss,
    };
  }
}
