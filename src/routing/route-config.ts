/**
 * A route configuration as the main thread hands it to the workers: plain values that survive a
 * structured clone, checked and with every default filled in. Texts that are compared with traffic
 * are byte strings (one character per byte).
 *
 * Source: `envoy.config.route.v3.RouteConfiguration` and the messages inside it.
 */

import type { FractionalPercent } from '#base/runtime-snapshot.ts';
import type { BodyFormatConfig } from '#formatter/body-format.ts';
import type { CompiledFormat } from '#formatter/compiled-format.ts';
import type { MetadataMatcherConfig } from '#matching/metadata-matcher.ts';
import type { RegexReplacementConfig } from '#matching/regex-replacement.ts';
import type { RegexConfig } from '#matching/safe-regex.ts';
import type { UriTemplateConfig, UriTemplateRewriteConfig } from '#matching/uri-template.ts';
import type { CookieMatcherConfig } from '#routing/cookie-matcher.ts';
import type { HeaderMatcherConfig } from '#routing/header-matcher.ts';
import type { HeaderMutationsConfig } from '#routing/header-mutations.ts';
import type { QueryParameterMatcherConfig } from '#routing/query-parameter-matcher.ts';

/** Structured data by namespace (`Metadata.filter_metadata`). */
export type Metadata = Readonly<Record<string, unknown>>;

/** What a route, host or table says to one HTTP filter. */
export interface PerFilterConfig {
  readonly isDisabled: boolean;
  /** The plain configuration that the filter's factory made of it; nothing when only disabled. */
  readonly config: unknown;
}

/** By the name of the filter in the chain. */
export type PerFilterConfigs = Readonly<Record<string, PerFilterConfig>>;

/** What the table, a virtual host, a route and a weighted cluster all may carry. */
export interface RoutingLevelConfig {
  readonly requestHeaders: HeaderMutationsConfig | undefined;
  readonly responseHeaders: HeaderMutationsConfig | undefined;
  readonly perFilterConfigs: PerFilterConfigs;
}

export interface RouteConfiguration extends RoutingLevelConfig {
  readonly name: string;
  readonly virtualHosts: readonly VirtualHostConfig[];
  /** Removed from requests of external clients, lower case. */
  readonly internalOnlyHeaders: readonly string[];
  /** false: table rules are applied last and win; true: route rules are applied last and win. */
  readonly mostSpecificHeaderMutationsWins: boolean;
  readonly ignorePortInHostMatching: boolean;
  /** The request header to find virtual hosts by, lower case; nothing is the authority. */
  readonly vhostHeader: string | undefined;
  /** Path matching looks at the path up to its first `;`. */
  readonly ignorePathParametersInPathMatching: boolean;
  readonly metadata: Metadata;
}

export type TlsRequirement = 'NONE' | 'EXTERNAL_ONLY' | 'ALL';

export interface VirtualHostConfig extends RoutingLevelConfig {
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly RouteConfig[];
  readonly requireTls: TlsRequirement;
  readonly virtualClusters: readonly VirtualClusterConfig[];
  readonly includeRequestAttemptCount: boolean;
  readonly includeAttemptCountInResponse: boolean;
  readonly metadata: Metadata;
}

/** Requests that are counted on their own; all its matchers must match. */
export interface VirtualClusterConfig {
  readonly name: string;
  readonly headers: readonly HeaderMatcherConfig[];
}

export interface RouteConfig extends RoutingLevelConfig {
  readonly name: string;
  readonly match: RouteMatchConfig;
  readonly action: RouteActionConfig;
  readonly metadata: Metadata;
  readonly statPrefix: string;
  /** Bytes of a request kept for a retry; of the route or else its host; nothing is no own limit. */
  readonly perRequestBufferLimitBytes: number | undefined;
}

export type PathMatchConfig =
  | { readonly kind: 'prefix'; readonly text: string; readonly isCaseSensitive: boolean }
  | { readonly kind: 'path'; readonly text: string; readonly isCaseSensitive: boolean }
  | {
      readonly kind: 'path_separated_prefix';
      readonly text: string;
      readonly isCaseSensitive: boolean;
    }
  | { readonly kind: 'safe_regex'; readonly regex: RegexConfig }
  | { readonly kind: 'uri_template'; readonly template: UriTemplateConfig }
  | { readonly kind: 'connect_matcher' };

/** Everything here must hold for the route to be taken. */
export interface RouteMatchConfig {
  readonly path: PathMatchConfig;
  readonly headers: readonly HeaderMatcherConfig[];
  readonly queryParameters: readonly QueryParameterMatcherConfig[];
  readonly cookies: readonly CookieMatcherConfig[];
  readonly dynamicMetadata: readonly MetadataMatcherConfig[];
  readonly runtimeFraction: RuntimeFractionConfig | undefined;
  readonly isGrpcOnly: boolean;
  readonly tlsContext: TlsContextMatchConfig | undefined;
}

export interface RuntimeFractionConfig {
  readonly key: string;
  readonly fallback: FractionalPercent;
}

