import type { NamedCounter } from '#stats/named-counter.ts';

/** Gives the counter of a name; what it gives for one name is always the same. */
export type CounterByName = (name: string) => NamedCounter;

/**
 * `upstream_rq_<code>`, `upstream_rq_<class>xx` and `upstream_rq_completed` outside the cluster's own:
 * for a virtual cluster, a route with a `stat_prefix` or an alternative name. Counters come to be
 * with the first response of a status.
 */
export class ScopedCodeStats {
  readonly #counter: CounterByName;
  readonly #byStatus = new Map<string, readonly NamedCounter[]>();

  /** `counter` puts the scope before the names. */
  constructor(counter: CounterByName) {
    this.#counter = counter;
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
    return this.#counter(name);
  }

  #countersOf(prefix: string, status: number): NamedCounter[] {
    const isKnown = status >= 100 && status <= 599;
    const code = isKnown ? String(status) : 'unknown';
    const names = ['completed', code, ...(isKnown ? [`${code[0]}xx`] : [])];
    return names.map((name) => this.#counter(`${prefix}upstream_rq_${name}`));
  }
}
