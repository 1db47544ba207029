import type { HttpFilterConfig } from '#connection-manager/connection-manager-config.ts';
import type { FilterCreator, FilterFactory } from '#connection-manager/filter.ts';
import {
  ROUTER_FILTER_TYPE,
  type RouterFilterConfig,
} from '#connection-manager/router-filter-config.ts';
import { BUFFER_TYPE, type BufferConfig } from '#extensions/http-filters/buffer/buffer-config.ts';
import { createBuffer } from '#extensions/http-filters/buffer/buffer-factory.ts';
import {
  GRPC_HTTP1_BRIDGE_TYPE,
  type GrpcHttp1BridgeConfig,
} from '#extensions/http-filters/grpc-http1-bridge/grpc-http1-bridge-config.ts';
import { createGrpcHttp1Bridge } from '#extensions/http-filters/grpc-http1-bridge/grpc-http1-bridge-factory.ts';
import {
  GRPC_STATS_TYPE,
  type GrpcStatsConfig,
} from '#extensions/http-filters/grpc-stats/grpc-stats-config.ts';
import { createGrpcStats } from '#extensions/http-filters/grpc-stats/grpc-stats-factory.ts';
import { GRPC_WEB_TYPE } from '#extensions/http-filters/grpc-web/grpc-web-config.ts';
import { createGrpcWeb } from '#extensions/http-filters/grpc-web/grpc-web-factory.ts';
import {
  HEADER_MUTATION_TYPE,
  type HeaderMutationFilterConfig,
} from '#extensions/http-filters/header-mutation/header-mutation-config.ts';
import { createHeaderMutation } from '#extensions/http-filters/header-mutation/header-mutation-factory.ts';
import type { RouteStats } from '#extensions/http-filters/router/route-stats.ts';
import { createRouterFactory } from '#extensions/http-filters/router/router-factory.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { HostPools } from '#upstream/pool/host-pools.ts';

/** What filters take from the worker they run in. */
export interface FilterMakings {
  readonly pools: HostPools;
  readonly routeStats: RouteStats;
}

type CreateFilter = (config: unknown) => FilterCreator;

/**
 * The explicit list of everything there is but the router, by the type of its configuration. The
 * main thread has one of its own (`http-filter-readers.ts`).
 */
const filters: ReadonlyMap<string, CreateFilter> = new Map<string, CreateFilter>([
  [BUFFER_TYPE, (config) => createBuffer(config as BufferConfig)],
  [GRPC_HTTP1_BRIDGE_TYPE, (config) => createGrpcHttp1Bridge(config as GrpcHttp1BridgeConfig)],
  [GRPC_STATS_TYPE, (config) => createGrpcStats(config as GrpcStatsConfig)],
  [GRPC_WEB_TYPE, createGrpcWeb],
  [HEADER_MUTATION_TYPE, (config) => createHeaderMutation(config as HeaderMutationFilterConfig)],
]);

/** Builds the filters of one chain. */
export function createFilterFactories(
  configs: readonly HttpFilterConfig[],
  stats: StatBlock,
  { pools, routeStats }: FilterMakings,
): FilterFactory[] {
  return configs.map(({ type, name, isDisabled, config }) => {
    if (type !== ROUTER_FILTER_TYPE) {
      const create = filters.get(type);
      if (create === undefined) throw new Error(`assertion failed: no filter for ${type}`);
      return { name, isDisabled, create: create(config) };
    }
    return createRouterFactory(name, {
      config: config as RouterFilterConfig,
      stats,
      routeStats,
      poolFor: (cluster, host, priority, protocol) => pools.get(cluster, host, priority, protocol),
    });
  });
}
