import type { Histogram } from '#stats/histogram.ts';
import type { NamedCounter } from '#stats/named-counter.ts';

/** Gives statistics by their names; what it gives for one name is always the same. */
export interface StatsByName {
  counter(name: string): NamedCounter;
  histogram(name: string): Histogram;
}

/**
 * `upstream_rq_<code>`, `upstream_rq_<class>xx`, `upstream_rq_completed` and `upstream_rq_time`
 * outside the cluster's own: for a virtual cluster, a route with a `stat_prefix` or an alternative name. Counters come to be
 * with the first response of a status.
 */
export class ScopedCodeStats {
  readonly #stats: StatsByName;
  readonly #prefix: string;
  readonly #byStatus = new Map<string, readonly NamedCounter[]>();

  /** `prefix` is the scope, with its dot at the end. */
  constructor(stats: StatsByName, prefix: string) {
    this.#stats = stats;
    this.#prefix = prefix;
  }

  /** `origins`: `internal.` or `external.`, where those are counted apart. */
  charge(status: number, origin: '' | 'internal' | 'external'): void {
    const key = `${origin}${status}`;
    let counters = this.#byStatus.get(key);
    if (counters === undefined) {
      counters = [
        ...this.#countersOf('', status),
        ...(origin === '' ? [] : this.#countersOf(`${origin}.`, status)),
      ];
      this.#byStatus.set(key, counters);
    }
    for (const counter of counters) counter.inc();
  }

  /** A counter of the scope that has nothing to do with statuses. */
  counter(name: string): NamedCounter {
    return this.#stats.counter(this.#prefix + name);
  }

  /** Milliseconds from the end of the request to the end of the response. */
  recordTime(timeMs: number, origin: '' | 'internal' | 'external'): void {
    this.#stats.histogram(`${this.#prefix}upstream_rq_time`).record(timeMs);
    if (origin === '') return;
    this.#stats.histogram(`${this.#prefix}${origin}.upstream_rq_time`).record(timeMs);
  }

  #countersOf(prefix: string, status: number): NamedCounter[] {
    const isKnown = status >= 100 && status <= 599;
    const code = isKnown ? String(status) : 'unknown';
    const names = ['completed', code, ...(isKnown ? [`${code[0]}xx`] : [])];
    return names.map((name) => this.counter(`${prefix}upstream_rq_${name}`));
  }
}
