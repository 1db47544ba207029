import type { HttpFilterConfig } from '#connection-manager/connection-manager-config.ts';
import type { FilterFactory } from '#connection-manager/filter.ts';
import {
  ROUTER_FILTER_TYPE,
  type RouterFilterConfig,
} from '#connection-manager/router-filter-config.ts';
import type { RouteStats } from '#extensions/http-filters/router/route-stats.ts';
import { createRouterFactory } from '#extensions/http-filters/router/router-factory.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { HostPools } from '#upstream/pool/host-pools.ts';

/** What filters take from the worker they run in. */
export interface FilterMakings {
  readonly pools: HostPools;
  readonly routeStats: RouteStats;
}

/** Builds the filters of one chain: the explicit list of everything there is. */
export function createFilterFactories(
  configs: readonly HttpFilterConfig[],
  stats: StatBlock,
  { pools, routeStats }: FilterMakings,
): FilterFactory[] {
  return configs.map(({ type, name, config }) => {
    if (type !== ROUTER_FILTER_TYPE) throw new Error(`assertion failed: no filter for ${type}`);
    return createRouterFactory(name, {
      config: config as RouterFilterConfig,
      stats,
      routeStats,
      poolFor: (cluster, host, priority, protocol) => pools.get(cluster, host, priority, protocol),
    });
  });
}
