import type { HttpConnectionManagerConfig } from '#connection-manager/connection-manager-config.ts';
import type { StreamTimeouts } from '#connection-manager/stream-timeouts.ts';
import { formatGrpcTimeout, parseGrpcTimeout } from '#http/grpc-timeout.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { RouteEntry } from '#routing/route.ts';

/** Whether `applyRouteTimeouts` has anything to do. */
export function hasTimeouts(entry: RouteEntry): boolean {
  return entry.idleTimeoutMs !== undefined || entry.maxStreamDuration !== undefined;
}

/**
 * Lets a route's own limits take the place of the connection manager's: `idle_timeout`, and
 * `max_stream_duration`, which can be the client's `grpc-timeout`. `elapsedMs` is how long the
 * stream has existed already.
 */
export function applyRouteTimeouts(
  timeouts: StreamTimeouts,
  entry: RouteEntry,
  headers: RequestHeaders,
  isGrpc: boolean,
  config: HttpConnectionManagerConfig,
  elapsedMs: number,
): void {
  if (entry.idleTimeoutMs !== undefined) timeouts.setIdle(entry.idleTimeoutMs);
  const { maxStreamDuration } = entry;
  if (maxStreamDuration === undefined) return;
  const limitMs = durationLimit(entry, headers, config);
  if (isGrpc) {
    if (limitMs !== undefined) headers.set('grpc-timeout', formatGrpcTimeout(limitMs));
    else if (config.common.maxStreamDurationMs > 0) headers.remove('grpc-timeout');
  }
  timeouts.setDuration(limitMs === undefined ? undefined : Math.max(limitMs - elapsedMs, 0));
}

/** In milliseconds; nothing is no limit. */
function durationLimit(
  { maxStreamDuration }: RouteEntry,
  headers: RequestHeaders,
  config: HttpConnectionManagerConfig,
): number | undefined {
  const wantedMs = parseGrpcTimeout(headers.get('grpc-timeout'));
  const maxMs = maxStreamDuration?.grpcTimeoutHeaderMaxMs;
  if (wantedMs === undefined || maxMs === undefined) {
    const limitMs = maxStreamDuration?.maxStreamDurationMs ?? config.common.maxStreamDurationMs;
    return limitMs === 0 ? undefined : limitMs;
  }
  const cappedMs = maxMs !== 0 && wantedMs > maxMs ? maxMs : wantedMs;
  const offsetMs = maxStreamDuration?.grpcTimeoutHeaderOffsetMs;
  if (cappedMs === 0 || offsetMs === undefined) return cappedMs;
  return Math.max(cappedMs - offsetMs, 0);
}
