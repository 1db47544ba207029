import type { Host } from '#upstream/host.ts';
import type { EdfScheduler } from '#upstream/lb/edf-scheduler.ts';

/**
 * One list of hosts to choose from (the healthy ones of a priority, those of one locality, all in a
 * panic) and what the load balancer remembers about it.
 */
export class HostSource {
  hosts: readonly Host[];
  /** How often round robin chose here; starts at random and goes on when hosts change. */
  turn: number;
  /** Only where weights differ. */
  scheduler: EdfScheduler | undefined = undefined;

  constructor(hosts: readonly Host[], turn: number) {
    this.hosts = hosts;
    this.turn = turn;
  }
}

/** Chooses among the hosts of a source; one per load-balancing policy. */
export interface HostPicker {
  /** Hosts of the source changed, or it is new. */
  prepare(source: HostSource): void;
  /** Nothing when the source has no hosts. `hash` is the random number that chose the source. */
  pick(source: HostSource, hash: number): Host | undefined;
}
