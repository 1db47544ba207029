import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import type { AccessLog as AccessLogProto } from '#gen/envoy/config/accesslog/v3/accesslog_pb.d.ts';
import type { Listener as ListenerProto } from '#gen/envoy/config/listener/v3/listener_pb.d.ts';
import { type Address, formatAddress } from '#network/address.ts';
import { parseAddress } from '#network/address-from-proto.ts';
import type { FilterChainConfig, NetworkFilterConfig } from '#network/filter-chain-config.ts';
import { type NetworkFilterParsers, parseFilterChain } from '#network/filter-chain-from-proto.ts';
import { reportOverlappingChains } from '#network/filter-chain-match.ts';
import type { ListenerConfig } from '#network/listener-config.ts';

const DEFAULT_BUFFER_LIMIT_BYTES = 1024 * 1024;

/** What a listener's message holds that folders above this one know how to read. */
export interface ListenerParsers<Filter extends NetworkFilterConfig, AccessLog> {
  readonly networkFilters: NetworkFilterParsers<Filter>;
  readonly parseAccessLogs: (
    context: ParseContext,
    messages: readonly AccessLogProto[],
  ) => readonly AccessLog[];
}

/**
 * Reads one listener. Everything that is wrong with it is reported to the context; there is no
 * result when it has no address to listen on.
 */
export function parseListener<Filter extends NetworkFilterConfig, AccessLog>(
  context: ParseContext,
  message: ListenerProto,
  parsers: ListenerParsers<Filter, AccessLog>,
): ListenerConfig<Filter, AccessLog> | undefined {
  const address = parseAddress(context.at('address'), message.address);
  const filterChains = parseChains(context, message, parsers);
  const defaultFilterChain =
    message.defaultFilterChain &&
    parseFilterChain(
      context.at('default_filter_chain'),
      message.defaultFilterChain,
      parsers.networkFilters,
    );
  const accessLog = parsers.parseAccessLogs(context.at('access_log'), message.accessLog);
  const settings = parseSettings(message);
  if (address === undefined) return undefined;
  return {
    name: message.name === '' ? formatAddress(address) : message.name,
    address,
    statPrefix: message.statPrefix === '' ? statPrefixOf(address) : message.statPrefix,
    filterChains,
    defaultFilterChain,
    accessLog,
    metadata: message.metadata?.filterMetadata ?? {},
    ...settings,
  };
}

/** What does not depend on the address. */
function parseSettings(
  message: ListenerProto,
): Pick<
  ListenerConfig,
  | 'ipv4Compat'
  | 'perConnectionBufferLimitBytes'
  | 'trafficDirection'
  | 'bindToPort'
  | 'reusePort'
  | 'tcpBacklogSize'
  | 'drainType'
> {
  const protoAddress = message.address?.address;
  const { bindToPort = true, deprecatedV1 } = message;
  const bindsByOldField = deprecatedV1?.bindToPort ?? true;
  return {
    ipv4Compat: protoAddress?.case === 'socketAddress' && protoAddress.value.ipv4Compat,
    perConnectionBufferLimitBytes:
      message.perConnectionBufferLimitBytes ?? DEFAULT_BUFFER_LIMIT_BYTES,
    trafficDirection:
      enumName('envoy.config.core.v3.TrafficDirection', message.trafficDirection) ?? 'UNSPECIFIED',
    bindToPort: bindToPort && bindsByOldField,
    reusePort: message.enableReusePort ?? true,
    tcpBacklogSize: message.tcpBacklogSize,
    drainType:
      enumName('envoy.config.listener.v3.Listener.DrainType', message.drainType) ?? 'DEFAULT',
  };
}

function parseChains<Filter extends NetworkFilterConfig, AccessLog>(
  context: ParseContext,
  message: ListenerProto,
  parsers: ListenerParsers<Filter, AccessLog>,
): readonly FilterChainConfig<Filter>[] {
  const at = context.at('filter_chains');
  if (message.filterChains.length === 0 && message.defaultFilterChain === undefined) {
    at.error('no filter chains specified');
  }
  const chains = message.filterChains.map((chain, index) =>
    parseFilterChain(at.at(index), chain, parsers.networkFilters),
  );
  reportOverlappingChains(at, chains);
  return chains;
}

/** As in Envoy: `127.0.0.1_8080`, `[__1]_8080`. */
function statPrefixOf(address: Address): string {
  return formatAddress(address).replaceAll(':', '_');
}
