import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askAdmin, listenerPorts } from './admin-client.ts';
import type { ProxyCommand } from './proxy-command.ts';
import type { JsonObject } from './scenario.ts';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 3_000;

/** How often the proxy writes out its access logs: the wait that every scenario pays. */
export const LOG_FLUSH_MS = 20;

/** A running proxy with its addresses. */
export class ProxyProcess {
  readonly #child: ChildProcess;
  readonly #outputPath: string;
  readonly adminPort: number;
  readonly listenerPorts: ReadonlyMap<string, number>;

  constructor(
    child: ChildProcess,
    outputPath: string,
    adminPort: number,
    ports: ReadonlyMap<string, number>,
  ) {
    this.#child = child;
    this.#outputPath = outputPath;
    this.adminPort = adminPort;
    this.listenerPorts = ports;
  }

  get running(): boolean {
    return isRunning(this.#child);
  }

  /** What the process wrote on stdout and stderr. */
  get output(): string {
    return readFileSync(this.#outputPath, 'utf8');
  }

  async stop(): Promise<void> {
    await end(this.#child);
  }
}

export type StartedProxy =
  | { readonly started: true; readonly proxy: ProxyProcess }
  | { readonly started: false; readonly output: string };

const FLAGS = ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning'];

let starts = 0;

/** Starts a proxy and waits until it is live; a proxy that exits has refused its configuration. */
export async function startProxy(
  { command }: ProxyCommand,
  bootstrap: JsonObject,
  directory: string,
  commandLine: readonly string[] = [],
): Promise<StartedProxy> {
  starts += 1;
  const at = (name: string) => join(directory, `${starts}.${name}`);
  await writeFile(at('bootstrap.json'), JSON.stringify(bootstrap, undefined, 1));
  const output = openSync(at('output'), 'w');
  const [program = '', ...first] = command;
  const child = spawn(
    program,
    [
      ...first,
      '--config-path',
      at('bootstrap.json'),
      '--admin-address-path',
      at('admin'),
      '--file-flush-interval-msec',
      `${LOG_FLUSH_MS}`,
      ...FLAGS,
      ...commandLine,
    ],
    { stdio: ['ignore', output, output] },
  );
  // A command that cannot be spawned never runs, which the wait notices.
  child.on('error', () => undefined);
  const adminPort = await waitUntilLive(child, at('admin'));
  if (adminPort === undefined) {
    await end(child);
    return { started: false, output: readFileSync(at('output'), 'utf8') };
  }
  const ports = await listenerPorts(adminPort);
  return { started: true, proxy: new ProxyProcess(child, at('output'), adminPort, ports) };
}

/** Whether the proxy accepts a configuration, and what it says. */
export async function validate(
  { command }: ProxyCommand,
  bootstrap: JsonObject,
  directory: string,
  index: number,
): Promise<{ readonly accepted: boolean; readonly output: string }> {
  const path = join(directory, `validate.${index}.json`);
  await writeFile(path, JSON.stringify(bootstrap, undefined, 1));
  const [program = '', ...first] = command;
  const asked = [
    '--mode',
    'validate',
    '-c',
    path,
    '--disable-hot-restart',
    '--log-level',
    'warning',
  ];
  return new Promise((resolve) => {
    execFile(
      program,
      [...first, ...asked],
      { timeout: START_TIMEOUT_MS },
      (error, stdout, stderr) => {
        resolve({ accepted: error === null, output: `${stdout}${stderr}` });
      },
    );
  });
}

async function waitUntilLive(child: ChildProcess, path: string): Promise<number | undefined> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (!isRunning(child)) return undefined;
    const address = await readFile(path, 'utf8').catch(() => '');
    const port = Number(address.trim().split(':').at(-1));
    if (address !== '' && (await isReady(port))) return port;
    await sleep(20);
  }
  return undefined;
}

async function isReady(port: number): Promise<boolean> {
  const response = await askAdmin(port, 'GET', '/ready').catch(() => undefined);
  return response?.status === 200;
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const exited = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(killer);
}
