import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askAdmin } from '../differential/harness/admin-client.ts';
import type { JsonObject } from './bootstrap.ts';
import { endWithMe } from './end-with-me.ts';

const CHECKOUT = join(import.meta.dirname, '..', '..');
/** The program of this checkout, or the one that the environment variable PROA_COMMAND names. */
const LAUNCHER = process.env['PROA_COMMAND'] ?? join(CHECKOUT, 'bin', 'proa');
const START_TIMEOUT_MS = 20_000;
const END_TIMEOUT_MS = 20_000;

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Needs to be root. */
  readonly uid?: number;
}

/** A running `bin/proa`; its standard input is /dev/null. */
export class SpawnedProa {
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], options: RunOptions = {}) {
    const { env, cwd, uid } = options;
    const child = spawn(LAUNCHER, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    this.#child = child;
    endWithMe(child);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    child.on('error', (error) => {
      this.#stderr += error.message;
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get isRunning(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Everything that the process wrote. */
  get output(): string {
    return `${this.#stdout}${this.#stderr}`;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Asks the process to end, insists after five seconds, and tells how it ended. */
  async stop(): Promise<Ended> {
    if (!this.isRunning) return await this.ended;
    const insist = setTimeout(() => this.signal('SIGKILL'), 5_000);
    this.signal('SIGTERM');
    const ended = await this.ended;
    clearTimeout(insist);
    return ended;
  }
}

/** A Proa that serves. */
export class RunningProa {
  readonly process: SpawnedProa;
  readonly adminPort: number;
  readonly #ports: ReadonlyMap<string, number>;

  constructor(spawned: SpawnedProa, adminPort: number, ports: ReadonlyMap<string, number>) {
    this.process = spawned;
    this.adminPort = adminPort;
    this.#ports = ports;
  }

  /** The port of the listener of that name. */
  port(listener: string): number {
    const port = this.#ports.get(listener);
    if (port === undefined) throw new Error(`there is no listener ${listener}`);
    return port;
  }

  url(listener: string, path = '/'): string {
    return `http://127.0.0.1:${this.port(listener)}${path}`;
  }

  async admin(method: 'GET' | 'POST', path: string): Promise<{ status: number; body: string }> {
    return await askAdmin(this.adminPort, method, path);
  }

  /** The value of one counter or gauge, or `undefined` where there is none of that name. */
  async stat(name: string): Promise<number | undefined> {
    const { body } = await this.admin('GET', `/stats?filter=^${name.replaceAll('.', '\\.')}$`);
    const line = body.split('\n').find((each) => each.startsWith(`${name}: `));
    return line === undefined ? undefined : Number(line.slice(name.length + 2));
  }
}

export interface StartOptions extends RunOptions {
  readonly args?: readonly string[];
  readonly concurrency?: number;
  /** How long lines of access logs may stay in memory; 20 unless told. */
  readonly flushIntervalMs?: number;
  /** Where the configuration is written; its owner removes it. */
  readonly folder: string;
}

let starts = 0;

/** Writes the bootstrap, starts Proa with it, and waits until it serves. Throws what it said where it does not. */
export async function startProa(
  bootstrap: JsonObject,
  options: StartOptions,
): Promise<RunningProa> {
  starts++;
  const configPath = join(options.folder, `bootstrap-${starts}.json`);
  const adminPath = join(options.folder, `admin-${starts}`);
  writeFileSync(configPath, JSON.stringify(bootstrap));
  const spawned = new SpawnedProa(
    [
      ...['-c', configPath, '--admin-address-path', adminPath],
      ...['--concurrency', String(options.concurrency ?? 1), '--disable-hot-restart'],
      ...['--file-flush-interval-msec', String(options.flushIntervalMs ?? 20), '-l', 'warning'],
      ...(options.args ?? []),
    ],
    options,
  );
  const adminPort = await untilLive(spawned, adminPath);
  return new RunningProa(spawned, adminPort, await portsOf(adminPort));
}

/** The ports of all listeners that have one, by name. */
async function portsOf(adminPort: number): Promise<ReadonlyMap<string, number>> {
  const { body } = await askAdmin(adminPort, 'GET', '/listeners');
  const lines = body.split('\n').map((line) => /^(.*)::.*:(\d+)$/.exec(line));
  return new Map(lines.flatMap((found) => (found ? [[found[1] ?? '', Number(found[2])]] : [])));
}

/** Runs Proa with these arguments to its end. */
export async function runProa(
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const spawned = new SpawnedProa(args, options);
  const late = setTimeout(() => spawned.signal('SIGKILL'), END_TIMEOUT_MS);
  const { code } = await spawned.ended;
  clearTimeout(late);
  return { code, stdout: spawned.stdout, stderr: spawned.stderr };
}

/** Resolves to the port of the admin interface once it says that all is ready. */
export async function untilLive(spawned: SpawnedProa, adminPath: string): Promise<number> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline && spawned.isRunning) {
    const port = Number(readIfThere(adminPath).split(':').at(-1));
    if (port > 0) {
      const ready = await askAdmin(port, 'GET', '/ready').catch(() => undefined);
      if (ready?.status === 200) return port;
    }
    await sleep(20);
  }
  await spawned.stop();
  throw new Error(`Proa does not serve:\n${spawned.output}`);
}

/** Asks again and again until the answer is yes; no after ten seconds. */
export async function until(
  question: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    if (await question()) return true;
    await sleep(10);
  }
  return false;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
