import { forwardedScheme } from '#connection-manager/forwarding-headers.ts';
import type { RouterFilterConfig } from '#connection-manager/router-filter-config.ts';
import { HeaderName, type KnownHeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { updateAuthority } from '#routing/host-rewrite.ts';
import type { Route, RouteEntry } from '#routing/route.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';
import type { Host } from '#upstream/host.ts';

/** Meant for this proxy, and not for what lies behind it. */
const FOR_ROUTER: readonly KnownHeaderName[] = [
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-max-retries',
  'x-envoy-retriable-header-names',
  'x-envoy-retriable-status-codes',
  'x-envoy-retry-grpc-on',
  'x-envoy-retry-on',
  'x-envoy-upstream-alt-stat-name',
];
const FOR_ROUTER_IDS = FOR_ROUTER.map((name) => HeaderName[name]);

/** Makes the request what the chosen host is to see. */
export function prepareForUpstream(
  headers: RequestHeaders,
  route: Route,
  entry: RouteEntry,
  host: Host,
  info: StreamInfo,
  config: RouterFilterConfig,
): void {
  const keepsOriginal = !config.suppressEnvoyHeaders;
  info.attemptCount = 1;
  if (route.virtualHost.includeRequestAttemptCount) headers.set('x-envoy-attempt-count', '1');
  route.finalizeRequestHeaders(headers, info, keepsOriginal);
  if (entry.autoHostRewrite && host.hostname !== '') {
    updateAuthority(headers, host.hostname, entry.appendXForwardedHost, keepsOriginal);
  }
  setUpstreamScheme(headers, info);
  // Of other clients' requests the connection manager removed them.
  if (headers.hasKnown(HeaderName['x-envoy-internal'])) {
    for (const id of FOR_ROUTER_IDS) headers.removeKnown(id);
  }
}

/** Envoy's `FilterUtility::setUpstreamScheme`. Connections to hosts are plain. */
function setUpstreamScheme(headers: RequestHeaders, info: StreamInfo): void {
  const { scheme } = headers;
  if (info.schemeMatchesUpstream) headers.scheme = 'http';
  else if (scheme !== 'http' && scheme !== 'https') {
    headers.scheme = forwardedScheme(headers) ?? 'http';
  }
}
