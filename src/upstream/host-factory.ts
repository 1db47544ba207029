import type { StatsStore } from '#stats/stats-store.ts';
import type { HostConfig } from '#upstream/cluster-config.ts';
import { hostStats } from '#upstream/cluster-stats.ts';
import type { HostSnapshot } from '#upstream/cluster-update.ts';

/** Gives hosts what makes them known to workers: an identity and memory for statistics. */
export class HostFactory {
  readonly #stats: StatsStore;
  #nextId = 1;

  constructor(stats: StatsStore) {
    this.#stats = stats;
  }

  create(config: HostConfig): HostSnapshot {
    const { address, hostname, weight, healthFlags, metadata } = config;
    const statsAddress = this.#stats.allocateHidden(hostStats);
    return { id: this.#nextId++, address, hostname, weight, healthFlags, metadata, statsAddress };
  }

  /** The memory is used again as soon as every worker is done with the host. */
  release(host: HostSnapshot): void {
    this.#stats.release(host.statsAddress);
  }
}
