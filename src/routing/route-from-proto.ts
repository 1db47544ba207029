import type { ParseContext } from '#config/parse-context.ts';
import type { Route, VirtualHost } from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import { parseDirectResponse } from '#routing/direct-response-from-proto.ts';
import { parseForward } from '#routing/forward-from-proto.ts';
import { parseHeaderMutationsOf } from '#routing/header-mutations-from-proto.ts';
import { parsePerFilterConfigs } from '#routing/per-filter-config-from-proto.ts';
import { parseRedirect } from '#routing/redirect-from-proto.ts';
import type { RouteActionConfig, RouteConfig } from '#routing/route-config.ts';
import { parseRouteMatch } from '#routing/route-match-from-proto.ts';
import { parseMetadata, type TableContext } from '#routing/route-parse-options.ts';

export function parseRoute(
  message: Route,
  host: VirtualHost,
  context: ParseContext,
  table: TableContext,
): RouteConfig {
  return {
    name: message.name,
    match: parseRouteMatch(message.match, context.at('match')),
    action: parseAction(message, context, table),
    metadata: parseMetadata(message.metadata),
    statPrefix: message.statPrefix,
    perRequestBufferLimitBytes:
      message.perRequestBufferLimitBytes ?? host.perRequestBufferLimitBytes,
    ...parseHeaderMutationsOf(message, context),
    perFilterConfigs: parsePerFilterConfigs(message.typedPerFilterConfig, context, table),
  };
}

function parseAction(
  message: Route,
  context: ParseContext,
  table: TableContext,
): RouteActionConfig {
  const { action } = message;
  switch (action.case) {
    case 'route':
      return parseForward(action.value, message, context.at('route'), table);
    case 'redirect':
      return parseRedirect(action.value, context.at('redirect'));
    case 'directResponse':
      return parseDirectResponse(action.value, context.at('direct_response'), table);
    case 'nonForwardingAction':
      return { kind: 'non_forwarding_action' };
    case 'filterAction':
      context.at('filter_action').error('filter_action is not implemented');
      return { kind: 'non_forwarding_action' };
    case undefined:
      context.error('one of route, redirect, direct_response is required');
      return { kind: 'non_forwarding_action' };
  }
}
