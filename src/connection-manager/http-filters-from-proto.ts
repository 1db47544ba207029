import type { ParseContext } from '#config/parse-context.ts';
import { findMessageType } from '#config/registry.ts';
import { typeNameOf, unpackAnyAs } from '#config/unpack-any.ts';
import type { HttpFilterConfig } from '#connection-manager/connection-manager-config.ts';
import { parseRouterFilter, ROUTER_FILTER_TYPE } from '#connection-manager/router-filter-config.ts';
import type { HttpFilter } from '#gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts';

/**
 * Reads one HTTP filter other than the router from its `typed_config`. The context stands at the
 * filter; what is refused is reported there, and nothing returned.
 */
export type HttpFilterParser = (
  context: ParseContext,
  message: HttpFilter,
) => HttpFilterConfig | undefined;

/** Reads a filter chain: `http_filters`, or the `filters` of an upgrade. */
export function parseHttpFilters(
  context: ParseContext,
  messages: readonly HttpFilter[],
  parseHttpFilter: HttpFilterParser,
): readonly HttpFilterConfig[] {
  const filters: HttpFilterConfig[] = [];
  for (const [index, message] of messages.entries()) {
    const at = context.at(index);
    checkPlace(at, message, index === messages.length - 1);
    const filter = parseFilter(at, message, parseHttpFilter);
    if (filter !== undefined) filters.push(filter);
  }
  if (messages.length === 0) context.error('the chain has no terminal filter such as the router');
  return filters;
}

/** The router is the one terminal filter that there is. */
function checkPlace(context: ParseContext, message: HttpFilter, isLast: boolean): void {
  if (message.configType.case !== 'typedConfig') return;
  const isTerminal = typeNameOf(message.configType.value.typeUrl) === ROUTER_FILTER_TYPE;
  if (isTerminal && !isLast) {
    context.error('a terminal filter must be the last filter in a http filter chain', {
      value: message.name,
    });
  }
  if (!isTerminal && isLast) {
    context.error('a non-terminal filter is the last filter in a http filter chain', {
      value: message.name,
    });
  }
}

function parseFilter(
  context: ParseContext,
  message: HttpFilter,
  parseHttpFilter: HttpFilterParser,
): HttpFilterConfig | undefined {
  const { configType, name, isOptional, disabled: isDisabled } = message;
  if (configType.case !== 'typedConfig') {
    context.error('the filter has no typed_config', { value: name });
    return undefined;
  }
  const at = context.at('typed_config');
  const type = typeNameOf(configType.value.typeUrl);
  if (type !== ROUTER_FILTER_TYPE) {
    if (!isOptional || findMessageType(type) !== undefined)
      return parseHttpFilter(context, message);
    at.warn('the filter is unknown and left out, because it is optional', { value: type });
    return undefined;
  }
  const router = unpackAnyAs(at, configType.value, [ROUTER_FILTER_TYPE]);
  return router && { type, name, isDisabled, config: parseRouterFilter(router) };
}
