import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type {
  ConnectTerminationConfig,
  MaxStreamDurationConfig,
  Metadata,
} from '#routing/route-config.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/**
 * What a request was matched to. One object stands for a route, or for one weighted cluster of
 * one, and is shared by all its requests; only routes that take their cluster from a header are
 * made per request.
 */
export interface Route {
  /** Empty when the configuration gives none. */
  readonly name: string;
  readonly virtualHost: VirtualHost;
  readonly action: RouteAction;
  readonly metadata: Metadata;
  /** For statistics of the route's own (`vhost.<host>.route.<prefix>.`); empty is none. */
  readonly statPrefix: string;
  /** What the most specific level says to a filter, as the filter's factory made it. */
  perFilterConfig(filterName: string): unknown;
  /** What every level says to a filter, the least specific first. */
  perFilterConfigs(filterName: string): readonly unknown[];
  /** Whether the most specific level that names the filter disables it; nothing if none does. */
  isFilterDisabled(filterName: string): boolean | undefined;
  /**
   * Makes the request what the upstream is to see: header rules of every level, host and path.
   * For redirects and direct responses Envoy only rewrites the path: see `rewritePath`.
   */
  finalizeRequestHeaders(headers: RequestHeaders, info: StreamInfo, keepsOriginal: boolean): void;
  /** Applies the response header rules of every level; also to direct responses and redirects. */
  finalizeResponseHeaders(
    headers: ResponseHeaders,
    info: StreamInfo,
    requestHeaders: RequestHeaders | undefined,
  ): void;
}

/** The part of a virtual host that its requests ask for. */
export interface VirtualHost {
  readonly name: string;
  readonly metadata: Metadata;
  readonly includeRequestAttemptCount: boolean;
  readonly includeAttemptCountInResponse: boolean;
  /** The table it belongs to. */
  readonly routeConfigurationName: string;
  /** The first virtual cluster that fits, `other` where none does, nothing where there are none. */
  virtualClusterName(headers: RequestHeaders): string | undefined;
}

export type RouteAction = RouteEntry | RedirectAction | DirectResponseAction | NonForwardingAction;

/** Never reaches an upstream in Envoy either: meant for servers that read the same configuration. */
export interface NonForwardingAction {
  readonly kind: 'non_forwarding_action';
}

export interface DirectResponseAction {
  readonly kind: 'direct_response';
  readonly status: number;
  /** Of a formatted body, where it is not that of every local reply. */
  readonly contentType: string | undefined;
  /** The body's bytes, one character each. */
  body(headers: RequestHeaders, info: StreamInfo): string;
  /** The `location` that Envoy adds to 201 and 3xx, which is the request's own; else nothing. */
  location(headers: RequestHeaders): string | undefined;
}

export interface RedirectAction {
  readonly kind: 'redirect';
  readonly status: number;
  /**
   * Rewrites the path for `prefix_rewrite` and `regex_rewrite`, which Envoy does to the request
   * itself before it asks for the location. `keepsOriginal`: leave `x-envoy-original-path`.
   */
  rewritePath(headers: RequestHeaders, keepsOriginal: boolean): void;
  /** The `location` of the response, from the request as `rewritePath` left it. */
  location(headers: RequestHeaders, info: StreamInfo): string;
}

/** How a request is forwarded; times in milliseconds. */
export interface RouteEntry {
  readonly kind: 'route';
  /** The cluster, chosen when the request was matched; may be unknown or, from a header, empty. */
  readonly clusterName: string;
  readonly clusterNotFoundResponseCode: 503 | 404 | 500;
  /** Endpoint criteria under `envoy.lb`, for subset load balancing. */
  readonly metadataMatch: Metadata | undefined;
  /** Of the whole response; 0 is no timeout. */
  readonly timeoutMs: number;
  /** 0 is no timeout; nothing is the connection manager's `stream_idle_timeout`. */
  readonly idleTimeoutMs: number | undefined;
  /** HTTP/2: how long the end of an answer may wait for its client; 0 is no timeout. */
  readonly flushTimeoutMs: number | undefined;
  readonly maxStreamDuration: MaxStreamDurationConfig | undefined;
  readonly maxGrpcTimeoutMs: number | undefined;
  readonly grpcTimeoutOffsetMs: number | undefined;
  readonly priority: 'default' | 'high';
  /** The router sets the host to the chosen endpoint's name (see `appendXForwardedHost`). */
  readonly autoHostRewrite: boolean;
  /** Whoever rewrites the host appends the old one to `x-forwarded-host`. */
  readonly appendXForwardedHost: boolean;
  /** By lower-case upgrade type; a type that is missing is up to the connection manager. */
  readonly upgrades: Readonly<Record<string, boolean>>;
  readonly terminatesConnect: ConnectTerminationConfig | undefined;
  readonly perRequestBufferLimitBytes: number | undefined;
}
