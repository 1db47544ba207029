import type { Cluster } from '#upstream/cluster.ts';
import type { RoutingPriority } from '#upstream/cluster-config.ts';
import type { Host } from '#upstream/host.ts';
import { Http1Pool } from '#upstream/pool/http1-pool.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';

/** The pools of one host: one for each priority that was asked for. */
interface PoolsOfHost {
  default: Http1Pool | undefined;
  high: Http1Pool | undefined;
}

/** Finds and makes the connection pools of a worker; each host carries its own. */
export class HostPools {
  readonly #environment: PoolEnvironment;

  constructor(environment: PoolEnvironment) {
    this.#environment = environment;
  }

  get(cluster: Cluster, host: Host, priority: RoutingPriority): Http1Pool {
    const pools = host.pool as PoolsOfHost | undefined;
    const pool = pools?.[priority];
    if (pool !== undefined) return pool;
    const created = new Http1Pool(host, cluster, priority, this.#environment);
    host.pool = { default: undefined, high: undefined, ...pools, [priority]: created };
    return created;
  }

  /**
   * The host is no longer in use: its connections finish what they do. When the last one is gone
   * the cluster gets the host's statistics back.
   */
  drain(host: Host, cluster: Cluster): void {
    const { default: normal, high } = host.pool as PoolsOfHost;
    const pools = [normal, high].filter((pool) => pool !== undefined);
    let busy = pools.length;
    for (const pool of pools) {
      pool.drain(() => {
        if (--busy === 0) cluster.releaseHost(host);
      });
    }
  }
}
