import {
  connectionManagerStats,
  listenerHttpStats,
} from '#connection-manager/connection-manager-stats.ts';
import type { Address } from '#network/address.ts';
import { listenerStats, listenerWorkerStats } from '#network/listener-stats.ts';
import type { ListenerStatus } from '#server/admin/admin-services.ts';
import { listenerManagerStats } from '#server/server-stats.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { StatsStore } from '#stats/stats-store.ts';
import type {
  ListenerSnapshot,
  ManagerStatAddresses,
  WorkerListenerConfig,
} from '#worker/messages.ts';

const { field } = listenerManagerStats;

interface RegisteredListener {
  snapshot: ListenerSnapshot;
  /** With the port that the system chose, once a worker listens. */
  address: Address;
}

/** All listeners of the process, on the main thread. */
export class ListenerRegistry {
  readonly #store: StatsStore;
  readonly #workers: number;
  readonly #stats: StatBlock;
  readonly #listeners = new Map<string, RegisteredListener>();

  constructor(store: StatsStore, workers: number) {
    this.#store = store;
    this.#workers = workers;
    this.#stats = store.block(listenerManagerStats, 'listener_manager.');
    this.#stats.set(field.workers_started, 0);
    this.#stats.set(field.total_listeners_warming, 0);
  }

  add(config: WorkerListenerConfig): void {
    this.#listeners.set(config.name, { snapshot: this.#layOut(config), address: config.address });
    this.#stats.inc(field.listener_added);
    this.#stats.set(field.total_listeners_active, this.#listeners.size);
  }

  get snapshots(): readonly ListenerSnapshot[] {
    return [...this.#listeners.values()].map(({ snapshot }) => snapshot);
  }

  get names(): readonly string[] {
    return [...this.#listeners.keys()];
  }

  /** Whether a port that several workers are to share is still to be chosen by the system. */
  get choosesPort(): boolean {
    return this.snapshots.some(
      ({ config: { address, bindToPort, reusePort } }) =>
        bindToPort && reusePort && address.kind === 'ip' && address.port === 0,
    );
  }

  /** The names of listeners for inbound traffic. */
  get inboundNames(): readonly string[] {
    return this.snapshots
      .filter(({ config }) => config.trafficDirection === 'INBOUND')
      .map(({ config }) => config.name);
  }

  /** A worker opened the listener; all later ones use the same port. */
  listening(name: string, port: number): void {
    const listener = this.#listeners.get(name);
    if (listener === undefined) return;
    this.#stats.inc(field.listener_create_success);
    if (listener.address.kind !== 'ip' || port === 0) return;
    listener.address = { ...listener.address, port };
    // A worker that takes the place of the one that chose the port must not choose another one.
    const { snapshot, address } = listener;
    listener.snapshot = { ...snapshot, config: { ...snapshot.config, address } };
  }

  listenFailed(): void {
    this.#stats.inc(field.listener_create_failure);
  }

  workersStarted(): void {
    this.#stats.set(field.workers_started, 1);
  }

  stopped(count: number): void {
    this.#stats.add(field.listener_stopped, count);
  }

  status(): ListenerStatus[] {
    return [...this.#listeners.values()].map(({ snapshot, address }) => ({
      name: snapshot.config.name,
      localAddresses: [address],
    }));
  }

  #layOut(config: WorkerListenerConfig): ListenerSnapshot {
    const prefix = `listener.${config.statPrefix}.`;
    const managerStats: Record<string, ManagerStatAddresses> = {};
    const { filterChains, defaultFilterChain } = config;
    const chains =
      defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain];
    for (const { filters } of chains) {
      for (const { statPrefix } of filters) {
        managerStats[statPrefix] ??= {
          manager: this.#store.allocate(connectionManagerStats, `http.${statPrefix}.`),
          listener: this.#store.allocate(listenerHttpStats, `${prefix}http.${statPrefix}.`),
        };
      }
    }
    return {
      config,
      statsAddress: this.#store.allocate(listenerStats, prefix),
      workerStatsAddresses: Array.from({ length: this.#workers }, (_, index) =>
        this.#store.allocate(listenerWorkerStats, `${prefix}worker_${index}.`),
      ),
      managerStats,
    };
  }
}
