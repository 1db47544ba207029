import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { HeaderMutations } from '#routing/header-mutations.ts';
import { type HostRewrite, updateAuthority } from '#routing/host-rewrite.ts';
import { type RequestPathRewrite, setRewrittenPath } from '#routing/path-rewrite.ts';
import type { Route, RouteAction, VirtualHost } from '#routing/route.ts';
import type { Metadata, PerFilterConfigs } from '#routing/route-config.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** What a route is put together from when the table is built. */
export interface RouteParts {
  readonly name: string;
  readonly virtualHost: VirtualHost;
  readonly action: RouteAction;
  readonly metadata: Metadata;
  readonly statPrefix: string;
  /** The most specific level first. */
  readonly perFilterConfigs: readonly PerFilterConfigs[];
  /** The weighted cluster's own part in the request, which comes before that of every level. */
  readonly clusterRequestMutations: HeaderMutations | undefined;
  readonly clusterHost: string | undefined;
  /** In the order in which they are applied. */
  readonly requestMutations: readonly HeaderMutations[];
  readonly responseMutations: readonly HeaderMutations[];
  readonly hostRewrite: HostRewrite | undefined;
  readonly pathRewrite: RequestPathRewrite | undefined;
  readonly appendXForwardedHost: boolean;
}

export class ConfiguredRoute implements Route {
  readonly name: string;
  readonly virtualHost: VirtualHost;
  readonly action: RouteAction;
  readonly metadata: Metadata;
  readonly statPrefix: string;
  readonly #parts: RouteParts;

  constructor(parts: RouteParts) {
    this.name = parts.name;
    this.virtualHost = parts.virtualHost;
    this.action = parts.action;
    this.metadata = parts.metadata;
    this.statPrefix = parts.statPrefix;
    this.#parts = parts;
  }

  /** The same route with another action, for clusters that the request itself names. */
  withAction(action: RouteAction): ConfiguredRoute {
    return new ConfiguredRoute({ ...this.#parts, action });
  }

  perFilterConfig(filterName: string): unknown {
    for (const level of this.#parts.perFilterConfigs) {
      const found = level[filterName];
      if (found?.config !== undefined) return found.config;
    }
    return undefined;
  }

  perFilterConfigs(filterName: string): readonly unknown[] {
    return this.#parts.perFilterConfigs
      .map((level) => level[filterName]?.config)
      .filter((config) => config !== undefined)
      .reverse();
  }

  isFilterDisabled(filterName: string): boolean | undefined {
    for (const level of this.#parts.perFilterConfigs) {
      const found = level[filterName];
      if (found !== undefined) return found.isDisabled;
    }
    return undefined;
  }

  finalizeRequestHeaders(headers: RequestHeaders, info: StreamInfo, keepsOriginal: boolean): void {
    const { clusterRequestMutations, clusterHost, requestMutations } = this.#parts;
    clusterRequestMutations?.apply(headers, info, headers, undefined);
    if (clusterHost !== undefined) headers.authority = clusterHost;
    for (const mutations of requestMutations) mutations.apply(headers, info, headers, undefined);
    this.#rewriteHost(headers, info, keepsOriginal);
    const { pathRewrite } = this.#parts;
    if (pathRewrite !== undefined) {
      setRewrittenPath(headers, pathRewrite(headers, info), keepsOriginal);
    }
  }

  finalizeResponseHeaders(
    headers: ResponseHeaders,
    info: StreamInfo,
    requestHeaders: RequestHeaders | undefined,
  ): void {
    for (const mutations of this.#parts.responseMutations) {
      mutations.apply(headers, info, requestHeaders, headers);
    }
  }

  #rewriteHost(headers: RequestHeaders, info: StreamInfo, keepsOriginal: boolean): void {
    const { hostRewrite, appendXForwardedHost } = this.#parts;
    if (hostRewrite === undefined) return;
    const host = hostRewrite(headers, info);
    if (host !== '') updateAuthority(headers, host, appendXForwardedHost, keepsOriginal);
  }
}
