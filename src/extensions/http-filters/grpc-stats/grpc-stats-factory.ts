import type { FilterCreator } from '#connection-manager/filter.ts';
import { CountedMethods } from '#extensions/http-filters/grpc-stats/counted-methods.ts';
import type { GrpcStatsConfig } from '#extensions/http-filters/grpc-stats/grpc-stats-config.ts';
import { GrpcStatsFilter } from '#extensions/http-filters/grpc-stats/grpc-stats-filter.ts';

export function createGrpcStats(config: GrpcStatsConfig): FilterCreator {
  const methods = new CountedMethods(config);
  return (callbacks) => new GrpcStatsFilter(callbacks, config, methods);
}
