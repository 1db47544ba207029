import type { Message } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { ParseContext } from '#config/parse-context.ts';
import type { MessageTypeName } from '#config/registry.ts';
import { findMessageType } from '#config/registry.ts';
import { typeNameOf, unpackAny } from '#config/unpack-any.ts';
import type { HttpFilterParser } from '#connection-manager/http-filters-from-proto.ts';
import { ROUTER_FILTER_TYPE } from '#connection-manager/router-filter-config.ts';
import type { MessageTypes } from '#gen/message-types.d.ts';
import type { PerFilterConfigParser } from '#routing/route-parse-options.ts';

/** Turns one message into plain data for the workers; nothing where it reported why it cannot. */
export interface MessageReader {
  readonly type: MessageTypeName;
  readonly read: (message: Message, context: ParseContext) => unknown;
}

/** How the main thread reads what a configuration says to one kind of HTTP filter. */
export interface HttpFilterReader {
  /** The message in the filter chain; its type is also what workers know the filter by. */
  readonly config: MessageReader;
  /** What tables, virtual hosts, routes and weighted clusters may say; absent where nothing. */
  readonly perRoute?: MessageReader;
}

export function messageReader<const Name extends MessageTypeName>(
  type: Name,
  read: (message: MessageTypes[Name], context: ParseContext) => unknown,
): MessageReader {
  return { type, read: (message, context) => read(message as MessageTypes[Name], context) };
}

/** Reads filters of chains by the given readers; filters of any other type are refused. */
export function httpFilterParser(readers: readonly HttpFilterReader[]): HttpFilterParser {
  const byType = new Map(readers.map(({ config }) => [config.type as string, config]));
  return (context, { name, disabled, configType }) => {
    if (configType.case !== 'typedConfig') return undefined;
    const at = context.at('typed_config');
    const message = unpackAny(at, configType.value);
    if (message === undefined) return undefined;
    const reader = byType.get(message.$typeName);
    if (reader === undefined) {
      context.error('this HTTP filter is not supported by Proa yet', { value: name });
      return undefined;
    }
    const config = reader.read(message, at);
    return config === undefined
      ? undefined
      : { type: reader.type, name, isDisabled: disabled, config };
  };
}

/** Reads `typed_per_filter_config` by the given readers. */
export function perFilterConfigParser(readers: readonly HttpFilterReader[]): PerFilterConfigParser {
  const byType = new Map(
    readers.flatMap(({ perRoute }) => (perRoute ? [[perRoute.type as string, perRoute]] : [])),
  );
  return (filterName, any, context, isOptional) => {
    if (isOptional && findMessageType(typeNameOf(any.typeUrl)) === undefined) return undefined;
    const message = unpackAny(context, any);
    if (message === undefined) return undefined;
    const reader = byType.get(message.$typeName);
    if (reader !== undefined) return reader.read(message, context);
    if (!isOptional) refuse(readers, filterName, any, context);
    return undefined;
  };
}

function refuse(
  readers: readonly HttpFilterReader[],
  filterName: string,
  any: Any,
  context: ParseContext,
): void {
  const type = typeNameOf(any.typeUrl);
  if (type === ROUTER_FILTER_TYPE || readers.some(({ config }) => config.type === type)) {
    context.error(
      `The filter ${filterName} doesn't support virtual host or route specific configurations`,
      { value: type },
    );
  } else {
    context.error(`Didn't find a registered implementation for '${filterName}'`, { value: type });
  }
}
