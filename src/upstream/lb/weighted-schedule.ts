import type { Host } from '#upstream/host.ts';
import { EdfScheduler } from '#upstream/lb/edf-scheduler.ts';
import type { HostSource } from '#upstream/lb/host-source.ts';

/** Choices that a schedule may be started ahead by: enough for any order, cheap to compute. */
const MAX_HEAD_START = 1 << 20;

/** Gives a source a schedule if its hosts differ in weight, which makes round robin unfit. */
export function prepareWeightedSchedule(
  source: HostSource,
  weightOf: (host: Host) => number,
): void {
  const { hosts } = source;
  const [first] = hosts;
  source.scheduler = hosts.every((host) => host.weight === first?.weight)
    ? undefined
    : new EdfScheduler(hosts.map(weightOf), source.turn % MAX_HEAD_START);
}
