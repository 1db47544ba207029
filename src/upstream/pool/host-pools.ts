import type { Cluster } from '#upstream/cluster.ts';
import type { RoutingPriority } from '#upstream/cluster-config.ts';
import type { Host } from '#upstream/host.ts';
import { type ConnectionFactory, ConnectionPool } from '#upstream/pool/connection-pool.ts';
import { http1ConnectionsOf } from '#upstream/pool/http1-connections.ts';
import { http2ConnectionsOf } from '#upstream/pool/http2-connections.ts';
import type { UpstreamProtocol } from '#upstream/pool/pool-callbacks.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';

/** The pools of one host: one for each priority and protocol that was asked for. */
type PoolsOfHost = (ConnectionPool | undefined)[];

/** Finds and makes the connection pools of a worker; each host carries its own. */
export class HostPools {
  readonly #environment: PoolEnvironment;

  constructor(environment: PoolEnvironment) {
    this.#environment = environment;
  }

  get(
    cluster: Cluster,
    host: Host,
    priority: RoutingPriority,
    protocol: UpstreamProtocol,
  ): ConnectionPool {
    const index = (priority === 'high' ? 2 : 0) + (protocol === 'HTTP/2' ? 1 : 0);
    const pools = host.pool as PoolsOfHost | undefined;
    const pool = pools?.[index];
    if (pool !== undefined) return pool;
    const connections = this.#connectionsOf(cluster, protocol);
    const created = new ConnectionPool(host, cluster, priority, protocol, connections);
    host.pool = [0, 1, 2, 3].map((each) => (each === index ? created : pools?.[each]));
    return created;
  }

  /**
   * The host is no longer in use: its connections finish what they do. When the last one is gone
   * the cluster gets the host's statistics back.
   */
  drain(host: Host, cluster: Cluster): void {
    const pools = (host.pool as PoolsOfHost).filter((pool) => pool !== undefined);
    let busy = pools.length;
    for (const pool of pools) {
      pool.drain(() => {
        if (--busy === 0) cluster.releaseHost(host);
      });
    }
  }

  #connectionsOf(cluster: Cluster, protocol: UpstreamProtocol): ConnectionFactory {
    return protocol === 'HTTP/2'
      ? http2ConnectionsOf(cluster, this.#environment)
      : http1ConnectionsOf(cluster, this.#environment);
  }
}
