import type { MetadataByNamespace } from '#base/metadata.ts';
import type { Address } from '#network/address.ts';
import type { FilterChainConfig, NetworkFilterConfig } from '#network/filter-chain-config.ts';

export type TrafficDirection = 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND';

/**
 * One listener (`envoy.config.listener.v3.Listener`), as plain data that the main thread makes and
 * the workers open. `AccessLog` is what the access logs' own parser makes.
 */
export interface ListenerConfig<
  Filter extends NetworkFilterConfig = NetworkFilterConfig,
  AccessLog = unknown,
> {
  /** Never empty: a listener without a name gets its address as one. */
  readonly name: string;
  readonly address: Address;
  /** Whether the socket of an IPv6 `::` takes IPv4 connections too (`ipv4_compat`). */
  readonly ipv4Compat: boolean;
  /** What stands after `listener.` in its statistics: `stat_prefix`, or the address with `_` for `:`. */
  readonly statPrefix: string;
  readonly filterChains: readonly FilterChainConfig<Filter>[];
  /** Takes the connections that no other chain takes; without it they are closed. */
  readonly defaultFilterChain: FilterChainConfig<Filter> | undefined;
  /** High watermark of what one connection may hold, each way, in bytes; default 1 MiB. */
  readonly perConnectionBufferLimitBytes: number;
  readonly trafficDirection: TrafficDirection;
  readonly metadata: MetadataByNamespace;
  /** Without it nothing listens: the listener only takes connections handed to it. */
  readonly bindToPort: boolean;
  readonly reusePort: boolean;
  /** Connections that the kernel keeps until they are accepted; `undefined` leaves it to the system. */
  readonly tcpBacklogSize: number | undefined;
  readonly drainType: 'DEFAULT' | 'MODIFY_ONLY';
  /** Written when a connection ends. */
  readonly accessLog: readonly AccessLog[];
}
