import { alternativeStats } from '#extensions/http-filters/router/route-stats.ts';
import type { RouterEnvironment } from '#extensions/http-filters/router/router-environment.ts';
import type { ScopedCodeStats } from '#extensions/http-filters/router/scoped-code-stats.ts';
import { isGrpcServerError } from '#http/grpc-status.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { Route } from '#routing/route.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';
import type { Cluster } from '#upstream/cluster.ts';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import type { RequestOrigin } from '#upstream/response-code-stats.ts';

const { field } = clusterStats;
const { field: hostField } = hostStats;
const GRPC_STATUS = HeaderName['grpc-status'];
const ALTERNATIVE_NAME = HeaderName['x-envoy-upstream-alt-stat-name'];

/** How much is counted of a response. */
type ChargeMode =
  | 'all'
  /** `suppress_grpc_request_failure_code_stats`: its status only by where the request came from. */
  | 'byOrigin'
  /** `dynamic_stats` is off. */
  | 'none';

/** Counts what becomes of one request, wherever it is to be counted. */
export class UpstreamCharges {
  readonly #cluster: Cluster;
  readonly #origin: RequestOrigin;
  readonly #mode: ChargeMode;
  /** Of virtual cluster and route. */
  readonly #scopes: readonly ScopedCodeStats[];
  /** The cluster's, under another name. */
  readonly #alternative: ScopedCodeStats | undefined;
  readonly #isGrpc: boolean;
  /** The answer to a gRPC call has begun: its status will say whether the host did well. */
  #isOutcomeOpen = false;

  constructor(
    cluster: Cluster,
    origin: RequestOrigin,
    mode: ChargeMode,
    scopes: readonly ScopedCodeStats[],
    alternative: ScopedCodeStats | undefined,
    isGrpc: boolean,
  ) {
    this.#cluster = cluster;
    this.#origin = origin;
    this.#mode = mode;
    this.#scopes = scopes;
    this.#alternative = alternative;
    this.#isGrpc = isGrpc;
    for (const scope of scopes) scope.counter('upstream_rq_total').inc();
  }

  /** The upstream sent a 1xx response. */
  interimResponse(status: number): void {
    this.#charge(status, undefined);
  }

  /** The upstream answered. */
  response(headers: ResponseHeaders, endStream: boolean, host: Host): void {
    const { status } = headers;
    this.#charge(status, host);
    if (status >= 500) host.stats.inc(hostField.rq_error);
    else if (!this.#isGrpc) host.stats.inc(hostField.rq_success);
    else if (endStream) this.#chargeOutcome(headers, host);
    else this.#isOutcomeOpen = true;
  }

  /** The answer ended, with trailers or without. */
  responseEnded(trailers: HeaderMap | undefined, host: Host): void {
    if (this.#isOutcomeOpen) this.#chargeOutcome(trailers, host);
  }

  /** The answer broke off; whether that made a failure of a call. */
  responseBroken(host: Host): boolean {
    if (!this.#isOutcomeOpen) return false;
    this.#chargeOutcome(undefined, host);
    return true;
  }

  /** A call without a status failed. */
  #chargeOutcome(headers: HeaderMap | undefined, host: Host): void {
    this.#isOutcomeOpen = false;
    const status = headers?.getKnown(GRPC_STATUS);
    const isError = status === undefined || isGrpcServerError(status);
    host.stats.inc(isError ? hostField.rq_error : hostField.rq_success);
  }

  /** The request was answered in the upstream's place; the host is unknown before one was chosen. */
  failure(status: number, host: Host | undefined): void {
    host?.stats.inc(hostField.rq_error);
    this.#charge(status, host);
  }

  /** The upstream took too long. */
  timeout(host: Host): void {
    this.#cluster.stats.inc(field.upstream_rq_timeout);
    host.stats.inc(hostField.rq_timeout);
    for (const scope of this.#scopes) scope.counter('upstream_rq_timeout').inc();
  }

  perTryTimeout(host: Host): void {
    this.#cluster.stats.inc(field.upstream_rq_per_try_timeout);
    host.stats.inc(hostField.rq_timeout);
  }

  /** The response is complete, so many milliseconds after the request. */
  responseTime(timeMs: number, host: Host): void {
    if (this.#mode === 'none') return;
    const { responseTimeStats } = this.#cluster;
    responseTimeStats.record(timeMs, this.#origin);
    if (host.isCanary) responseTimeStats.recordCanary(timeMs);
    for (const scope of this.#scopes) scope.recordTime(timeMs, '');
    this.#alternative?.recordTime(timeMs, this.#origin);
  }

  #charge(status: number, host: Host | undefined): void {
    if (this.#mode === 'none') return;
    this.#cluster.stats.inc(field.upstream_rq_completed);
    const onlyOrigin = this.#mode === 'byOrigin';
    this.#cluster.responseCodeStats.charge(status, this.#origin, onlyOrigin);
    if (host?.isCanary) this.#cluster.responseCodeStats.charge(status, 'canary', true);
    for (const scope of this.#scopes) scope.charge(status, '');
    this.#alternative?.charge(status, this.#origin);
  }
}

/** Finds out what a request is counted under; the stream's info gets its virtual cluster. */
export function chargesOf(
  { config, routeStats }: RouterEnvironment,
  cluster: Cluster,
  route: Route,
  headers: RequestHeaders,
  isGrpc: boolean,
  info: StreamInfo,
): UpstreamCharges {
  const virtualCluster = route.virtualHost.virtualClusterName(headers);
  if (virtualCluster !== undefined) info.virtualClusterName = virtualCluster;
  let mode: ChargeMode = config.dynamicStats ? 'all' : 'none';
  if (isGrpc && config.suppressGrpcRequestFailureCodeStats) mode = 'byOrigin';
  return new UpstreamCharges(
    cluster,
    headers.hasKnown(HeaderName['x-envoy-internal']) ? 'internal' : 'external',
    mode,
    routeStats.scopesOf(route, virtualCluster),
    headers.hasKnown(ALTERNATIVE_NAME) ? alternativeStats(headers, cluster.stats) : undefined,
    isGrpc,
  );
}
