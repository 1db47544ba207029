import {
  ScopedCodeStats,
  type StatsByName,
} from '#extensions/http-filters/router/scoped-code-stats.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { Route } from '#routing/route.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/** What a scope shows from its first request on, moved or not (Envoy's ALL_VIRTUAL_CLUSTER_STATS). */
const ALWAYS_SHOWN = [
  'upstream_rq_retry',
  'upstream_rq_retry_limit_exceeded',
  'upstream_rq_retry_overflow',
  'upstream_rq_retry_success',
  'upstream_rq_timeout',
  'upstream_rq_total',
];

const NO_SCOPES: readonly ScopedCodeStats[] = [];

/**
 * Statistics by virtual cluster (`vhost.<host>.vcluster.<name>.`) and by route
 * (`vhost.<host>.route.<stat_prefix>.`), for the few requests that have either.
 */
export class RouteStats {
  readonly #stats: StatsByName;
  readonly #scopes = new Map<string, ScopedCodeStats>();

  constructor(stats: StatsByName) {
    this.#stats = stats;
  }

  /** The scopes of a request; nothing, and nothing made, for most. */
  scopesOf(route: Route, virtualClusterName: string | undefined): readonly ScopedCodeStats[] {
    if (virtualClusterName === undefined && route.statPrefix === '') return NO_SCOPES;
    const host = route.virtualHost.name;
    const scopes: ScopedCodeStats[] = [];
    if (virtualClusterName !== undefined) {
      scopes.push(this.#scope(`vhost.${host}.vcluster.${virtualClusterName}.`));
    }
    if (route.statPrefix !== '')
      scopes.push(this.#scope(`vhost.${host}.route.${route.statPrefix}.`));
    return scopes;
  }

  #scope(prefix: string): ScopedCodeStats {
    let scope = this.#scopes.get(prefix);
    if (scope === undefined) {
      scope = new ScopedCodeStats(this.#stats, prefix);
      for (const name of ALWAYS_SHOWN) scope.counter(name);
      this.#scopes.set(prefix, scope);
    }
    return scope;
  }
}

/** `x-envoy-upstream-alt-stat-name`: the cluster's statistics once more, under this name. */
export function alternativeStats(
  headers: RequestHeaders,
  stats: StatBlock,
): ScopedCodeStats | undefined {
  const name = headers.get('x-envoy-upstream-alt-stat-name');
  if (name === undefined || name === '') return undefined;
  return new ScopedCodeStats(stats, `${name}.`);
}
