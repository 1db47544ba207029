import type { NamedCounter } from '#stats/named-counter.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/** Whether a request came from outside the mesh, as `x-envoy-internal` tells. */
export type RequestOrigin = 'internal' | 'external';

/** What is counted apart; a canary host says of itself in its metadata that it is one. */
type ChargedGroup = RequestOrigin | 'canary';

const FIRST_STATUS = 100;
const LAST_STATUS = 599;
const UNKNOWN_STATUS = LAST_STATUS + 1;

/**
 * Numbers statuses in the order in which the worker met them, so that a cluster's array has as many
 * entries as there are statuses in use instead of 500.
 */
const indexOfStatus = new Int16Array(UNKNOWN_STATUS + 1).fill(-1);
let statusesSeen = 0;

/** The counters that one status moves. */
interface StatusCounters {
  readonly code: NamedCounter;
  readonly originCode: NamedCounter;
  /** Statuses outside 100 to 599 belong to no class. */
  readonly statusClass: NamedCounter | undefined;
  readonly originStatusClass: NamedCounter | undefined;
  readonly originCompleted: NamedCounter;
}

/**
 * A cluster's `upstream_rq_<code>` and `upstream_rq_<class>xx`, alone and under `internal.` or `external.`
 * (Envoy's `CodeStatsImpl::chargeResponseStat`). Counters come to be with the first response of a status;
 * after that a response costs an array access and five additions. `upstream_rq_completed` of the cluster
 * itself is in the cluster's block.
 */
export class ResponseCodeStats {
  readonly #stats: StatBlock;
  readonly #groups: Readonly<Record<ChargedGroup, (StatusCounters | undefined)[]>> = {
    internal: [],
    external: [],
    canary: [],
  };

  constructor(stats: StatBlock) {
    this.#stats = stats;
  }

  /** `onlyGroup`: no more than what is counted under `internal.`, `external.` or `canary.`. */
  charge(status: number, group: ChargedGroup, onlyGroup = false): void {
    const known = status >= FIRST_STATUS && status <= LAST_STATUS ? status : UNKNOWN_STATUS;
    const byStatus = this.#groups[group];
    const index = indexOfStatus[known] as number;
    const counters =
      (index < 0 ? undefined : byStatus[index]) ?? this.#create(known, group, byStatus);
    counters.originCode.inc();
    counters.originCompleted.inc();
    counters.originStatusClass?.inc();
    if (onlyGroup) return;
    counters.code.inc();
    counters.statusClass?.inc();
  }

  #create(
    status: number,
    group: ChargedGroup,
    byStatus: (StatusCounters | undefined)[],
  ): StatusCounters {
    if (indexOfStatus[status] === -1) indexOfStatus[status] = statusesSeen++;
    const own = 'upstream_rq_';
    const scoped = `${group}.upstream_rq_`;
    const hasClass = status !== UNKNOWN_STATUS;
    const code = hasClass ? String(status) : 'unknown';
    const statusClass = `${code[0]}xx`;
    const counters = {
      code: this.#stats.counter(own + code),
      originCode: this.#stats.counter(scoped + code),
      originCompleted: this.#stats.counter(`${scoped}completed`),
      statusClass: hasClass ? this.#stats.counter(own + statusClass) : undefined,
      originStatusClass: hasClass ? this.#stats.counter(scoped + statusClass) : undefined,
    };
    const index = indexOfStatus[status] as number;
    while (byStatus.length < index) byStatus.push(undefined);
    byStatus[index] = counters;
    return counters;
  }
}
