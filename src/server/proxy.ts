import type { Worker as Thread } from 'node:worker_threads';
import { type AccessLog, instantiateAccessLogs } from '#access-log/access-log.ts';
import { AccessLogBatches, createLedger } from '#access-log/access-log-batches.ts';
import type { AccessLogConfig } from '#access-log/access-log-config.ts';
import { AccessLogFiles } from '#access-log/access-log-files.ts';
import { filesystemStats } from '#access-log/filesystem-stats.ts';
import { createRandom } from '#base/random.ts';
import { err, ok, type Result } from '#base/result.ts';
import { RuntimeReader } from '#base/runtime.ts';
import type { Address } from '#network/address.ts';
import { formatAddress } from '#network/address.ts';
import { AdminServer } from '#server/admin/admin-server.ts';
import type { DrainListenersOptions, ServerState } from '#server/admin/admin-services.ts';
import type { BootstrapConfig } from '#server/bootstrap-config.ts';
import type { BootstrapRecord } from '#server/bootstrap-record.ts';
import { ListenerRegistry } from '#server/listener-registry.ts';
import { localIpAddress } from '#server/local-address.ts';
import type { ProxyLogger } from '#server/log/logger.ts';
import { ProxyAdmin } from '#server/proxy-admin.ts';
import type { ProxyOptions } from '#server/proxy-options.ts';
import { releaseMemoryOfStart } from '#server/release-memory.ts';
import { Runtime } from '#server/runtime/runtime.ts';
import { runtimeStats } from '#server/runtime/runtime-stats.ts';
import { serverStats } from '#server/server-stats.ts';
import { WorkerPool, type WorkerPoolOwner } from '#server/worker-pool.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { StatsStore } from '#stats/stats-store.ts';
import { ClusterRegistry } from '#upstream/cluster-registry.ts';
import type { DnsResolver } from '#upstream/dns/dns-resolver.ts';
import { dnsStats } from '#upstream/dns/dns-stats.ts';
import { SystemDnsResolver } from '#upstream/dns/system-dns-resolver.ts';
import type { WorkerCommand, WorkerReport } from '#worker/messages.ts';

const { field } = serverStats;

/** What Envoy shows as `days_until_first_cert_expiring` as long as there are no certificates. */
const NO_CERTIFICATE_DAYS = 2 ** 32 - 1;

/** What Envoy writes when it starts, so that `/stats?usedonly` shows it whatever it is. */
const WRITTEN_AT_START = [
  'compilation_settings.fips_mode',
  'dynamic_unknown_fields',
  'static_unknown_fields',
  'stats_recent_lookups',
  'total_connections',
  'version',
  'wip_protos',
] as const;
/** Envoy's numbers for `server.state`. */
const STATE_NUMBERS = { LIVE: 0, DRAINING: 1, PRE_INITIALIZING: 2, INITIALIZING: 3 } as const;
const CLOSE_FILES_TIMEOUT_MS = 2000;
/** Long enough after the start for those who wait for it to get their first answers. */
const RELEASE_MEMORY_AFTER_MS = 1000;

