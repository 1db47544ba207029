import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
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

export function parseRouterFilter(context: ParseContext, message: Router): RouterFilterConfig {
  if (message.startChildSpan) {
    context.at('start_child_span').warn('has no effect in Proa: it does not trace yet');
  }
  if (message.upstreamLog.length > 0) {
    context.at('upstream_log').error('upstream access logs are not supported by Proa yet');
  }
  if (message.upstreamHttpFilters.length > 0) {
    context.at('upstream_http_filters').error('upstream filters are not supported by Proa yet');
  }
  const logOptions = message.upstreamLogOptions;
  if (
    logOptions?.flushUpstreamLogOnUpstreamStream === true ||
    (durationMs(logOptions?.upstreamLogFlushInterval) ?? 0) > 0
  ) {
    context.at('upstream_log_options').warn('has no effect without an upstream_log');
  }
  return {
    dynamicStats: message.dynamicStats ?? true,
    suppressEnvoyHeaders: message.suppressEnvoyHeaders,
    strictCheckHeaders: message.strictCheckHeaders,
    respectExpectedRqTimeout: message.respectExpectedRqTimeout,
    suppressGrpcRequestFailureCodeStats: message.suppressGrpcRequestFailureCodeStats,
  };
}
