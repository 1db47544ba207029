import type { Cluster } from '#upstream/cluster.ts';
import type { RoutingPriority } from '#upstream/cluster-config.ts';
import type { Host } from '#upstream/host.ts';
import { type ConnectionFactory, ConnectionPool } from '#upstream/pool/connection-pool.ts';
import { http1ConnectionsOf } from '#upstream/pool/http1-connections.ts';
import { http2ConnectionsOf } from '#upstream/pool/http2-connections.ts';
import type { UpstreamProtocol } from '#upstream/pool/pool-callbacks.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';
import { TcpUpstreamConnection } from '#upstream/pool/tcp-upstream-connection.ts';

const PROTOCOLS: readonly UpstreamProtocol[] = ['HTTP/1.1', 'HTTP/2', 'TCP'];

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
    const index = (priority === 'high' ? PROTOCOLS.length : 0) + PROTOCOLS.indexOf(protocol);
    const pools = host.pool as PoolsOfHost | undefined;
    const pool = pools?.[index];
    if (pool !== undefined) return pool;
    const connections = this.#connectionsOf(cluster, protocol);
    const created = new ConnectionPool(host, cluster, priority, protocol, connections);
    host.pool = Array.from({ length: PROTOCOLS.length * 2 }, (_, each) =>
      each === index ? created : pools?.[each],
    );
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
    const environment = this.#environment;
    switch (protocol) {
      case 'HTTP/1.1':
        return http1ConnectionsOf(cluster, environment);
      case 'HTTP/2':
        return http2ConnectionsOf(cluster, environment);
      case 'TCP':
        return (pool) => new TcpUpstreamConnection(pool, environment);
    }
  }
}
