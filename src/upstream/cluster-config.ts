import type { JsonObject } from '@bufbuild/protobuf';
import type { Http2Options } from '#http/h2/http2-options.ts';
import type { HeaderKeyFormat } from '#http/protocol-options.ts';
import type { Address } from '#network/address.ts';

/**
 * A cluster as Proa uses it: plain data that is posted to workers as it is. Parts that most clusters
 * leave at their defaults are the same frozen objects for all clusters, which keeps ten thousand
 * clusters small; posting preserves that within one message.
 */
export interface ClusterConfig {
  readonly name: string;
  /** `alt_stat_name`, or the name: what Envoy calls the observability name. */
  readonly observabilityName: string;
  /** How long a connection may take to come up. Default 5,000. */
  readonly connectTimeoutMs: number;
  /** The soft limit of a connection's read and write buffers. Default 1 MiB. */
  readonly perConnectionBufferLimitBytes: number;
  /** Requests after which a connection is closed; 0 is no limit (the default). */
  readonly maxRequestsPerConnection: number;
  readonly http: UpstreamHttpConfig;
  readonly circuitBreakers: CircuitBreakersConfig;
  readonly loadBalancing: LoadBalancingConfig;
  readonly tcpKeepalive: TcpKeepaliveConfig | undefined;
  /** The local address that connections are made from; the port is 0 for any. */
  readonly sourceAddress: Address | undefined;
  /** Remove a host as soon as discovery no longer names it, even when health checks pass. */
  readonly ignoreHealthOnHostRemoval: boolean;
  readonly closeConnectionsOnHostHealthFailure: boolean;
  /** Filter metadata of the cluster, by namespace. */
  readonly metadata: FilterMetadata | undefined;
}

export type FilterMetadata = Readonly<Record<string, JsonObject>>;

/** What is spoken to a cluster's hosts; `downstream`: whatever the client speaks. */
export type UpstreamProtocolChoice = 'HTTP/1.1' | 'HTTP/2' | 'downstream';

/** `HttpProtocolOptions`, `Http1ProtocolOptions` and `Http2ProtocolOptions` of an upstream. */
export interface UpstreamHttpConfig {
  /** Default HTTP/1.1. */
  readonly protocol: UpstreamProtocolChoice;
  /** Absent where HTTP/2 is never spoken. */
  readonly http2: Http2Options | undefined;
  /** A connection without requests is closed after this. Default one hour; 0 is never. */
  readonly idleTimeoutMs: number;
  /** A connection takes no more requests after this; 0 is no limit (the default). */
  readonly maxConnectionDurationMs: number;
  /** A whole request and response, per try; 0 is no limit (the default). */
  readonly maxStreamDurationMs: number;
  /** Response headers beyond this end the stream. Default 100. */
  readonly maxResponseHeadersCount: number;
  /** An HTTP/1.1 response head beyond this ends the stream. Default 80 KiB. */
  readonly maxResponseHeadersKb: number;
  /** How header names of requests are written. Default lower case. */
  readonly headerKeyFormat: HeaderKeyFormat;
  /** Forward trailers in both directions. Default false. */
  readonly enableTrailers: boolean;
  /** Take responses with both `content-length` and `transfer-encoding: chunked`. Default false. */
  readonly allowChunkedLength: boolean;
  /** Write the request target in absolute form. Default false. */
  readonly sendFullyQualifiedUrl: boolean;
}

export type RoutingPriority = 'default' | 'high';

/** What a cluster may have at once, all workers together. */
export interface CircuitBreakerThresholds {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
  /** Show `remaining_*` gauges. */
  readonly trackRemaining: boolean;
}

export interface CircuitBreakersConfig {
  readonly default: CircuitBreakerThresholds;
  readonly high: CircuitBreakerThresholds;
}

export interface LoadBalancingConfig {
  readonly policy: LoadBalancingPolicy;
  /** Below this share of healthy hosts, in percent, health is ignored. Default 50; 0 is never. */
  readonly healthyPanicThresholdPercent: number;
  /** Use no host rather than all when too few are healthy. */
  readonly failTrafficOnPanic: boolean;
  /** Choose a locality by its weight first. */
  readonly isLocalityWeighted: boolean;
}

