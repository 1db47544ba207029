import { join } from 'node:path';
import { runToEnd } from '../machine/children.ts';
import type { Placement } from '../machine/placement.ts';
import type { Traffic } from './traffic.ts';

export interface FixedRateLoad {
  readonly port: number;
  readonly connections: number;
  readonly ratePerSecond: number;
  readonly durationSeconds: number;
  readonly traffic: Traffic;
}

export interface FixedRateResult {
  readonly requests: number;
  /** Failures, answers other than 2xx, and requests without an answer. */
  readonly errors: number;
  /** Latencies from the moment a request was due. */
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** How late requests were sent: the share of the latency that the generator or busy connections caused. */
  readonly sendLatenessP99Ms: number;
  /** The longest time for which the generator itself stood still: above a few ms the machine was disturbed. */
  readonly longestStallMs: number;
}

const SCRIPT = join(import.meta.dirname, 'fixed-rate-process.ts');

/** One run of the open-loop generator in a process of its own. */
export async function runAtFixedRate(
  load: FixedRateLoad,
  placement: Placement,
): Promise<FixedRateResult> {
  const command = { file: process.execPath, args: [SCRIPT, JSON.stringify(load)] };
  return JSON.parse(await runToEnd(placement.surroundings(command))) as FixedRateResult;
}
