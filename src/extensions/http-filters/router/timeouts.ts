import type { RouterFilterConfig } from '#connection-manager/router-filter-config.ts';
import { formatGrpcTimeout, parseGrpcTimeout } from '#http/grpc-timeout.ts';
import { HeaderName } from '#http/known-headers.ts';
import { recurringField } from '#http/recurring-fields.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { RouteEntry } from '#routing/route.ts';
import type { ClusterConfig } from '#upstream/cluster-config.ts';

/** Milliseconds; 0 is none. */
export interface FinalTimeouts {
  /** For the whole answer, from the end of the request. */
  globalMs: number;
  perTryMs: number;
  maxStreamDurationMs: number;
  /** What a timeout is answered with: 504, or 204 for a client that asked for it. */
  status: number;
}

/** Filled for every request and read at once, so that none is made. */
const result: FinalTimeouts = { globalMs: 0, perTryMs: 0, maxStreamDurationMs: 0, status: 504 };

const NUMBER = /^[0-9]{1,15}$/;
const RQ_TIMEOUT = HeaderName['x-envoy-upstream-rq-timeout-ms'];
const PER_TRY_TIMEOUT = HeaderName['x-envoy-upstream-rq-per-try-timeout-ms'];
const EXPECTED_TIMEOUT = HeaderName['x-envoy-expected-rq-timeout-ms'];
const ALTERNATIVE_STATUS = HeaderName['x-envoy-upstream-rq-timeout-alt-response'];
const STREAM_DURATION = HeaderName['x-envoy-upstream-stream-duration-ms'];

/**
 * What the route and the trusted headers of the request say about timeouts; tells the upstream by
 * `x-envoy-expected-rq-timeout-ms`, and gRPC servers by `grpc-timeout` (Envoy's
 * `FilterUtility::finalTimeout`). The result is valid until the next call.
 */
export function finalTimeouts(
  entry: RouteEntry,
  headers: RequestHeaders,
  config: RouterFilterConfig,
  isGrpc: boolean,
  cluster: ClusterConfig,
): FinalTimeouts {
  // A route with `max_stream_duration` has done with the older limits.
  const usesOldLimits = entry.maxStreamDuration === undefined;
  const takesGrpcTimeout = isGrpc && usesOldLimits && entry.maxGrpcTimeoutMs !== undefined;
  let globalMs = usesOldLimits ? entry.timeoutMs : 0;
  if (takesGrpcTimeout) globalMs = grpcTimeout(entry, headers);
  const isTold = config.respectExpectedRqTimeout && headers.hasKnown(EXPECTED_TIMEOUT);
  if (isTold) globalMs = readNumber(headers, EXPECTED_TIMEOUT) ?? globalMs;
  else if (headers.hasKnown(RQ_TIMEOUT)) {
    globalMs = readNumber(headers, RQ_TIMEOUT) ?? globalMs;
    headers.removeKnown(RQ_TIMEOUT);
  }
  let perTryMs = 0;
  if (headers.hasKnown(PER_TRY_TIMEOUT)) {
    perTryMs = readNumber(headers, PER_TRY_TIMEOUT) ?? 0;
    headers.removeKnown(PER_TRY_TIMEOUT);
  }
  if (globalMs > 0 && perTryMs >= globalMs) perTryMs = 0;
  const expectedMs = perTryMs > 0 ? perTryMs : globalMs;
  if (expectedMs > 0) {
    if (!config.suppressEnvoyHeaders) {
      headers.setField(recurringField(EXPECTED_TIMEOUT, String(expectedMs)));
    }
    if (takesGrpcTimeout) headers.set('grpc-timeout', formatGrpcTimeout(expectedMs));
  }
  result.globalMs = globalMs;
  result.perTryMs = perTryMs;
  result.maxStreamDurationMs = cluster.http.maxStreamDurationMs;
  if (headers.hasKnown(STREAM_DURATION)) {
    result.maxStreamDurationMs = readNumber(headers, STREAM_DURATION) ?? result.maxStreamDurationMs;
    headers.removeKnown(STREAM_DURATION);
  }
  result.status = headers.removeKnown(ALTERNATIVE_STATUS) ? 204 : 504;
  return result;
}

/** The client's own timeout, at most `max_grpc_timeout`; 0 is none for both. */
function grpcTimeout(entry: RouteEntry, headers: RequestHeaders): number {
  const maxMs = entry.maxGrpcTimeoutMs ?? 0;
  const offsetMs = entry.grpcTimeoutOffsetMs ?? 0;
  let timeoutMs = parseGrpcTimeout(headers.get('grpc-timeout')) ?? 0;
  if (offsetMs < timeoutMs) timeoutMs -= offsetMs;
  return maxMs !== 0 && (timeoutMs === 0 || timeoutMs > maxMs) ? maxMs : timeoutMs;
}

/** The header's number; nothing for a malformed one. */
function readNumber(headers: RequestHeaders, id: number): number | undefined {
  const text = headers.getKnown(id);
  return text !== undefined && NUMBER.test(text) ? Number(text) : undefined;
}
