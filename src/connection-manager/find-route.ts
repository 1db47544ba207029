import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import { applyRouteTimeouts, hasTimeouts } from '#connection-manager/route-timeouts.ts';
import type { StreamTimeouts } from '#connection-manager/stream-timeouts.ts';
import { isGrpcRequest } from '#http/grpc-status.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { Route } from '#routing/route.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/**
 * Matches a request and lets what follows from its route take effect: what logs say of route and
 * cluster, and the route's own timeouts. `random` is fixed for the stream.
 */
export function findRoute(
  headers: RequestHeaders,
  info: StreamInfo,
  manager: HttpConnectionManager,
  timeouts: StreamTimeouts,
  random: number,
): Route | undefined {
  const route = manager.routes.match(headers, info, random);
  info.route = route;
  info.routeName = route?.name ?? '';
  info.upstreamCluster = undefined;
  if (route?.action.kind !== 'route') return route;
  const entry = route.action;
  const { clusters, clock } = manager.services;
  info.upstreamCluster = clusters.get(entry.clusterName)?.info;
  if (hasTimeouts(entry)) {
    const elapsedMs = clock.nowMs - info.startTimeMs;
    const isGrpc = isGrpcRequest(headers);
    applyRouteTimeouts(timeouts, entry, headers, isGrpc, manager.config, elapsedMs);
  }
  return route;
}
