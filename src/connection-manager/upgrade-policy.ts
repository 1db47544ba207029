import type { FilterFactory } from '#connection-manager/filter.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { Route } from '#routing/route.ts';

/** What `upgrade_configs` says of one type. */
export interface ManagerUpgrade {
  /** Whether it is allowed where a route does not say. */
  readonly isEnabled: boolean;
  /** Instead of the connection manager's own filters. */
  readonly filters: readonly FilterFactory[] | undefined;
}

/** The protocol that a request wants its connection to have, in lower case; CONNECT is one too. */
export function upgradeTypeOf(headers: RequestHeaders): string | undefined {
  const upgrade = headers.getKnown(HeaderName.upgrade);
  if (upgrade !== undefined) return upgrade.toLowerCase();
  return headers.method === 'CONNECT' ? 'connect' : undefined;
}

/** Which upgrades are allowed, by connection manager and route. */
export class UpgradePolicy {
  readonly #upgrades: ReadonlyMap<string, ManagerUpgrade>;
  readonly #filters: readonly FilterFactory[];

  /** `upgrades` by lower-case type; `filters` are those of ordinary requests. */
  constructor(upgrades: ReadonlyMap<string, ManagerUpgrade>, filters: readonly FilterFactory[]) {
    this.#upgrades = upgrades;
    this.#filters = filters;
  }

  /**
   * The filters for an upgrade of this type, or nothing if it is not allowed. A route's word counts
   * more than the connection manager's.
   */
  filtersFor(type: string, route: Route | undefined): readonly FilterFactory[] | undefined {
    const action = route?.action;
    const byRoute = action?.kind === 'route' ? action.upgrades[type] : undefined;
    const upgrade = this.#upgrades.get(type);
    if (!(byRoute ?? upgrade?.isEnabled ?? false)) return undefined;
    return upgrade?.filters ?? this.#filters;
  }
}
