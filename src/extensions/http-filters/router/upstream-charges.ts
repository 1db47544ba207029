import type { ScopedCodeStats } from '#extensions/http-filters/router/scoped-code-stats.ts';
import type { Cluster } from '#upstream/cluster.ts';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import type { RequestOrigin } from '#upstream/response-code-stats.ts';

const { field } = clusterStats;
const { field: hostField } = hostStats;

/** How much is counted of a response. */
export type ChargeMode =
  | 'all'
  /** `suppress_grpc_request_failure_code_stats`: that there was one, not its status. */
  | 'completedOnly'
  /** `dynamic_stats` is off. */
  | 'none';

/** Counts what becomes of one request, wherever it is to be counted. */
export class UpstreamCharges {
  readonly #cluster: Cluster;
  readonly #origin: RequestOrigin;
  readonly #mode: ChargeMode;
  /** Of virtual cluster and route. */
  readonly #scopes: readonly ScopedCodeStats[] | undefined;
  /** The cluster's, under another name. */
  readonly #alternative: ScopedCodeStats | undefined;

  constructor(
    cluster: Cluster,
    origin: RequestOrigin,
    mode: ChargeMode,
    scopes: readonly ScopedCodeStats[] | undefined,
    alternative: ScopedCodeStats | undefined,
  ) {
    this.#cluster = cluster;
    this.#origin = origin;
    this.#mode = mode;
    this.#scopes = scopes;
    this.#alternative = alternative;
    for (const scope of scopes ?? []) scope.counter('upstream_rq_total').inc();
  }

  /** The upstream answered. */
  response(status: number, host: Host): void {
    host.stats.inc(status >= 500 ? hostField.rq_error : hostField.rq_success);
    this.#charge(status);
  }

  /** The request was answered in the upstream's place; the host is unknown before one was chosen. */
  failure(status: number, host: Host | undefined): void {
    host?.stats.inc(hostField.rq_error);
    this.#charge(status);
  }

  /** The upstream took too long. */
  timeout(host: Host): void {
    this.#cluster.stats.inc(field.upstream_rq_timeout);
    host.stats.inc(hostField.rq_timeout);
    for (const scope of this.#scopes ?? []) scope.counter('upstream_rq_timeout').inc();
  }

  perTryTimeout(host: Host): void {
    this.#cluster.stats.inc(field.upstream_rq_per_try_timeout);
    host.stats.inc(hostField.rq_timeout);
  }

  /** The response is complete, so many milliseconds after the request. */
  responseTime(timeMs: number): void {
    if (this.#mode !== 'none') this.#cluster.responseTimeStats.record(timeMs, this.#origin);
  }

  #charge(status: number): void {
    if (this.#mode === 'none') return;
    this.#cluster.stats.inc(field.upstream_rq_completed);
    if (this.#mode === 'completedOnly') return;
    this.#cluster.responseCodeStats.charge(status, this.#origin);
    for (const scope of this.#scopes ?? []) scope.charge(status, '');
    this.#alternative?.charge(status, this.#origin);
  }
}
