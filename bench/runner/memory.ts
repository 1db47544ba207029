import { setTimeout as delay } from 'node:timers/promises';
import { residentBytesOf } from '../machine/process-usage.ts';
import type { BenchContext } from './context.ts';
import type { RunningPeer } from './running-peer.ts';

export const MEGABYTE: number = 1024 * 1024;
export const KILOBYTE = 1024;

/** Long enough for timers of start-up and for a garbage collector that waits for idle time. */
const SETTLE_MS = 4_000;
const QUICK_SETTLE_MS = 1_000;

/** Memory varies little between starts of the same program, so more rounds would only cost time. */
const MAXIMUM_ROUNDS = 2;

export function memoryRounds(context: BenchContext): number {
  return context.quick ? 1 : Math.min(context.rounds, MAXIMUM_ROUNDS);
}

/** Resident bytes of the whole process once it has had time to come to rest. */
export async function residentBytesAtRest(
  context: BenchContext,
  running: RunningPeer,
): Promise<number> {
  await delay(context.quick ? QUICK_SETTLE_MS : SETTLE_MS);
  return residentBytesOf(running.child.pid);
}
