import type { Histogram } from '#stats/histogram.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { RequestOrigin } from '#upstream/response-code-stats.ts';

/**
 * A cluster's `upstream_rq_time`, alone and under `internal.` or `external.`: milliseconds from the
 * end of the request to the end of the response (Envoy's `CodeStatsImpl::chargeResponseTiming`).
 */
export class ResponseTimeStats {
  readonly #stats: StatBlock;
  #all: Histogram | undefined = undefined;
  #internal: Histogram | undefined = undefined;
  #external: Histogram | undefined = undefined;
  #canary: Histogram | undefined = undefined;

  constructor(stats: StatBlock) {
    this.#stats = stats;
  }

  record(timeMs: number, origin: RequestOrigin): void {
    this.#all ??= this.#stats.histogram('upstream_rq_time');
    this.#all.record(timeMs);
    if (origin === 'internal') {
      this.#internal ??= this.#stats.histogram('internal.upstream_rq_time');
      this.#internal.record(timeMs);
    } else {
      this.#external ??= this.#stats.histogram('external.upstream_rq_time');
      this.#external.record(timeMs);
    }
  }

  /** The host is a canary: once more under `canary.`. */
  recordCanary(timeMs: number): void {
    this.#canary ??= this.#stats.histogram('canary.upstream_rq_time');
    this.#canary.record(timeMs);
  }
}