export type LoadBalancingPolicy =
  | { readonly kind: 'roundRobin' }
  | { readonly kind: 'random' }
  | {
      readonly kind: 'leastRequest';
      /** How many hosts are drawn and compared. Default 2. */
      readonly choiceCount: number;
      /** How much active requests reduce a weighted host's share. Default 1. */
      readonly activeRequestBias: number;
      /** Compare all hosts instead. Default false. */
      readonly isFullScan: boolean;
    };

/** Absent members leave the operating system's values; times in seconds. */
export interface TcpKeepaliveConfig {
  readonly probes: number | undefined;
  readonly idleSeconds: number | undefined;
  readonly intervalSeconds: number | undefined;
}

export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}

/** A host as configuration or DNS gives it. */
export interface HostConfig {
  readonly address: Address;
  /** The name it was resolved from or that the configuration gives it; may be empty. */
  readonly hostname: string;
  /** 1 to 2^32 - 1. Default 1. */
  readonly weight: number;
  /** Bits of `HealthFlag`. */
  readonly healthFlags: number;
  /** Filter metadata of the endpoint, by namespace. */
  readonly metadata: FilterMetadata | undefined;
}

/** An endpoint of a DNS cluster: each address of its name becomes a host. */
export interface DnsTarget extends Omit<HostConfig, 'address'> {
  /** The name to resolve, or a literal address, which resolves to itself. */
  readonly dnsName: string;
  readonly port: number;
}

export type DnsLookupFamily = 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL';

/** How a DNS cluster's names are resolved. */
export interface DnsConfig {
  readonly lookupFamily: DnsLookupFamily;
  /** Time between resolutions. Default 5,000. */
  readonly refreshRateMs: number;
  /** A random time up to this is added, so that not all proxies ask at once. Default 0. */
  readonly jitterMs: number;
  /** Resolve again when the records expire instead, where they say so. */
  readonly respectTtl: boolean;
  /** Time until the next resolution after failures; the refresh rate where absent. */
  readonly failureRefreshRate: BackOffConfig | undefined;
  /** Whether the server waits for a first answer before it takes connections. Default true. */
  readonly waitForWarmOnInit: boolean;
}

/** Random times below a bound that doubles with each failure, from the base to the maximum. */
export interface BackOffConfig {
  readonly baseIntervalMs: number;
  readonly maxIntervalMs: number;
}

/** How the main thread finds a cluster's hosts. Workers know nothing of it. */
export type DiscoveryConfig =
  | { readonly kind: 'static'; readonly assignment: AssignmentConfig<HostConfig> }
  | {
      /** Each address is a host (STRICT_DNS). */
      readonly kind: 'strictDns';
      readonly dns: DnsConfig;
      readonly assignment: AssignmentConfig<DnsTarget>;
    }
  | {
      /** There is one host, of which new connections use the first address of now (LOGICAL_DNS). */
      readonly kind: 'logicalDns';
      readonly dns: DnsConfig;
      readonly assignment: AssignmentConfig<DnsTarget>;
    };

/** A cluster as configured: what workers get, and how the main thread finds its hosts. */
export interface ClusterDefinition {
  readonly config: ClusterConfig;
  readonly discovery: DiscoveryConfig;
}

/** The hosts of one locality at one priority. */
export interface LocalityConfig<Host> {
  readonly priority: number;
  readonly locality: Locality;
  /** Only with locality-weighted load balancing; 0 takes no traffic. */
  readonly weight: number;
  readonly hosts: readonly Host[];
}

/** All hosts of a cluster. */
export interface AssignmentConfig<Host> {
  readonly localities: readonly LocalityConfig<Host>[];
  /** In percent: how much more than its share a priority's healthy hosts can take. Default 140. */
  readonly overprovisioningFactor: number;
  /** Count hosts by their weight when the health of a priority is judged. */
  readonly weightedPriorityHealth: boolean;
}
