import type { FilterFactory } from '#connection-manager/filter.ts';
import { createRouterFactory } from '#extensions/http-filters/router/router-filter.ts';
import type { HttpFilterConfig } from '#http/connection-manager-config.ts';
import { ROUTER_FILTER_TYPE, type RouterFilterConfig } from '#http/router-filter-config.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { HostPools } from '#upstream/pool/host-pools.ts';

/** Builds the filters of one chain: the explicit list of everything there is. */
export function createFilterFactories(
  configs: readonly HttpFilterConfig[],
  stats: StatBlock,
  pools: HostPools,
): FilterFactory[] {
  return configs.map(({ type, name, config }) => {
    if (type !== ROUTER_FILTER_TYPE) throw new Error(`assertion failed: no filter for ${type}`);
    return createRouterFactory(name, {
      config: config as RouterFilterConfig,
      stats,
      poolFor: (cluster, host, priority) => pools.get(cluster, host, priority),
    });
  });
}
