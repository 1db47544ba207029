import type { ResponseDecoder, StreamResetReason } from '#http/codec.ts';
import type { UpstreamInfo } from '#stream-info/stream-info.ts';
import type { Cluster } from '#upstream/cluster.ts';
import type { RoutingPriority } from '#upstream/cluster-config.ts';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import type {
  PendingStream,
  PoolCallbacks,
  PoolFailureReason,
  UpstreamProtocol,
} from '#upstream/pool/pool-callbacks.ts';
import type { ConnectionState, UpstreamConnection } from '#upstream/pool/upstream-connection.ts';
import type { ResourceManager } from '#upstream/resource-manager.ts';

const { field } = clusterStats;
const { field: hostField } = hostStats;

/** Makes a pool's connections: the one place where protocols differ. */
export type ConnectionFactory = (pool: ConnectionPool) => UpstreamConnection;

/**
 * The connections of one worker to one host for one priority, all of one protocol. A connection has
 * room for one stream (HTTP/1.1) or many (HTTP/2); the one that got room last is filled first, so
 * that the others can go after their idle timeout. Requests that find no room wait in line, and there
 * are never more connections being made than those need. The limits are those of the cluster's
 * circuit breaker.
 */
export class ConnectionPool {
  readonly host: Host;
  readonly cluster: Cluster;
  readonly protocol: UpstreamProtocol;
  readonly #connect: ConnectionFactory;
  readonly #resources: ResourceManager;
  /** Those with room, the one to be filled last. */
  readonly #ready: UpstreamConnection[] = [];
  readonly #pending: PendingStream[] = [];
  readonly #all = new Set<UpstreamConnection>();
  #info: UpstreamInfo;
  /** Streams for which connections that are being made will have room. */
  #connectingCapacity = 0;
  /** Set when the host is gone: called once nothing is left. */
  #onDrained: (() => void) | undefined = undefined;

  constructor(
    host: Host,
    cluster: Cluster,
    priority: RoutingPriority,
    protocol: UpstreamProtocol,
    connect: ConnectionFactory,
  ) {
    this.host = host;
    this.cluster = cluster;
    this.protocol = protocol;
    this.#connect = connect;
    this.#resources = cluster.resources(priority);
    this.#info = describe(host, cluster);
  }

  /** What streams remember of the host; the same object for all of them. */
  get info(): UpstreamInfo {
    // Only a LOGICAL_DNS host ever moves.
    if (this.#info.hostAddress !== this.host.addressText) {
      this.#info = describe(this.host, this.cluster);
    }
    return this.#info;
  }

  get isDraining(): boolean {
    return this.#onDrained !== undefined;
  }

  /**
   * Asks for a stream. Where a connection has room the callbacks are called at once and nothing is
   * returned; otherwise the request waits, and what is returned can be passed to `cancel`.
   */
  newStream(decoder: ResponseDecoder, callbacks: PoolCallbacks): PendingStream | undefined {
    const connection = this.#ready.at(-1);
    if (connection !== undefined) {
      this.#attach(connection, decoder, callbacks);
      return undefined;
    }
    const { stats } = this.cluster;
    if (!this.#resources.pendingRequests.tryAcquire()) {
      stats.inc(field.upstream_rq_pending_overflow);
      callbacks.onPoolFailure('overflow', '');
      return undefined;
    }
    stats.inc(field.upstream_rq_pending_total);
    stats.inc(field.upstream_rq_pending_active);
    this.host.stats.inc(hostField.rq_pending_active);
    const pending = { decoder, callbacks };
    this.#pending.push(pending);
    this.#connectAsNeeded();
    return pending;
  }

  /** The request is not to be made any more. A connection that is being made for it stays. */
  cancel(pending: PendingStream): void {
    const index = this.#pending.indexOf(pending);
    if (index < 0) return;
    this.#pending.splice(index, 1);
    this.#releasePending();
    this.cluster.stats.inc(field.upstream_rq_cancelled);
    this.#checkDrained();
  }

  /** A stream that the pool gave out ended before its time; the counterpart of `newStream`. */
  streamReset(reason: StreamResetReason): void {
    // Other streams end with their connection, which has statistics of its own.
    if (this.protocol !== 'HTTP/2') return;
    const counter = RESET_COUNTERS[reason];
    if (counter !== undefined) this.cluster.stats.inc(counter);
  }

