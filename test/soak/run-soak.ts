import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../bench/machine/loopback.ts';
import { type RunningProa, startProa } from '../tools/proa-process.ts';
import { checkEnd, checkLimitsAreFree, checkNothingIsLeft } from './after-the-run.ts';
import { behaviours, behaviourWeights } from './behaviours.ts';
import { SoakClient, type SoakRun } from './client.ts';
import { Findings } from './findings.ts';
import { MemoryCurve, megabytes, openFilesOf } from './measurements.ts';
import { Pace } from './pace.ts';
import { Choices } from './random.ts';
import { soakBootstrap } from './soak-bootstrap.ts';
import type { UpstreamPlaces } from './upstream-process.ts';

export interface SoakOptions {
  readonly seconds: number;
  readonly clients: number;
  /** Requests and connections that all clients together begin in a second. */
  readonly rate: number;
  readonly seed: number;
  /** Told every second how it goes. */
  readonly onProgress: (line: string) => void;
}

export interface SoakReport {
  readonly findings: Findings;
  readonly memory: string;
}

/** Pools of buffers grow until they have seen every peak: shorter runs are warm-up to their end. */
export const MEMORY_JUDGED_FROM_SECONDS = 180;
const SAMPLE_INTERVAL_MS = 500;

/** Sets everything up, lets the clients loose, and looks at what they leave behind. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const folder = mkdtempSync(join(tmpdir(), 'proa-soak-'));
  const upstreamPath = join(folder, 'upstream.sock');
  const upstream = spawn(
    process.execPath,
    [join(import.meta.dirname, 'upstream-process.ts'), upstreamPath],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  try {
    const [places] = (await once(upstream, 'message')) as [UpstreamPlaces];
    const listenerPath = join(folder, 'listener.sock');
    const listenerPort = await freePort();
    const accessLogPath = join(folder, 'access.log');
    const proa = await startProa(
      soakBootstrap({
        upstream: places,
        upstreamPath,
        listenerPort,
        listenerPath,
        accessLogPath,
      }),
      { folder, concurrency: 2 },
    );
    try {
      return await soak(proa, { listenerPort, listenerPath, accessLogPath }, options);
    } finally {
      await proa.process.stop();
    }
  } finally {
    if (upstream.connected) upstream.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Places {
  readonly listenerPort: number;
  readonly listenerPath: string;
  readonly accessLogPath: string;
}

async function soak(proa: RunningProa, places: Places, options: SoakOptions): Promise<SoakReport> {
  const findings = new Findings();
  const { pid } = proa.process;
  const idleFiles = openFilesOf(pid);
  const memory = new MemoryCurve(pid);
  const deadline = performance.now() + options.seconds * 1_000;
  const isOver = (): boolean => performance.now() >= deadline || !proa.process.isRunning;
  const run: SoakRun = { ...places, pace: new Pace(options.rate), findings, isOver };
  const clients = Array.from({ length: options.clients }, (_, index) =>
    live(new SoakClient(run, new Choices(options.seed + index))),
  );
  const watching = watch(memory, findings, isOver, options);
  await Promise.all([...clients, watching]);
  if (!proa.process.isRunning) {
    findings.wrongInTheEnd(`Proa ended: ${proa.process.output}`);
    return { findings, memory: memory.summary };
  }
  if (!memory.isFlat && options.seconds >= MEMORY_JUDGED_FROM_SECONDS) {
    findings.wrongInTheEnd(`the memory grew: ${memory.summary}`);
  }
  options.onProgress('the clients are gone: looking at what is left');
  await checkNothingIsLeft(proa, idleFiles, findings);
  await checkLimitsAreFree(places.listenerPort, findings);
  await checkEnd(proa, places.accessLogPath, findings);
  return { findings, memory: memory.summary };
}

/** One client: one behaviour after the other, until the time is over. */
async function live(client: SoakClient): Promise<void> {
  const { findings, pace, isOver } = client.run;
  while (!isOver()) {
    await pace.turn();
    if (isOver()) return;
    const name = client.choices.weighted(behaviourWeights);
    findings.tally(`behaviour ${name}`);
    try {
      await behaviours[name](client);
    } catch (error) {
      findings.wrong(`${name} threw ${(error as Error).stack}`);
    }
  }
}

/** Samples the memory and tells how it goes, until the time is over. */
export async function watch(
  memory: MemoryCurve,
  findings: Findings,
  isOver: () => boolean,
  { seconds, onProgress }: SoakOptions,
): Promise<void> {
  const began = performance.now();
  while (!isOver()) {
    const bytes = memory.sample();
    const elapsed = Math.floor((performance.now() - began) / 1_000);
    const answers = findings.countOf('answers complete');
    onProgress(
      `${elapsed} of ${seconds} s, ${answers} whole answers, ${findings.wrongCount} wrong, RSS ${megabytes(bytes)}`,
    );
    await sleep(SAMPLE_INTERVAL_MS);
  }
}
