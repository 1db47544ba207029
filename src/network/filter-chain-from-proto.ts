import type { Message } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import { typeNameOf, unpackAny } from '#config/unpack-any.ts';
import type {
  FilterChainMatch as FilterChainMatchProto,
  FilterChain as FilterChainProto,
  Filter as FilterProto,
} from '#gen/envoy/config/listener/v3/listener_components_pb.d.ts';
import { parseCidrRanges } from '#network/address-from-proto.ts';
import {
  type ConnectionSourceType,
  type FilterChainConfig,
  type FilterChainMatchConfig,
  MATCH_ALL,
  type NetworkFilterConfig,
} from '#network/filter-chain-config.ts';

/** Reads the message of one network filter; reports and returns nothing when it cannot. */
export type NetworkFilterParser<Filter extends NetworkFilterConfig> = (
  context: ParseContext,
  name: string,
  message: Message,
) => Filter | undefined;

/** The network filters that there are, by the full name of their message. */
export type NetworkFilterParsers<Filter extends NetworkFilterConfig> = ReadonlyMap<
  string,
  NetworkFilterParser<Filter>
>;

export function parseFilterChain<Filter extends NetworkFilterConfig>(
  context: ParseContext,
  message: FilterChainProto,
  parsers: NetworkFilterParsers<Filter>,
): FilterChainConfig<Filter> {
  const { transportSocket } = message;
  // Whatever else there is was refused by its type.
  if (transportSocket !== undefined && transportSocket.configType.case === undefined) {
    context.at('transport_socket').error('the transport socket has no typed_config', {
      value: transportSocket.name,
    });
  }
  const { filterChainMatch: match } = message;
  return {
    name: message.name,
    match: match === undefined ? MATCH_ALL : parseMatch(context.at('filter_chain_match'), match),
    filters: parseFilters(context.at('filters'), message.filters, parsers),
    metadata: message.metadata?.filterMetadata ?? {},
    transportSocketConnectTimeoutMs: durationMs(message.transportSocketConnectTimeout) ?? 0,
  };
}

function parseFilters<Filter extends NetworkFilterConfig>(
  context: ParseContext,
  messages: readonly FilterProto[],
  parsers: NetworkFilterParsers<Filter>,
): readonly Filter[] {
  const filters: Filter[] = [];
  for (const [index, message] of messages.entries()) {
    const at = context.at(index);
    if (message.configType.case !== 'typedConfig') {
      at.error('the filter has no typed_config', { value: message.name });
    } else {
      const filter = parseFilter(at, message.name, message.configType.value, parsers);
      if (filter !== undefined) filters.push(filter);
    }
    if (index < messages.length - 1) {
      at.error('a terminal filter must be the last one of its chain', { value: message.name });
    }
  }
  if (messages.length === 0) context.error('the chain has no terminal filter');
  return filters;
}

function parseFilter<Filter extends NetworkFilterConfig>(
  context: ParseContext,
  name: string,
  config: Any,
  parsers: NetworkFilterParsers<Filter>,
): Filter | undefined {
  const at = context.at('typed_config');
  const parser = parsers.get(typeNameOf(config.typeUrl));
  if (parser === undefined) {
    at.error('this network filter is not supported by Proa yet', {
      value: typeNameOf(config.typeUrl),
    });
    return undefined;
  }
  const message = unpackAny(at, config);
  return message && parser(at, name, message);
}

const SOURCE_TYPES = {
  ANY: 'any',
  SAME_IP_OR_LOOPBACK: 'same_ip_or_loopback',
  EXTERNAL: 'external',
} as const satisfies Record<string, ConnectionSourceType>;

function parseMatch(context: ParseContext, message: FilterChainMatchProto): FilterChainMatchConfig {
  const sourceType = enumName(
    'envoy.config.listener.v3.FilterChainMatch.ConnectionSourceType',
    message.sourceType,
  );
  return {
    destinationPort: message.destinationPort,
    prefixRanges: parseCidrRanges(context.at('prefix_ranges'), message.prefixRanges),
    serverNames: parseServerNames(context.at('server_names'), message.serverNames),
    transportProtocol: message.transportProtocol,
    applicationProtocols: message.applicationProtocols,
    directSourcePrefixRanges: parseCidrRanges(
      context.at('direct_source_prefix_ranges'),
      message.directSourcePrefixRanges,
    ),
    sourceType: SOURCE_TYPES[sourceType ?? 'ANY'],
    sourcePrefixRanges: parseCidrRanges(
      context.at('source_prefix_ranges'),
      message.sourcePrefixRanges,
    ),
    sourcePorts: message.sourcePorts,
  };
}

/** A wildcard stands for whole labels at the front: `*.example.com`. */
function parseServerNames(context: ParseContext, names: readonly string[]): readonly string[] {
  for (const [index, name] of names.entries()) {
    if (name.lastIndexOf('*') > 0 || (name.startsWith('*') && !name.startsWith('*.'))) {
      context.at(index).error('partial wildcards are not supported in server_names', {
        value: name,
      });
    }
  }
  return names.map((name) => name.toLowerCase());
}
