import type { Worker as Thread } from 'node:worker_threads';
import { createLedger } from '#access-log/access-log-batches.ts';
import { startThread } from '#server/worker-thread.ts';
import type { StatsStore } from '#stats/stats-store.ts';
import type { WorkerCommand, WorkerIdentity, WorkerReport } from '#worker/messages.ts';

/** What the server wants to know of its workers. */
export interface WorkerPoolOwner {
  /** What a worker that starts now must be told first, after its statistics memory. */
  initialCommands(index: number): readonly WorkerCommand[];
  onReport(index: number, report: WorkerReport, ledger: SharedArrayBuffer): void;
  /** A worker ended by a defect; another one takes its place. */
  onCrashed(index: number, error: unknown): void;
}

/** How many workers there are to be, and what each is told of the process. */
export interface WorkerPoolOptions {
  readonly count: number;
  readonly store: StatsStore;
  readonly identity: Omit<WorkerIdentity, 'index' | 'ledger'>;
  /** Threads that were started already; more are started where they do not suffice. */
  readonly threads: readonly Thread[];
  readonly owner: WorkerPoolOwner;
}

/** A worker that ends sooner after its start than this is not replaced at once again. */
const RESPAWN_PAUSE_MS = 1000;

const DRAIN_TIMEOUT_MS = 1000;

interface RunningWorker {
  readonly thread: Thread;
  readonly statsId: number;
  readonly ledger: SharedArrayBuffer;
  readonly startMs: number;
}

/** The worker threads: starts them, replaces those that crash, passes messages. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers: (RunningWorker | undefined)[] = [];
  readonly #spareThreads: Thread[];
  #nextStatsId = 0;
  #isClosing = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#spareThreads = [...options.threads];
  }

  /** Starts the first ones up to this number, those that were not started before. Default: all. */
  start(count: number = this.#options.count): void {
    for (let index = this.#workers.length; index < count; index++) this.#spawn(index);
  }

  /** Tells every worker that runs; statistics memory that it lacks goes with it. */
  broadcast(command: WorkerCommand): void {
    let hasGrown = false;
    for (const worker of this.#workers) {
      if (worker === undefined) continue;
      const segments = this.#options.store.takeNewSegments(worker.statsId);
      if (segments.length > 0) post(worker.thread, { kind: 'statSegments', segments });
      hasGrown ||= segments.length > 0;
      post(worker.thread, command);
    }
    if (hasGrown) this.#introduce();
  }

  /** Shows the workers each other's statistics. */
  #introduce(): void {
    if (this.#options.count === 1) return;
    for (const worker of this.#workers) {
      if (worker === undefined) continue;
      const peers = this.#options.store.peersOf(worker.statsId);
      post(worker.thread, { kind: 'peerStats', peers });
    }
  }

  /** After `shutDown`: resolves when every worker has sent its last message, or after a second. */
  async drained(): Promise<void> {
    const running = this.#workers.filter((worker) => worker !== undefined);
    const answers = running.map(
      ({ thread }) =>
        new Promise<void>((resolve) => {
          thread.on('exit', () => resolve());
          thread.on('message', (report: WorkerReport) => {
            if (report.kind === 'drained') resolve();
          });
        }),
    );
    const late = new Promise<void>((resolve) => setTimeout(resolve, DRAIN_TIMEOUT_MS).unref());
    await Promise.race([Promise.all(answers), late]);
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const threads = [...this.#workers.map((worker) => worker?.thread), ...this.#spareThreads];
    await Promise.all(threads.map((thread) => thread?.terminate()));
  }

  #spawn(index: number): void {
    const { store, identity, owner } = this.#options;
    const ledger = createLedger();
    const thread = this.#spareThreads.shift() ?? startThread(index);
    const statsId = this.#nextStatsId++;
    const { segments } = store.registerWorker(statsId);
    const worker: RunningWorker = { thread, statsId, ledger, startMs: performance.now() };
    this.#workers[index] = worker;
    let failure: unknown;
    thread.on('message', (report: WorkerReport) => {
      if (report.kind === 'stats') store.acceptAnnouncement(statsId, report.announcement);
      else owner.onReport(index, report, ledger);
    });
    thread.on('error', (error) => {
      failure = error;
    });
    thread.on('exit', () => this.#onExit(index, worker, failure));
    thread.postMessage({ ...identity, index, ledger } satisfies WorkerIdentity);
    post(thread, { kind: 'statSegments', segments });
    for (const command of owner.initialCommands(index)) post(thread, command);
    this.#introduce();
  }

  #onExit(index: number, worker: RunningWorker, failure: unknown): void {
    this.#workers[index] = undefined;
    this.#options.store.workerEnded(worker.statsId);
    if (this.#isClosing) return;
    this.#introduce();
    this.#options.owner.onCrashed(index, failure);
    const livedMs = performance.now() - worker.startMs;
    const pauseMs = livedMs < RESPAWN_PAUSE_MS ? RESPAWN_PAUSE_MS : 0;
    setTimeout(() => {
      if (!this.#isClosing) this.#spawn(index);
    }, pauseMs);
  }
}

function post(thread: Thread, command: WorkerCommand): void {
  thread.postMessage(command);
}
