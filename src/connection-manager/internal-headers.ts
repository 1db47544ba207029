import { HeaderSet } from '#http/header-set.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

/** By these only proxies and services of the same mesh may steer each other. */
const STEERING = new HeaderSet([
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-original-url',
]);

/**
 * Removes what a client from outside must not say (Envoy's `cleanInternalHeaders`). `isEdge`: this
 * proxy is the first one that the request meets. `internalOnly` are the route configuration's
 * `internal_only_headers`.
 */
export function removeInternalHeaders(
  headers: RequestHeaders,
  isEdge: boolean,
  internalOnly: readonly string[],
): void {
  if (isEdge) {
    headers.remove('x-envoy-decorator-operation');
    headers.removeKnown(HeaderName['x-envoy-downstream-service-cluster']);
    headers.removeKnown(HeaderName['x-envoy-downstream-service-node']);
    headers.removeKnown(HeaderName['x-envoy-original-path']);
    headers.remove('x-envoy-original-host');
  }
  headers.removeAny(STEERING);
  for (const name of internalOnly) headers.remove(name);
}
