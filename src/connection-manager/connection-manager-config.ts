import type { AccessLogConfig } from '#access-log/access-log-config.ts';
import type { AccessLogFilterConfig } from '#access-log/filter-config.ts';
import type { BodyFormatConfig } from '#formatter/body-format.ts';
import type {
  CommonHttpProtocolConfig,
  Http1ProtocolConfig,
  Http2ProtocolConfig,
} from '#http/protocol-options.ts';
import type { CidrRange } from '#network/cidr-range.ts';
import type { NetworkFilterConfig } from '#network/filter-chain-config.ts';
import type { HeaderMutationsConfig } from '#routing/header-mutations.ts';
import type { RouteConfiguration } from '#routing/route-config.ts';

export const HTTP_CONNECTION_MANAGER_TYPE =
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** One HTTP filter of a chain; `type` says which, and what else there is. */
export interface HttpFilterConfig {
  /** The full name of the message it was configured with. */
  readonly type: string;
  /** The name in the chain, by which routes speak of it. */
  readonly name: string;
  /** Off unless a route turns it on. */
  readonly isDisabled: boolean;
  /** What the filter's own parser made of its message; plain data. */
  readonly config: unknown;
}

/**
 * Everything an HTTP connection manager is told, with Envoy's defaults filled in; plain data.
 * Times are milliseconds, 0 is "no limit".
 *
 * Source: `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`.
 */
export interface HttpConnectionManagerConfig extends NetworkFilterConfig {
  readonly type: typeof HTTP_CONNECTION_MANAGER_TYPE;
  /** What stands after `http.` in its statistics. */
  readonly statPrefix: string;
  /** AUTO: HTTP/2 if the client begins with its preface. */
  readonly codecType: 'AUTO' | 'HTTP1' | 'HTTP2';
  readonly routeConfig: RouteConfiguration;
  /** At least one, the last one is terminal. */
  readonly httpFilters: readonly HttpFilterConfig[];
  readonly common: CommonHttpProtocolConfig;
  readonly http1: Http1ProtocolConfig;
  readonly http2: Http2ProtocolConfig;
  /** Default 300,000. */
  readonly streamIdleTimeoutMs: number;
  /** HTTP/2: how long the end of an answer may wait for its client; default `streamIdleTimeoutMs`. */
  readonly streamFlushTimeoutMs: number | undefined;
  /** From the first byte of a request to its last; default none. */
  readonly requestTimeoutMs: number;
  /** From the first byte of a request to the end of its headers; default none. */
  readonly requestHeadersTimeoutMs: number;
  /** Between the first and the last sign that a connection is closing; default 5,000. */
  readonly drainTimeoutMs: number;
  /** How long a closed connection waits for the peer's close; default 1,000. */
  readonly delayedCloseTimeoutMs: number;
  /** Default 60. */
  readonly maxRequestHeadersKb: number;
  readonly streamErrorOnInvalidHttpMessage: boolean;
  readonly forwarding: ForwardingConfig;
  readonly requestId: RequestIdConfig;
  readonly path: PathConfig;
  readonly stripPort: 'none' | 'matching_host_port' | 'any_host_port';
  readonly stripTrailingHostDot: boolean;
  /** Value of `server`; default `envoy`. */
  readonly serverName: string;
  readonly serverHeaderTransformation: 'OVERWRITE' | 'APPEND_IF_ABSENT' | 'PASS_THROUGH';
  readonly proxy100Continue: boolean;
  readonly upgrades: readonly UpgradeConfig[];
  readonly localReply: LocalReplyConfig | undefined;
  readonly accessLog: readonly AccessLogConfig[];
  readonly accessLogOptions: AccessLogOptionsConfig;
}

/** Where the client's address is taken from. */
export interface OriginalIpDetectionConfig {
  readonly kind: 'xff';
  readonly xffNumTrustedHops: number;
  /** Proxies that are believed, instead of a number of them; empty: the number counts. */
  readonly trustedRanges: readonly CidrRange[];
  /** Default true, whatever the connection manager's own setting says. */
  readonly skipXffAppend: boolean;
}

/** What is believed of, and said in, forwarding headers. */
export interface ForwardingConfig {
  readonly useRemoteAddress: boolean;
  readonly xffNumTrustedHops: number;
  readonly skipXffAppend: boolean;
  /** Asked in order; empty: `x-forwarded-for` by `xffNumTrustedHops`. */
  readonly originalIpDetection: readonly OriginalIpDetectionConfig[];
  /** Clients whose requests are internal; Envoy 1.40 knows none unless told. */
  readonly internalAddresses: {
    readonly unixSockets: boolean;
    readonly cidrRanges: readonly CidrRange[];
  };
  /** Put into the `via` header; empty for none. */
  readonly via: string;
  readonly representIpv4RemoteAddressAsIpv4MappedIpv6: boolean;
  readonly appendXForwardedPort: boolean;
  readonly addUserAgent: boolean;
  readonly schemeToOverwrite: 'http' | 'https' | undefined;
  /** `match_upstream` of `scheme_header_transformation`. */
  readonly schemeMatchesUpstream: boolean;
  readonly forwardClientCertDetails:
    | 'SANITIZE'
    | 'FORWARD_ONLY'
    | 'APPEND_FORWARD'
    | 'SANITIZE_SET'
    | 'ALWAYS_FORWARD_ONLY';
  readonly setCurrentClientCertDetails: {
    readonly subject: boolean;
    readonly cert: boolean;
    readonly chain: boolean;
    readonly dns: boolean;
    readonly uri: boolean;
  };
}

export interface RequestIdConfig {
  /** Default true. */
  readonly generate: boolean;
  readonly preserveExternal: boolean;
  readonly alwaysSetInResponse: boolean;
  /** Whether the sampling decision is written into the UUID; default true. */
  readonly packTraceReason: boolean;
  readonly useForTraceSampling: boolean;
}

export interface PathConfig {
  readonly normalize: boolean;
  readonly mergeSlashes: boolean;
  readonly withEscapedSlashesAction:
    | 'KEEP_UNCHANGED'
    | 'REJECT_REQUEST'
    | 'UNESCAPE_AND_REDIRECT'
    | 'UNESCAPE_AND_FORWARD';
}

export interface UpgradeConfig {
  /** Lower case: `websocket`, `connect`. */
  readonly type: string;
  /** Whether it is allowed unless a route says otherwise. */
  readonly isEnabled: boolean;
  /** Instead of the connection manager's own filters; `undefined` for those. */
  readonly filters: readonly HttpFilterConfig[] | undefined;
}

/** Changes replies that the proxy makes itself (`local_reply_config`). */
export interface LocalReplyConfig {
  /** The first one that matches is applied. */
  readonly mappers: readonly LocalReplyMapperConfig[];
  readonly bodyFormat: BodyFormatConfig | undefined;
}

export interface LocalReplyMapperConfig {
  readonly filter: AccessLogFilterConfig;
  /** The new status code. */
  readonly statusCode: number | undefined;
  /** The new body's bytes, one character each. */
  readonly body: string | undefined;
  /** Instead of the format for all replies. */
  readonly bodyFormat: BodyFormatConfig | undefined;
  readonly headersToAdd: HeaderMutationsConfig | undefined;
}

/** When lines are written besides the one at a stream's end. */
export interface AccessLogOptionsConfig {
  /** 0: not periodically. */
  readonly flushIntervalMs: number;
  readonly flushOnNewRequest: boolean;
  readonly flushOnTunnelSuccessfullyEstablished: boolean;
}
