import type { Router } from '#gen/envoy/extensions/filters/http/router/v3/router_pb.d.ts';

export const ROUTER_FILTER_TYPE = 'envoy.extensions.filters.http.router.v3.Router';

/** What the router filter is told (`envoy.extensions.filters.http.router.v3.Router`); plain data. */
export interface RouterFilterConfig {
  /** Whether statistics are kept by response code and the like; default true. */
  readonly dynamicStats: boolean;
  /** Whether the `x-envoy-*` headers about the upstream are left out. */
  readonly suppressEnvoyHeaders: boolean;
  /** Headers that make a request fail with 400 when their value is malformed. */
  readonly strictCheckHeaders: readonly string[];
  readonly respectExpectedRqTimeout: boolean;
  readonly suppressGrpcRequestFailureCodeStats: boolean;
}

export function parseRouterFilter(message: Router): RouterFilterConfig {
  return {
    dynamicStats: message.dynamicStats ?? true,
    suppressEnvoyHeaders: message.suppressEnvoyHeaders,
    strictCheckHeaders: message.strictCheckHeaders,
    respectExpectedRqTimeout: message.respectExpectedRqTimeout,
    suppressGrpcRequestFailureCodeStats: message.suppressGrpcRequestFailureCodeStats,
  };
}
