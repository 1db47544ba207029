import { AccessLogBatches } from '#access-log/access-log-batches.ts';
import { Clock } from '#base/clock.ts';
import { collectGarbage } from '#base/collect-garbage.ts';
import { createRandom } from '#base/random.ts';
import { RuntimeReader } from '#base/runtime.ts';
import type { RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import { TimerWheel } from '#base/timer-wheel.ts';
import type { FilterServices } from '#connection-manager/filter.ts';
import { RouteStats } from '#extensions/http-filters/router/route-stats.ts';
import { connect } from '#network/connecting.ts';
import { EventTurn } from '#network/event-turn.ts';
import { WorkerStats } from '#stats/worker-stats.ts';
import type { Cluster } from '#upstream/cluster.ts';
import { ClusterManager } from '#upstream/cluster-manager.ts';
import type { Host } from '#upstream/host.ts';
import { HostPools } from '#upstream/pool/host-pools.ts';
import { ResourceMemory } from '#upstream/resource-memory.ts';
import { ActiveListener } from '#worker/active-listener.ts';
import type { WorkerCommand, WorkerIdentity, WorkerReport } from '#worker/messages.ts';

/** From here on it is worth ten milliseconds of the start to give memory back. */
const MANY_CLUSTERS = 100;

export type PostReport = (report: WorkerReport, transfer?: readonly ArrayBuffer[]) => void;

/** Everything that one worker thread has: sockets, clusters, pools, statistics, timers. */
export class Worker {
  readonly identity: WorkerIdentity;
  readonly stats: WorkerStats;
  readonly turn: EventTurn;
  readonly services: FilterServices;
  readonly pools: HostPools;
  readonly routeStats: RouteStats;
  readonly accessLogs: AccessLogBatches;
  readonly #clusters: ClusterManager;
  #runtime = new RuntimeReader(new Map());
  readonly #listeners = new Map<string, ActiveListener>();
  #areHealthChecksFailed = false;
  readonly #report: PostReport;

  constructor(identity: WorkerIdentity, report: PostReport) {
    this.identity = identity;
    this.#report = report;
    this.stats = new WorkerStats((announcement) => report({ kind: 'stats', announcement }));
    this.accessLogs = new AccessLogBatches({
      ledger: identity.ledger,
      post: (batch, transfer) => report({ kind: 'accessLog', batch }, transfer),
      onDropped: (lines) => report({ kind: 'accessLogDropped', lines }),
    });
    const clock = new Clock();
    const random = createRandom();
    this.turn = new EventTurn(clock);
    const timers = new TimerWheel(clock, (run) => {
      this.turn.begin();
      run();
      this.turn.end();
    });
    this.routeStats = new RouteStats(this.stats);
    this.pools = new HostPools({ turn: this.turn, clock, timers, random, connect });
    this.#clusters = new ClusterManager({
      stats: this.stats,
      random,
      resources: new ResourceMemory(identity.index),
      onHostRemoved: (host: Host, cluster: Cluster) => {
        if (host.pool !== undefined) this.pools.drain(host, cluster);
      },
    });
    this.services = { clock, timers, random, clusters: this.#clusters };
  }

  /** The runtime's values as they are now. */
  readonly runtime = (): RuntimeSnapshot => this.#runtime;

  async handle(command: WorkerCommand): Promise<void> {
    switch (command.kind) {
      case 'statSegments':
        this.stats.addSegments(command.segments);
        return;
      case 'peerStats':
        this.stats.setPeers(command.peers);
        return;
      case 'runtime':
        this.#runtime = new RuntimeReader(command.values);
        return;
      case 'update':
        if (command.clusters !== undefined) this.#clusters.apply(command.clusters);
        for (const snapshot of command.listeners) {
          const present = this.#listeners.get(snapshot.config.name);
          if (present !== undefined) present.update(snapshot);
          else await this.#open(new ActiveListener(snapshot, this));
        }
        return;
      case 'initialized':
        // Nothing is served yet, and what so many clusters were announced with is garbage now.
        if (this.#clusters.size > MANY_CLUSTERS) collectGarbage();
        this.#report({ kind: 'initialized' });
        return;
      case 'stopListeners':
        for (const name of command.names) this.#listeners.get(name)?.stop();
        return;
      case 'drain':
        for (const name of command.names) {
          this.#listeners.get(name)?.drain(command.strategy, command.durationMs);
        }
        return;
      case 'healthChecks':
        this.#areHealthChecksFailed = command.areFailed;
        for (const listener of this.#listeners.values()) {
          listener.failHealthChecks(command.areFailed);
        }
        return;
      case 'shutDown':
        for (const listener of this.#listeners.values()) {
          listener.stop();
          listener.breakOff();
        }
        this.accessLogs.flush();
        this.#report({ kind: 'drained' });
        return;
    }
  }

  async #open(listener: ActiveListener): Promise<void> {
    this.#listeners.set(listener.name, listener);
    listener.failHealthChecks(this.#areHealthChecksFailed);
    const outcome = await listener.start();
    if (outcome.ok) {
      this.#report({ kind: 'listening', name: listener.name, port: outcome.value });
      return;
    }
    this.#listeners.delete(listener.name);
    this.#report({ kind: 'listenFailed', name: listener.name, reason: outcome.error });
  }
}
