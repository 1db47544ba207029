import {
  type CounterByName,
  ScopedCodeStats,
} from '#extensions/http-filters/router/scoped-code-stats.ts';
import type { RequestHeaders } from '#http/header-map.ts';
import type { Route } from '#routing/route.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/**
 * Statistics by virtual cluster (`vhost.<host>.vcluster.<name>.`) and by route
 * (`vhost.<host>.route.<stat_prefix>.`), for the few requests that have either.
 */
export class RouteStats {
  readonly #counter: CounterByName;
  readonly #scopes = new Map<string, ScopedCodeStats>();

  constructor(counter: CounterByName) {
    this.#counter = counter;
  }

  /** The scopes of a request; nothing, and nothing made, for most. */
  scopesOf(
    route: Route,
    virtualClusterName: string | undefined,
  ): readonly ScopedCodeStats[] | undefined {
    if (virtualClusterName === undefined && route.statPrefix === '') return undefined;
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
      scope = new ScopedCodeStats((name) => this.#counter(prefix + name));
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
  return new ScopedCodeStats((counter) => stats.counter(`${name}.${counter}`));
}
