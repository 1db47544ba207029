import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { request } from 'undici';

/** Time for a child to end after SIGTERM before it is killed. */
const stopTimeoutMs = 5_000;
const readyTimeoutMs = 20_000;

export interface ChildSpec {
  readonly name: string;
  readonly command: readonly string[];
  /** File for what it prints. */
  readonly log: string;
  /** Answers 200 once the child is ready. */
  readonly readyUrl: string;
}

/**
 * The processes of the example. They are started in a session of their own, so that Ctrl-C reaches
 * this process alone, which then ends them in order. Should this process be killed, a small shell
 * that waits for that ends them in its place.
 */
export class Children {
  readonly #running: { readonly spec: ChildSpec; readonly process: ChildProcess }[] = [];
  readonly #onUnexpectedEnd: (message: string) => void;
  #guard: ChildProcess | undefined;
  #stopping = false;

  constructor(onUnexpectedEnd: (message: string) => void) {
    this.#onUnexpectedEnd = onUnexpectedEnd;
  }

  /**
   * Starts children that may start side by side, and waits until all are ready. False when the end
   * came first; throws when one takes too long.
   */
  async start(...specs: readonly ChildSpec[]): Promise<boolean> {
    if (this.#stopping) return false;
    for (const spec of specs) this.#spawn(spec);
    this.#renewGuard();
    await Promise.all(specs.map((spec) => this.#ready(spec)));
    return !this.#stopping;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Ends everything, the last that was started first. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { process } of this.#running.toReversed()) {
      if (process.exitCode !== null || process.signalCode !== null) continue;
      const ended = once(process, 'exit');
      const timer = setTimeout(() => process.kill('SIGKILL'), stopTimeoutMs);
      process.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    }
    // Were this process to end first, the guard would take that for its death.
    const guard = this.#guard;
    if (guard === undefined || guard.exitCode !== null) return;
    guard.ref();
    const ended = once(guard, 'exit');
    guard.stdin?.end('done\n');
    await ended;
  }

  #spawn(spec: ChildSpec): void {
    const [file = '', ...argv] = spec.command;
    const log = openSync(spec.log, 'w');
    const process = spawn(file, argv, { detached: true, stdio: ['ignore', log, log] });
    this.#running.push({ spec, process });
    process.once('error', (error) => {
      this.#unexpected(`${spec.name} cannot be started: ${error.message}`);
    });
    process.once('exit', (code, signal) => {
      const tail = readFileSync(spec.log, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
      this.#unexpected(`${spec.name} ended ${how}. Its last lines (${spec.log}):\n${tail}`);
    });
  }

  #unexpected(message: string): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#onUnexpectedEnd(message);
  }

  async #ready(spec: ChildSpec): Promise<void> {
    const deadline = Date.now() + readyTimeoutMs;
    while (!this.#stopping) {
      if (await answers(spec.readyUrl)) return;
      if (Date.now() > deadline) {
        throw new Error(
          `${spec.name} is not ready after ${readyTimeoutMs / 1000} s: ${spec.readyUrl} does not answer 200. Its log: ${spec.log}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** The guard reads from a pipe that only this process holds open: its end is the news. */
  #renewGuard(): void {
    this.#guard?.stdin?.end('done\n');
    const script =
      'read -r word; [ "$word" = done ] && exit; kill -TERM "$@"; sleep 3; kill -KILL "$@"';
    const pids = this.#running.flatMap(({ process }) => process.pid ?? []).map(String);
    this.#guard = spawn('/bin/sh', ['-c', script, 'guard', ...pids], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#guard.stdin?.on('error', () => undefined);
    this.#guard.unref();
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url, { headersTimeout: 2_000, bodyTimeout: 2_000 });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
