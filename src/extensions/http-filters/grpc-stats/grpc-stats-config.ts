import type { GrpcMethod } from '#http/grpc-method.ts';

export const GRPC_STATS_TYPE = 'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig';

/** What the gRPC statistics filter is told (`grpc_stats.v3.FilterConfig`); plain data. */
export interface GrpcStatsConfig {
  /** Which methods are counted apart; the others are counted together. */
  readonly methods: 'all' | readonly GrpcMethod[];
  /** The numbers of messages are kept with the stream, for logs and other filters. */
  readonly emitFilterState: boolean;
  /** How long upstreams take is counted too. */
  readonly enableUpstreamStats: boolean;
  /** With `methods: 'all'`: dots in names of services become underscores. */
  readonly replaceDotsInGrpcServiceName: boolean;
}
