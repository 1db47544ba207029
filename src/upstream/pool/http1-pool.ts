import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import type { Http1ClientOptions } from '#http/h1/client-options.ts';
import type { UpstreamInfo } from '#stream-info/stream-info.ts';
import type { Cluster } from '#upstream/cluster.ts';
import type { RoutingPriority } from '#upstream/cluster-config.ts';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';
import { UpstreamConnection } from '#upstream/pool/upstream-connection.ts';
import type { ResourceManager } from '#upstream/resource-manager.ts';

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
}

/**
 * The HTTP/1.1 connections of one worker to one host for one priority. Idle ones are taken most
 * recently used first, so that the others can go after their idle timeout. Requests that find none
 * wait in line, and there are never more connections being made than requests waiting. The limits
 * are those of the cluster's circuit breaker.
 */
export class Http1Pool {
  readonly host: Host;
  readonly cluster: Cluster;
  readonly codecOptions: Http1ClientOptions;
  readonly #environment: PoolEnvironment;
  readonly #resources: ResourceManager;
  readonly #idle: UpstreamConnection[] = [];
  readonly #pending: PendingRequest[] = [];
  readonly #all = new Set<UpstreamConnection>();
  #info: UpstreamInfo;
  #connecting = 0;
  /** Set when the host is gone: called once nothing is left. */
  #onDrained: (() => void) | undefined = undefined;

  constructor(
    host: Host,
    cluster: Cluster,
    priority: RoutingPriority,
    environment: PoolEnvironment,
  ) {
    this.host = host;
    this.cluster = cluster;
    this.#environment = environment;
    showHttp1Stats(cluster);
    this.#resources = cluster.resources(priority);
    this.#info = describe(host, cluster);
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
   * Asks for a connection. With an idle one the callbacks are called at once and nothing is
   * returned; otherwise the request waits, and what is returned can be passed to `cancel`.
   */
  newStream(decoder: ResponseDecoder, callbacks: PoolCallbacks): PendingRequest | undefined {
    const connection = this.#idle.pop();
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
  cancel(pending: PendingRequest): void {
    const index = this.#pending.indexOf(pending);
    if (index < 0) return;
    this.#pending.splice(index, 1);
    this.#releasePending();
    this.cluster.stats.inc(field.upstream_rq_cancelled);
    this.#checkDrained();
  }

  /** The host is gone: idle connections close now, busy ones after their exchange. */
  drain(onDrained: () => void): void {
    this.#onDrained = onDrained;
    for (const connection of this.#idle.splice(0)) connection.close();
    this.#checkDrained();
  }

  // What connections say.

  /** It came up. */
  connected(connection: UpstreamConnection): void {
    this.#connecting--;
    this.#makeAvailable(connection);
  }

  /** An exchange is complete and the connection can take another one. */
  released(connection: UpstreamConnection): void {
    if (this.isDraining && this.#pending.length === 0) connection.close();
    else this.#makeAvailable(connection);
  }

  /** It is about to go: it takes no more requests. */
  withdraw(connection: UpstreamConnection): void {
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** An exchange is over, however it ended: the counterpart of `#attach`. */
  streamEnded(): void {
    this.cluster.stats.dec(field.upstream_rq_active);
    this.host.stats.dec(hostField.rq_active);
    this.#resources.requests.release();
  }

  /** It is gone. */
  closed(connection: UpstreamConnection): void {
    this.#all.delete(connection);
    this.#resources.connections.release();
    this.withdraw(connection);
    if (this.#pending.length > 0) this.#connectAsNeeded();
    this.#checkDrained();
  }

  /** It never came up; as in Envoy, everything that waits for this host fails with it. */
  connectFailed(
    connection: UpstreamConnection,
    failure: PoolFailureReason,
    transportFailureReason: string,
  ): void {
    this.#all.delete(connection);
    this.#resources.connections.release();
    this.#connecting--;
    for (const pending of this.#pending.splice(0)) {
      this.#releasePending();
      this.cluster.stats.inc(field.upstream_rq_pending_failure_eject);
      pending.callbacks.onPoolFailure(failure, transportFailureReason);
    }
    this.#checkDrained();
  }

  #makeAvailable(connection: UpstreamConnection): void {
    const pending = this.#pending.shift();
    if (pending === undefined) {
      this.#idle.push(connection);
      connection.becameIdle();
      return;
    }
    this.#releasePending();
    this.#attach(connection, pending.decoder, pending.callbacks);
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
      this.#makeAvailable(connection);
      callbacks.onPoolFailure('overflow', '');
      return;
    }
    stats.inc(field.upstream_rq_total);
    stats.inc(field.upstream_rq_active);
    this.host.stats.inc(hostField.rq_total);
    this.host.stats.inc(hostField.rq_active);
    callbacks.onPoolReady(connection.newStream(decoder), connection);
  }

  #releasePending(): void {
    this.#resources.pendingRequests.release();
    this.cluster.stats.dec(field.upstream_rq_pending_active);
    this.host.stats.dec(hostField.rq_pending_active);
  }

  #connectAsNeeded(): void {
    while (this.#connecting < this.#pending.length) {
      const { connections } = this.#resources;
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

  #checkDrained(): void {
    if (this.#onDrained === undefined || this.#all.size > 0 || this.#pending.length > 0) return;
    const onDrained = this.#onDrained;
    this.#onDrained = () => {};
    onDrained();
  }
}

function describe(host: Host, cluster: Cluster): UpstreamInfo {
  return {
    hostAddress: host.addressText,
    hostname: host.hostname,
    clusterName: cluster.name,
    clusterStatName: cluster.config.observabilityName,
    ...(host.metadata === undefined ? {} : { metadata: host.metadata }),
  };
}

/** What Envoy shows of a cluster from its first HTTP/1.1 connection on, although it stays 0 here. */
const HTTP1_COUNTERS = [
  'http1.dropped_headers_with_underscores',
  'http1.metadata_not_supported_error',
  'http1.requests_rejected_with_underscores_in_headers',
  'http1.response_flood',
];

function showHttp1Stats(cluster: Cluster): void {
  for (const name of HTTP1_COUNTERS) cluster.stats.counter(name);
  cluster.stats.add(field.upstream_cx_rx_bytes_buffered, 0);
}
