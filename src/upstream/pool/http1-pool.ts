import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import type { Http1ClientOptions } from '#http/h1/client-options.ts';
import type { Cluster } from '#upstream/cluster.ts';
import type { RoutingPriority } from '#upstream/cluster-config.ts';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';
import { UpstreamConnection } from '#upstream/pool/upstream-connection.ts';

const { field } = clusterStats;
const { field: hostField } = hostStats;

/** Why no connection could be had (Envoy's PoolFailureReason). */
export type PoolFailureReason =
  | 'overflow'
  | 'localConnectionFailure'
  | 'remoteConnectionFailure'
  | 'timeout';

/** What hears how a wish for a connection ends. */
export interface PoolCallbacks {
  onPoolReady(encoder: RequestEncoder, connection: UpstreamConnection): void;
  onPoolFailure(reason: PoolFailureReason, transportFailureReason: string): void;
}

/** A request that waits for a connection. */
export interface PendingRequest {
  readonly decoder: ResponseDecoder;
  readonly callbacks: PoolCallbacks;
  isCancelled: boolean;
}

/**
 * The HTTP/1.1 connections of one worker to one host: idle ones are taken most recently used
 * first, so that the others can go after their idle timeout.
 */
export class Http1Pool {
  readonly host: Host;
  readonly cluster: Cluster;
  readonly codecOptions: Http1ClientOptions;
  readonly #environment: PoolEnvironment;
  readonly #priority: RoutingPriority;
  readonly #idle: UpstreamConnection[] = [];
  readonly #pending: PendingRequest[] = [];
  readonly #all = new Set<UpstreamConnection>();
  #connecting = 0;
  #isDraining = false;

  constructor(
    host: Host,
    cluster: Cluster,
    priority: RoutingPriority,
    environment: PoolEnvironment,
  ) {
    this.host = host;
    this.cluster = cluster;
    this.#priority = priority;
    this.#environment = environment;
    const { http } = cluster.config;
    this.codecOptions = {
      maxResponseHeadersBytes: http.maxResponseHeadersKb * 1024,
      maxHeadersCount: http.maxResponseHeadersCount,
      enableTrailers: http.enableTrailers,
      allowChunkedLength: http.allowChunkedLength,
      sendFullyQualifiedUrl: http.sendFullyQualifiedUrl,
      headerKeyFormat: http.headerKeyFormat,
    };
  }

  /**
   * Asks for a connection. With an idle one the callbacks are called at once and nothing is
   * returned; otherwise the request waits, and what is returned can be passed to `cancel`.
   */
  newStream(decoder: ResponseDecoder, callbacks: PoolCallbacks): PendingRequest | undefined {
    const { stats } = this.cluster;
    const resources = this.cluster.resources(this.#priority);
    const connection = this.#idle.pop();
    if (connection !== undefined) {
      if (!resources.requests.tryAcquire()) {
        this.#idle.push(connection);
        stats.inc(field.upstream_rq_pending_overflow);
        callbacks.onPoolFailure('overflow', '');
        return undefined;
      }
      this.#attach(connection, decoder, callbacks);
      return undefined;
    }
    if (!resources.pendingRequests.tryAcquire()) {
      stats.inc(field.upstream_rq_pending_overflow);
      callbacks.onPoolFailure('overflow', '');
      return undefined;
    }
    stats.inc(field.upstream_rq_pending_total);
    stats.inc(field.upstream_rq_pending_active);
    this.host.stats.inc(hostField.rq_pending_active);
    const pending = { decoder, callbacks, isCancelled: false };
    this.#pending.push(pending);
    this.#connectAsNeeded();
    return pending;
  }

  cancel(pending: PendingRequest): void {
    const index = this.#pending.indexOf(pending);
    if (index < 0) return;
    pending.isCancelled = true;
    this.#pending.splice(index, 1);
    this.#releasePending();
    this.cluster.stats.inc(field.upstream_rq_cancelled);
  }

  /** The host is gone: idle connections close now, busy ones after their exchange. */
  drain(): void {
    this.#isDraining = true;
    for (const connection of this.#idle.splice(0)) connection.close();
    if (this.#pending.length > 0) this.#connectAsNeeded();
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** A connection came up. */
  connected(connection: UpstreamConnection): void {
    this.#connecting--;
    this.#makeAvailable(connection);
  }

  /** An exchange is complete and the connection can take another one. */
  released(connection: UpstreamConnection): void {
    if (this.#isDraining && this.#pending.length === 0) connection.close();
    else this.#makeAvailable(connection);
  }

  /** A connection is about to go: it takes no more requests. */
  withdraw(connection: UpstreamConnection): void {
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** A connection is gone; one that never came up takes a waiting request with it. */
  closed(
    connection: UpstreamConnection,
    failure: PoolFailureReason | undefined,
    why: string,
  ): void {
    this.#all.delete(connection);
    this.cluster.resources(this.#priority).connections.release();
    this.withdraw(connection);
    if (failure === undefined) {
      if (this.#pending.length > 0) this.#connectAsNeeded();
      return;
    }
    this.#connecting--;
    // As in Envoy, a failed connect fails everything that waited for this host.
    for (const pending of this.#pending.splice(0)) {
      this.#releasePending();
      pending.callbacks.onPoolFailure(failure, why);
    }
  }

  #makeAvailable(connection: UpstreamConnection): void {
    const pending = this.#pending.shift();
    if (pending === undefined) {
      this.#idle.push(connection);
      connection.becameIdle();
      return;
    }
    this.#releasePending();
    const { requests } = this.cluster.resources(this.#priority);
    if (requests.tryAcquire()) {
      this.#attach(connection, pending.decoder, pending.callbacks);
      return;
    }
    this.cluster.stats.inc(field.upstream_rq_pending_overflow);
    pending.callbacks.onPoolFailure('overflow', '');
    this.#makeAvailable(connection);
  }

  #releasePending(): void {
    this.cluster.resources(this.#priority).pendingRequests.release();
    this.cluster.stats.dec(field.upstream_rq_pending_active);
    this.host.stats.dec(hostField.rq_pending_active);
  }

  #attach(
    connection: UpstreamConnection,
    decoder: ResponseDecoder,
    callbacks: PoolCallbacks,
  ): void {
    const { stats } = this.cluster;
    stats.inc(field.upstream_rq_total);
    stats.inc(field.upstream_rq_active);
    this.host.stats.inc(hostField.rq_total);
    this.host.stats.inc(hostField.rq_active);
    callbacks.onPoolReady(connection.newStream(decoder), connection);
  }

  /** The counterpart of `#attach`. */
  streamEnded(): void {
    this.cluster.stats.dec(field.upstream_rq_active);
    this.host.stats.dec(hostField.rq_active);
    this.cluster.resources(this.#priority).requests.release();
  }

  #connectAsNeeded(): void {
    while (this.#connecting < this.#pending.length) {
      const { connections } = this.cluster.resources(this.#priority);
      if (!connections.tryAcquire()) {
        this.cluster.stats.inc(field.upstream_cx_overflow);
        // The first connection of a host is always made, or its requests would wait for ever.
        if (this.#all.size > 0) return;
        connections.acquire();
      }
      this.#connecting++;
      this.#all.add(new UpstreamConnection(this, this.#environment));
    }
  }
}
