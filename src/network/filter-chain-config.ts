import type { MetadataByNamespace } from '#base/metadata.ts';
import type { CidrRange } from '#network/cidr-range.ts';

export type ConnectionSourceType = 'any' | 'same_ip_or_loopback' | 'external';

/**
 * Which connections a filter chain takes (`envoy.config.listener.v3.FilterChainMatch`); an empty
 * list, or `undefined`, matches every connection. Plain data.
 */
export interface FilterChainMatchConfig {
  readonly destinationPort: number | undefined;
  readonly prefixRanges: readonly CidrRange[];
  /** Lower case: `api.example.com`, or `*.example.com`. */
  readonly serverNames: readonly string[];
  /** `tls`, `raw_buffer`, or empty for any. */
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
  readonly directSourcePrefixRanges: readonly CidrRange[];
  readonly sourceType: ConnectionSourceType;
  readonly sourcePrefixRanges: readonly CidrRange[];
  readonly sourcePorts: readonly number[];
}

/** Matches every connection. */
export const MATCH_ALL: FilterChainMatchConfig = {
  destinationPort: undefined,
  prefixRanges: [],
  serverNames: [],
  transportProtocol: '',
  applicationProtocols: [],
  directSourcePrefixRanges: [],
  sourceType: 'any',
  sourcePrefixRanges: [],
  sourcePorts: [],
};

/** What a network filter is told; `type` says which one, and what else there is. */
export interface NetworkFilterConfig {
  /** The full name of the message it was configured with. */
  readonly type: string;
  /** The name it has in the configuration. */
  readonly name: string;
}

/** What happens to the connections that a listener gives to this chain; plain data. */
export interface FilterChainConfig<Filter extends NetworkFilterConfig = NetworkFilterConfig> {
  readonly name: string;
  readonly match: FilterChainMatchConfig;
  readonly filters: readonly Filter[];
  readonly metadata: MetadataByNamespace;
  /** How long a transport socket may take to get ready; 0 for ever. */
  readonly transportSocketConnectTimeoutMs: number;
}
