import { type AccessLogBatch, createLedger } from '#access-log/access-log-batches.ts';
import { SeededRandom } from '#base/random.ts';
import { formatConfigError } from '#config/config-error.ts';
import { loadBootstrap } from '#config/load-bootstrap.ts';
import { parseBootstrap } from '#server/bootstrap-config.ts';
import { ListenerRegistry } from '#server/listener-registry.ts';
import { StatsStore } from '#stats/stats-store.ts';
import { ClusterRegistry } from '#upstream/cluster-registry.ts';
import type { WorkerCommand, WorkerReport } from '#worker/messages.ts';
import { Worker } from '#worker/worker.ts';
import type { JsonObject } from '../tools/bootstrap.ts';

const NO_DNS = { resolve: async () => ({ status: 'failure', reason: 'no DNS here' }) as const };

/** A worker in this thread, with everything that the main thread has for it: all of it can be seen. */
export class InProcessWorker {
  readonly store = new StatsStore();
  readonly worker: Worker;
  readonly #ports = new Map<string, number>();
  readonly #failures: string[] = [];
  /** How many lines its access logs have. */
  lines = 0;
  /** What its access logs say, by the path of the file that it would go to. */
  readonly logs = new Map<string, string>();

  private constructor() {
    const identity = {
      index: 0,
      serviceCluster: '',
      serviceNode: '',
      localIp: '127.0.0.1',
      ledger: createLedger(),
    };
    this.worker = new Worker(identity, (report) => this.#take(report));
    this.worker.stats.addSegments(this.store.registerWorker(0).segments);
  }

  /** Resolves when all listeners of the bootstrap are open. */
  static async start(bootstrap: JsonObject): Promise<InProcessWorker> {
    const source = {
      text: JSON.stringify(bootstrap),
      fileName: 'bootstrap.json',
      format: 'json',
    } as const;
    const loaded = loadBootstrap([source], { unknownFields: 'reject', parse: parseBootstrap });
    if (!loaded.ok) throw new Error(loaded.error.map(formatConfigError).join('\n'));
    const started = new InProcessWorker();
    const listeners = new ListenerRegistry(started.store, 1);
    for (const listener of loaded.value.parsed.listeners) listeners.add(listener);
    const clusters = new ClusterRegistry({
      stats: started.store,
      workers: 1,
      dns: { resolver: NO_DNS, random: new SeededRandom(1), wake: () => () => {} },
      publish: (update) => void started.#tell({ kind: 'update', clusters: update, listeners: [] }),
    });
    clusters.add(loaded.value.parsed.clusters);
    await started.#tell({ kind: 'update', clusters: undefined, listeners: listeners.snapshots });
    if (started.#failures.length > 0) throw new Error(started.#failures.join('\n'));
    return started;
  }

  async stop(): Promise<void> {
    await this.#tell({ kind: 'shutDown' });
  }

  port(listener: string): number {
    const port = this.#ports.get(listener);
    if (port === undefined) throw new Error(`there is no listener ${listener}`);
    return port;
  }

  /** A counter or gauge. */
  stat(name: string): number | undefined {
    const { counters, gauges } = this.store.snapshot();
    return counters.get(name) ?? gauges.get(name);
  }

  async #tell(command: WorkerCommand): Promise<void> {
    this.worker.stats.addSegments(this.store.takeNewSegments(0));
    await this.worker.handle(structuredClone(command));
  }

  #take(report: WorkerReport): void {
    if (report.kind === 'listening') this.#ports.set(report.name, report.port);
    else if (report.kind === 'listenFailed') this.#failures.push(report.reason);
    else if (report.kind === 'stats') this.store.acceptAnnouncement(0, report.announcement);
    else if (report.kind === 'accessLog') this.#takeLines(report.batch);
  }
  #takeLines({ sink, bytes, lines }: AccessLogBatch): void {
    const path = sink.kind === 'file' ? sink.path : sink.kind;
    this.lines += lines;
    this.logs.set(path, (this.logs.get(path) ?? '') + Buffer.from(bytes).toString('latin1'));
  }
}
