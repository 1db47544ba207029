import { type HttpFilterReader, messageReader } from '#connection-manager/http-filter-reader.ts';
import {
  GRPC_STATS_TYPE,
  type GrpcStatsConfig,
} from '#extensions/http-filters/grpc-stats/grpc-stats-config.ts';
import type { GrpcMethodList } from '#gen/envoy/config/core/v3/grpc_method_list_pb.d.ts';
import type { FilterConfig } from '#gen/envoy/extensions/filters/http/grpc_stats/v3/config_pb.d.ts';
import type { GrpcMethod } from '#http/grpc-method.ts';

export const grpcStatsReader: HttpFilterReader = {
  config: messageReader(
    GRPC_STATS_TYPE,
    (message): GrpcStatsConfig => ({
      methods: parseMethods(message.perMethodStatSpecifier),
      emitFilterState: message.emitFilterState,
      enableUpstreamStats: message.enableUpstreamStats,
      replaceDotsInGrpcServiceName: message.replaceDotsInGrpcServiceName,
    }),
  ),
};

function parseMethods(
  specifier: FilterConfig['perMethodStatSpecifier'],
): GrpcStatsConfig['methods'] {
  switch (specifier.case) {
    case 'statsForAllMethods':
      return specifier.value.value ? 'all' : [];
    case 'individualMethodStatsAllowlist':
      return listedMethods(specifier.value);
    case undefined:
      return [];
  }
}

function listedMethods({ services }: GrpcMethodList): readonly GrpcMethod[] {
  return services.flatMap(({ name, methodNames }) =>
    methodNames.map((method) => ({ service: name, method })),
  );
}