export interface TlsContextMatchConfig {
  readonly presented: boolean | undefined;
  readonly validated: boolean | undefined;
}

export type RouteActionConfig =
  | ForwardActionConfig
  | RedirectActionConfig
  | DirectResponseActionConfig
  | { readonly kind: 'non_forwarding_action' };

export interface DirectResponseActionConfig {
  readonly kind: 'direct_response';
  readonly status: number;
  /** The body's bytes, one character each. */
  readonly body: string;
  /** Makes the body that is sent; `%LOCAL_REPLY_BODY%` is the one above. */
  readonly bodyFormat: DirectBodyFormatConfig | undefined;
}

export interface DirectBodyFormatConfig extends Pick<BodyFormatConfig, 'format'> {
  /** Nothing: what every local reply has. */
  readonly contentType: string | undefined;
}

export interface RedirectActionConfig {
  readonly kind: 'redirect';
  readonly status: 301 | 302 | 303 | 307 | 308;
  /** Nothing: the scheme of the request. */
  readonly scheme: string | undefined;
  /** Nothing: the host of the request. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly path: RedirectPathConfig | undefined;
  readonly stripQuery: boolean;
}

export type RedirectPathConfig =
  | { readonly kind: 'path_redirect'; readonly text: string }
  | { readonly kind: 'prefix_rewrite'; readonly text: string }
  | { readonly kind: 'regex_rewrite'; readonly replacement: RegexReplacementConfig }
  | { readonly kind: 'path_rewrite'; readonly format: CompiledFormat };

export type PathRewriteConfig =
  | { readonly kind: 'prefix_rewrite'; readonly text: string }
  | { readonly kind: 'regex_rewrite'; readonly replacement: RegexReplacementConfig }
  | { readonly kind: 'uri_template'; readonly rewrite: UriTemplateRewriteConfig }
  | { readonly kind: 'path_rewrite'; readonly format: CompiledFormat };

export type HostRewriteConfig =
  | { readonly kind: 'literal'; readonly host: string }
  | { readonly kind: 'auto' }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'path_regex'; readonly replacement: RegexReplacementConfig }
  | { readonly kind: 'host_rewrite'; readonly format: CompiledFormat };

export type ClusterSpecifierConfig =
  | { readonly kind: 'cluster'; readonly name: string }
  | { readonly kind: 'cluster_header'; readonly header: string }
  | WeightedClustersConfig;

export interface WeightedClustersConfig {
  readonly kind: 'weighted_clusters';
  readonly clusters: readonly ClusterWeightConfig[];
  /** Weights may be overridden under `<prefix>.<cluster name>`; nothing is no override. */
  readonly runtimeKeyPrefix: string | undefined;
  /** The request header that brings the random value instead of the stream. */
  readonly randomValueHeader: string | undefined;
}

export interface ClusterWeightConfig extends RoutingLevelConfig {
  readonly cluster:
    | { readonly kind: 'cluster'; readonly name: string }
    | { readonly kind: 'cluster_header'; readonly header: string };
  readonly weight: number;
  readonly hostRewrite: string | undefined;
  /** Endpoint selection: the weight's own criteria over those of the route. */
  readonly metadataMatch: Metadata | undefined;
}

/** `connect_config` of a route's upgrade to CONNECT. */
export interface ConnectTerminationConfig {
  /** POST is taken for CONNECT too (`allow_post`). */
  readonly allowsPost: boolean;
}

/** Milliseconds each; nothing is "not set here". */
export interface MaxStreamDurationConfig {
  /** 0 disables the limit of the connection manager. */
  readonly maxStreamDurationMs: number | undefined;
  readonly grpcTimeoutHeaderMaxMs: number | undefined;
  readonly grpcTimeoutHeaderOffsetMs: number | undefined;
}

export interface ForwardActionConfig {
  readonly kind: 'route';
  readonly clusterSpecifier: ClusterSpecifierConfig;
  readonly clusterNotFoundResponseCode: 503 | 404 | 500;
  readonly metadataMatch: Metadata | undefined;
  readonly pathRewrite: PathRewriteConfig | undefined;
  readonly hostRewrite: HostRewriteConfig | undefined;
  readonly appendXForwardedHost: boolean;
  /** Of the whole response; 0 is no timeout; Envoy's default is 15,000. */
  readonly timeoutMs: number;
  /** 0 is no timeout; nothing is the connection manager's `stream_idle_timeout`. */
  readonly idleTimeoutMs: number | undefined;
  /** 0 is no timeout; nothing is the connection manager's. */
  readonly flushTimeoutMs: number | undefined;
  readonly maxStreamDuration: MaxStreamDurationConfig | undefined;
  readonly maxGrpcTimeoutMs: number | undefined;
  readonly grpcTimeoutOffsetMs: number | undefined;
  readonly priority: 'default' | 'high';
  /** By lower-case upgrade type: allowed or refused whatever the connection manager says. */
  readonly upgrades: Readonly<Record<string, boolean>>;
  /** CONNECT ends here: its body is what goes to and comes from the upstream (`connect_config`). */
  readonly terminatesConnect: ConnectTerminationConfig | undefined;
}
