import type { Host } from '#upstream/host.ts';
import type { HostPicker, HostSource } from '#upstream/lb/host-source.ts';
import { prepareWeightedSchedule } from '#upstream/lb/weighted-schedule.ts';

/** ROUND_ROBIN: each host in turn; where weights differ, as often as they say. */
export const roundRobin: HostPicker = {
  prepare(source: HostSource): void {
    prepareWeightedSchedule(source, weightOf);
  },

  pick(source: HostSource): Host | undefined {
    const { hosts, scheduler } = source;
    if (hosts.length === 0) return undefined;
    if (scheduler !== undefined) {
      const host = hosts[scheduler.next()] as Host;
      scheduler.reschedule(host.weight);
      return host;
    }
    const turn = source.turn;
    source.turn = (turn + 1) >>> 0;
    return hosts[turn % hosts.length];
  },
};

function weightOf(host: Host): number {
  return host.weight;
}
