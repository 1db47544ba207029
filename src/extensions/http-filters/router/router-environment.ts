import type { RouterFilterConfig } from '#connection-manager/router-filter-config.ts';
import type { RouteStats } from '#extensions/http-filters/router/route-stats.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { Cluster } from '#upstream/cluster.ts';
import type { Host } from '#upstream/host.ts';
import type { ConnectionPool } from '#upstream/pool/connection-pool.ts';
import type { UpstreamProtocol } from '#upstream/pool/pool-callbacks.ts';

/** What the routers of one filter chain have in common. */
export interface RouterEnvironment {
  readonly config: RouterFilterConfig;
  /** The connection manager's block: the router counts under the same prefix. */
  readonly stats: StatBlock;
  readonly routeStats: RouteStats;
  poolFor(
    cluster: Cluster,
    host: Host,
    priority: 'default' | 'high',
    protocol: UpstreamProtocol,
  ): ConnectionPool;
}