/** The running proxy: what the main thread owns, from the configuration to the last log line. */
export class Proxy implements WorkerPoolOwner {
  readonly options: ProxyOptions;
  readonly record: BootstrapRecord;
  readonly logger: ProxyLogger;
  readonly #config: BootstrapConfig;
  readonly stats: StatsStore;
  readonly clusters: ClusterRegistry;
  readonly listeners: ListenerRegistry;
  readonly runtime: Runtime;
  readonly startWallMs = Date.now();
  readonly #serverStats: StatBlock;
  readonly #fileStats: StatBlock;
  readonly #files: AccessLogFiles;
  readonly #workers: WorkerPool;
  #admin: AdminServer | undefined = undefined;
  adminAddress: Address | undefined = undefined;
  #state: ServerState = 'PRE_INITIALIZING';
  #areHealthChecksFailed = false;
  /** Workers that have taken their first configuration. */
  readonly #readyWorkers = new Set<number>();
  readonly #startErrors: string[] = [];
  readonly #allReady = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    options: ProxyOptions,
    config: BootstrapConfig,
    record: BootstrapRecord,
    logger: ProxyLogger,
    threads: readonly Thread[],
  ) {
    this.options = options;
    this.#config = config;
    this.record = record;
    this.logger = logger;
    const stats = new StatsStore(config.stats);
    this.stats = stats;
    this.#serverStats = stats.block(serverStats, 'server.');
    this.#fileStats = stats.block(filesystemStats, 'filesystem.');
    this.#files = new AccessLogFiles({
      flushIntervalMs: options.fileFlushIntervalMs,
      stats: this.#fileStats,
    });
    const serviceCluster = options.serviceCluster || record.nodeCluster;
    this.runtime = new Runtime({
      layers: config.runtimeLayers,
      serviceCluster,
      stats: stats.block(runtimeStats, 'runtime.'),
      onChange: (values) => this.#workers.broadcast({ kind: 'runtime', values }),
      onLoadError: (reason) => logger.component('runtime').error(reason),
    });
    this.#workers = new WorkerPool({
      count: options.concurrency,
      store: stats,
      identity: {
        serviceCluster,
        serviceNode: options.serviceNode || record.nodeId,
        localIp: localIpAddress(options.localAddressIpVersion),
      },
      threads,
      owner: this,
    });
    let resolver: DnsResolver | undefined;
    this.clusters = new ClusterRegistry({
      stats,
      workers: options.concurrency,
      dns: {
        // As in Envoy there are no statistics of it before the first name is to be resolved.
        get resolver() {
          resolver ??= new SystemDnsResolver(stats.block(dnsStats, 'dns.cares.'));
          return resolver;
        },
        random: createRandom(),
        wake: (delayMs, run) => {
          const timer = setTimeout(run, delayMs);
          return () => clearTimeout(timer);
        },
      },
      publish: (update) =>
        this.#workers.broadcast({ kind: 'update', clusters: update, listeners: [] }),
    });
    this.listeners = new ListenerRegistry(stats, options.concurrency);
  }

  /** Resolves when the proxy serves, or to why it cannot. */
  async start(): Promise<Result<void, string>> {
    const parsed = this.#config;
    this.#setState('PRE_INITIALIZING');
    this.#serverStats.set(field.concurrency, this.options.concurrency);
    this.#serverStats.set(field.days_until_first_cert_expiring, NO_CERTIFICATE_DAYS);
    for (const name of WRITTEN_AT_START) this.#serverStats.add(field[name], 0);
    const logs = this.#openAccessLogs();
    if (!logs.ok) return logs;
    const admin = await this.#startAdmin();
    if (!admin.ok) return admin;
    this.#setState('INITIALIZING');
    this.clusters.add(parsed.clusters);
    await this.clusters.whenInitialized();
    for (const listener of parsed.listeners) this.listeners.add(listener);
    // The port that the system gives to the first worker is the one that all others listen on.
    this.#workers.start(this.listeners.choosesPort ? 1 : this.options.concurrency);
    await this.#allReady.promise;
    if (this.#startErrors.length > 0) return err(this.#startErrors.join('\n'));
    this.listeners.workersStarted();
    this.#setState('LIVE');
    this.#serverStats.record(field.initialization_time_ms, Date.now() - this.startWallMs);
    this.#timers.push(
      setInterval(() => this.stats.flushHistograms(), parsed.statsFlushIntervalMs).unref(),
    );
    this.#timers.push(setTimeout(releaseMemoryOfStart, RELEASE_MEMORY_AFTER_MS).unref());
    this.logger.component('main').info('all workers serve', {
      listeners: parsed.listeners.length,
      clusters: parsed.clusters.length,
      concurrency: this.options.concurrency,
    });
    return ok(undefined);
  }

  /** Resolves when the proxy was told to end. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  quit(why: string): void {
    this.logger.component('main').warning(`shutting down: ${why}`);
    this.#ended.resolve();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#workers.broadcast({ kind: 'shutDown' });
    await this.#workers.drained();
    await this.#workers.close();
    this.clusters.close();
    this.runtime.close();
    await this.#files.close(CLOSE_FILES_TIMEOUT_MS);
    await this.#admin?.close();
  }

  reopenLogs(): void {
    this.#files.reopen();
    this.logger.reopen();
  }

  get profilePath(): string {
    return this.#config.admin?.profilePath ?? '';
  }

  get state(): ServerState {
    return this.#areHealthChecksFailed && this.#state === 'LIVE' ? 'DRAINING' : this.#state;
  }

  failHealthChecks(fail: boolean): void {
    this.#areHealthChecksFailed = fail;
    this.#setState(this.#state);
    this.#workers.broadcast({ kind: 'healthChecks', areFailed: fail });
  }

  drainListeners(options: DrainListenersOptions): void {
    const names = options.inboundOnly ? this.listeners.inboundNames : this.listeners.names;
    const stop = (): void => {
      if (options.skipExit) return;
      this.#workers.broadcast({ kind: 'stopListeners', names });
      this.listeners.stopped(names.length);
    };
    if (!options.graceful) return stop();
    const durationMs = this.options.drainTimeSeconds * 1000;
    const strategy = this.options.drainStrategy;
    this.#workers.broadcast({ kind: 'drain', names, strategy, durationMs });
    this.#timers.push(setTimeout(stop, durationMs).unref());
  }

  /** Brings gauges up to date that are asked for, not counted. */
  refreshGauges(): void {
    const { rss, heapTotal, heapUsed } = process.memoryUsage();
    this.#serverStats.set(field.uptime, Math.floor((Date.now() - this.startWallMs) / 1000));
    this.#serverStats.set(field.memory_allocated, heapUsed);
    this.#serverStats.set(field.memory_heap_size, heapTotal);
    this.#serverStats.set(field.memory_physical_size, rss);
    this.clusters.refreshGauges();
  }

  // What the workers say.

  initialCommands(): readonly WorkerCommand[] {
    return [
      { kind: 'runtime', values: this.runtime.values },
      { kind: 'healthChecks', areFailed: this.#areHealthChecksFailed },
      {
        kind: 'update',
        clusters: this.clusters.fullUpdate(),
        listeners: this.listeners.snapshots,
      },
      { kind: 'initialized' },
    ];
  }

  onReport(index: number, report: WorkerReport, ledger: SharedArrayBuffer): void {
    switch (report.kind) {
      case 'listening':
        this.listeners.listening(report.name, report.port);
        return;
      case 'listenFailed':
        this.listeners.listenFailed();
        this.#startErrors.push(`listener "${report.name}" cannot be opened: ${report.reason}`);
        return;
      case 'initialized':
        this.#readyWorkers.add(index);
        this.#workers.start();
        if (this.#readyWorkers.size === this.options.concurrency) this.#allReady.resolve();
        return;
      case 'accessLog':
        this.#files.write(report.batch, ledger);
        return;
      case 'accessLogDropped':
        this.#fileStats.add(filesystemStats.field.write_dropped, report.lines);
        return;
      case 'stats':
      case 'drained':
        return;
    }
  }

  onCrashed(index: number, error: unknown): void {
    this.#serverStats.inc(field.worker_crashed);
    this.clusters.workerEnded(index);
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (this.#state === 'LIVE') {
      this.logger.component('main').critical(`worker ${index} crashed and is replaced: ${reason}`);
      return;
    }
    // A worker that cannot even take its first configuration would crash for ever.
    this.#startErrors.push(`worker ${index} cannot start: ${reason}`);
    this.#allReady.resolve();
  }

  #setState(state: ServerState): void {
    this.#state = state;
    this.#serverStats.set(field.state, STATE_NUMBERS[this.state]);
    this.#serverStats.set(field.live, this.state === 'LIVE' ? 1 : 0);
  }

  #openAccessLogs(): Result<void, string> {
    const { listeners, admin } = this.#config;
    const logs = [
      ...listeners.flatMap(({ filterChains, defaultFilterChain, accessLog }) => [
        ...accessLog,
        ...[...filterChains, ...(defaultFilterChain === undefined ? [] : [defaultFilterChain])]
          .flatMap(({ filters }) => filters)
          .flatMap((filter) => filter.accessLog),
      ]),
      ...(admin?.accessLog ?? []),
    ];
    for (const { sink } of logs) {
      const opened = this.#files.open(sink);
      if (!opened.ok) return err(opened.error);
    }
    return ok(undefined);
  }

  /** The admin's own access logs: made here, in the thread that serves its pages. */
  #adminLogs(configs: readonly AccessLogConfig[]): readonly AccessLog[] {
    const ledger = createLedger();
    const batches = new AccessLogBatches({
      ledger,
      post: (batch) => this.#files.write(batch, ledger),
      onDropped: (lines) => this.#fileStats.add(filesystemStats.field.write_dropped, lines),
    });
    return instantiateAccessLogs(configs, batches, {
      runtime: () => new RuntimeReader(this.runtime.values),
      random: () => Math.floor(Math.random() * 2 ** 32),
      nowMs: () => performance.now(),
    });
  }

  async #startAdmin(): Promise<Result<void, string>> {
    const { admin } = this.#config;
    if (admin === undefined) return ok(undefined);
    const log = this.logger.component('admin');
    this.#admin = new AdminServer({
      services: new ProxyAdmin(this),
      accessLogs: this.#adminLogs(admin.accessLog),
      allowPaths: admin.allowPaths,
      onDefect: (error) => log.error(`a page failed: ${String(error)}`),
    });
    const bound = await this.#admin.listen(admin.address);
    if (!bound.ok) return bound;
    this.adminAddress = bound.value;
    log.info(`admin address: ${formatAddress(bound.value)}`);
    return ok(undefined);
  }
}