  /** The host is gone: idle connections close now, busy ones after their streams. */
  drain(onDrained: () => void): void {
    this.#onDrained = onDrained;
    const isAwaited = this.#pending.length > 0;
    for (const connection of [...this.#all]) {
      const isUnused = connection.activeStreams === 0;
      if (isUnused && !(isAwaited && connection.state === 'connecting')) connection.close();
    }
    this.#checkDrained();
  }

  // What connections say.

  /** The one door for the state of a connection: those that are ready are asked for streams. */
  transition(connection: UpstreamConnection, next: ConnectionState): void {
    const before = connection.state;
    if (before === next || before === 'closed') return;
    connection.state = next;
    if (before === 'ready') this.#removeReady(connection);
    else if (next === 'ready') this.#ready.push(connection);
  }

  /** It came up. */
  connected(connection: UpstreamConnection): void {
    const { capacityWhileConnecting, heldBackCapacity } = connection;
    this.#connectingCapacity -= capacityWhileConnecting - heldBackCapacity;
    this.transition(connection, connection.unusedCapacity > 0 ? 'ready' : 'busy');
    this.#servePending();
    if (connection.state === 'ready' && connection.activeStreams === 0) this.#rest(connection);
  }

  /** The upstream said how many streams it takes. */
  limitKnown(connection: UpstreamConnection): void {
    this.#connectingCapacity -= connection.heldBackCapacity;
    connection.heldBackCapacity = 0;
    this.lostCapacity(connection);
    this.gainedCapacity(connection);
    // It may be less than was hoped for.
    if (this.#pending.length > 0) this.#connectAsNeeded();
  }

  /** There may be room on it again. */
  gainedCapacity(connection: UpstreamConnection): void {
    if (connection.state !== 'busy' || connection.unusedCapacity <= 0) return;
    this.transition(connection, 'ready');
    if (this.#pending.length > 0) this.#servePending();
  }

  /** There may be less room on it than there was. */
  lostCapacity(connection: UpstreamConnection): void {
    if (connection.state === 'ready' && connection.unusedCapacity <= 0) {
      this.transition(connection, 'busy');
    }
  }

  /** A stream is over, however it ended: the counterpart of `#attach`. */
  streamEnded(): void {
    this.cluster.stats.dec(field.upstream_rq_active);
    this.host.stats.dec(hostField.rq_active);
    this.#resources.requests.release();
  }

  /** It has no stream any more. */
  becameIdle(connection: UpstreamConnection): void {
    if (connection.state === 'ready') this.#rest(connection);
  }

  /** It is gone. */
  closed(connection: UpstreamConnection): void {
    this.transition(connection, 'closed');
    this.#all.delete(connection);
    this.#resources.connections.release();
    this.#connectingCapacity -= connection.heldBackCapacity;
    if (this.#pending.length > 0) this.#connectAsNeeded();
    this.#checkDrained();
  }

  /** It never came up; as in Envoy, everything that waits for this host fails with it. */
  connectFailed(
    connection: UpstreamConnection,
    failure: PoolFailureReason,
    transportFailureReason: string,
  ): void {
    this.transition(connection, 'closed');
    this.#all.delete(connection);
    this.#resources.connections.release();
    this.#connectingCapacity -= connection.capacityWhileConnecting;
    for (const pending of this.#pending.splice(0)) {
      this.#releasePending();
      this.cluster.stats.inc(field.upstream_rq_pending_failure_eject);
      pending.callbacks.onPoolFailure(failure, transportFailureReason);
    }
    this.#checkDrained();
  }

  #removeReady(connection: UpstreamConnection): void {
    const ready = this.#ready;
    if (ready.at(-1) === connection) ready.pop();
    else ready.splice(ready.indexOf(connection), 1);
  }

  #rest(connection: UpstreamConnection): void {
    if (this.isDraining) connection.close();
    else connection.startIdleTimer();
  }

  #servePending(): void {
    while (this.#pending.length > 0) {
      const connection = this.#ready.at(-1);
      if (connection === undefined) break;
      const { decoder, callbacks } = this.#pending.shift() as PendingStream;
      this.#releasePending();
      this.#attach(connection, decoder, callbacks);
    }
    if (this.#pending.length > 0) this.#connectAsNeeded();
  }

  #attach(
    connection: UpstreamConnection,
    decoder: ResponseDecoder,
    callbacks: PoolCallbacks,
  ): void {
    const { stats } = this.cluster;
    if (!this.#resources.requests.tryAcquire()) {
      stats.inc(field.upstream_rq_active_overflow);
      callbacks.onPoolFailure('overflow', '');
      return;
    }
    stats.inc(field.upstream_rq_total);
    stats.inc(field.upstream_rq_active);
    this.host.stats.inc(hostField.rq_total);
    this.host.stats.inc(hostField.rq_active);
    const encoder = connection.newStream(decoder);
    callbacks.onPoolReady(encoder, connection.info, this.protocol);
  }

  #releasePending(): void {
    this.#resources.pendingRequests.release();
    this.cluster.stats.dec(field.upstream_rq_pending_active);
    this.host.stats.dec(hostField.rq_pending_active);
  }

  #connectAsNeeded(): void {
    while (this.#connectingCapacity < this.#pending.length) {
      const { connections } = this.#resources;
      if (!connections.tryAcquire()) {
        this.cluster.stats.inc(field.upstream_cx_overflow);
        // The first connection of a host is always made, or its requests would wait for ever.
        if (this.#all.size > 0) return;
        connections.acquire();
      }
      const connection = this.#connect(this);
      this.#connectingCapacity += connection.capacityWhileConnecting;
      this.#all.add(connection);
    }
  }

  #checkDrained(): void {
    if (this.#onDrained === undefined || this.#all.size > 0 || this.#pending.length > 0) return;
    const onDrained = this.#onDrained;
    this.#onDrained = () => {};
    onDrained();
  }
}

/** What is counted of a stream that ended early on a connection that has others. */
const RESET_COUNTERS: { readonly [Reason in StreamResetReason]: number | undefined } = {
  localReset: field.upstream_rq_tx_reset,
  localRefusedStreamReset: undefined,
  remoteReset: field.upstream_rq_rx_reset,
  remoteRefusedStreamReset: undefined,
  localConnectionFailure: field.upstream_rq_pending_failure_eject,
  remoteConnectionFailure: field.upstream_rq_pending_failure_eject,
  connectionTimeout: field.upstream_rq_pending_failure_eject,
  connectionTermination: field.upstream_rq_pending_failure_eject,
  overflow: undefined,
  connectError: undefined,
  protocolError: field.upstream_rq_tx_reset,
  overloadManager: field.upstream_rq_tx_reset,
  http1PrematureUpstreamHalfClose: undefined,
};

function describe(host: Host, cluster: Cluster): UpstreamInfo {
  return {
    hostAddress: host.addressText,
    hostname: host.hostname,
    clusterName: cluster.name,
    clusterStatName: cluster.config.observabilityName,
    ...(host.metadata === undefined ? {} : { metadata: host.metadata }),
  };
}
