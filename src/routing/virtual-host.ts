import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { buildHeaderMatchers, type HeaderPredicate } from '#routing/header-matcher.ts';
import { tlsRedirectLocation } from '#routing/redirect-location.ts';
import type { RedirectAction, Route, VirtualHost } from '#routing/route.ts';
import type { Metadata, TlsRequirement, VirtualHostConfig } from '#routing/route-config.ts';
import type { RouteList } from '#routing/route-list.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** The virtual cluster of requests that none of the configured ones matches. */
const CATCH_ALL_VIRTUAL_CLUSTER = 'other';

/** The facts of a virtual host, which its routes refer to. */
export class ConfiguredVirtualHost implements VirtualHost {
  readonly name: string;
  readonly metadata: Metadata;
  readonly includeRequestAttemptCount: boolean;
  readonly includeAttemptCountInResponse: boolean;
  readonly routeConfigurationName: string;
  readonly #virtualClusters: readonly {
    readonly name: string;
    readonly matches: HeaderPredicate;
  }[];

  constructor(config: VirtualHostConfig, routeConfigurationName: string) {
    this.name = config.name;
    this.metadata = config.metadata;
    this.includeRequestAttemptCount = config.includeRequestAttemptCount;
    this.includeAttemptCountInResponse = config.includeAttemptCountInResponse;
    this.routeConfigurationName = routeConfigurationName;
    this.#virtualClusters = config.virtualClusters.map(({ name, headers }) => ({
      name,
      matches: buildHeaderMatchers(headers),
    }));
  }

  virtualClusterName(headers: RequestHeaders): string | undefined {
    for (const { name, matches } of this.#virtualClusters) {
      if (matches(headers)) return name;
    }
    return this.#virtualClusters.length === 0 ? undefined : CATCH_ALL_VIRTUAL_CLUSTER;
  }
}

/** A virtual host with its routes, and its demand for TLS, which comes before any route. */
export class RoutedVirtualHost {
  readonly #requireTls: TlsRequirement;
  readonly #routes: RouteList;
  readonly #tlsRedirect: Route;

  constructor(facts: VirtualHost, requireTls: TlsRequirement, routes: RouteList) {
    this.#requireTls = requireTls;
    this.#routes = routes;
    this.#tlsRedirect = new TlsRedirectRoute(facts);
  }

  match(headers: RequestHeaders, info: StreamInfo, random: number): Route | undefined {
    if (this.#requireTls !== 'NONE' && this.#lacksTls(headers)) return this.#tlsRedirect;
    return this.#routes.find(headers, info, random);
  }

  #lacksTls(headers: RequestHeaders): boolean {
    if (headers.getKnown(HeaderName['x-forwarded-proto']) === 'https') return false;
    return (
      this.#requireTls === 'ALL' || headers.getKnown(HeaderName['x-envoy-internal']) !== 'true'
    );
  }
}

const TLS_REDIRECT: RedirectAction = {
  kind: 'redirect',
  status: 301,
  rewritePath: () => {},
  location: tlsRedirectLocation,
};

/** Where `require_tls` leads: no header rules and no filter configuration apply to it. */
class TlsRedirectRoute implements Route {
  readonly name = '';
  readonly virtualHost: VirtualHost;
  readonly action: RedirectAction = TLS_REDIRECT;
  readonly metadata: Metadata = {};
  readonly statPrefix = '';

  constructor(virtualHost: VirtualHost) {
    this.virtualHost = virtualHost;
  }

  perFilterConfig(): undefined {}

  perFilterConfigs(): readonly unknown[] {
    return [];
  }

  isFilterDisabled(): undefined {}

  finalizeRequestHeaders(): void {}

  finalizeResponseHeaders(): void {}
}
