import type { ParseContext } from '#config/parse-context.ts';
import type {
  Route,
  RouteMatch,
  VirtualHost,
} from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegexMatcher } from '#matching/from-proto.ts';
import { parseDirectResponse } from '#routing/direct-response-from-proto.ts';
import { parseForward } from '#routing/forward-from-proto.ts';
import { parseHeaderMatchers } from '#routing/header-matcher-from-proto.ts';
import { parseHeaderMutationsOf } from '#routing/header-mutations-from-proto.ts';
import { parseRedirect } from '#routing/redirect-from-proto.ts';
import type {
  PathMatchConfig,
  RouteActionConfig,
  RouteConfig,
  RouteMatchConfig,
} from '#routing/route-config.ts';
import {
  parseMetadata,
  parsePerFilterConfigs,
  type TableContext,
} from '#routing/route-parse-options.ts';

export function parseRoute(
  message: Route,
  host: VirtualHost,
  context: ParseContext,
  table: TableContext,
): RouteConfig {
  return {
    name: message.name,
    match: parseMatch(message.match, context.at('match')),
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

const MATCHES_ALL: PathMatchConfig = { kind: 'prefix', text: '', isCaseSensitive: true };

function parseMatch(message: RouteMatch | undefined, context: ParseContext): RouteMatchConfig {
  if (message === undefined) context.error('a match is required');
  return {
    path: message === undefined ? MATCHES_ALL : parsePath(message, context),
    headers: parseHeaderMatchers(message?.headers ?? [], context.at('headers')),
    queryParameters: [],
    dynamicMetadata: [],
    runtimeFraction: undefined,
    isGrpcOnly: message?.grpc !== undefined,
    tlsContext: message?.tlsContext && {
      presented: message.tlsContext.presented,
      validated: message.tlsContext.validated,
    },
  };
}

function parsePath(message: RouteMatch, context: ParseContext): PathMatchConfig {
  const { pathSpecifier } = message;
  const isCaseSensitive = message.caseSensitive ?? true;
  switch (pathSpecifier.case) {
    case 'prefix':
    case 'path':
      return {
        kind: pathSpecifier.case,
        text: byteStringOf(pathSpecifier.value),
        isCaseSensitive,
      };
    case 'pathSeparatedPrefix':
      return {
        kind: 'path_separated_prefix',
        text: byteStringOf(pathSpecifier.value),
        isCaseSensitive,
      };
    case 'safeRegex':
      return {
        kind: 'safe_regex',
        regex: parseRegexMatcher(pathSpecifier.value, context.at('safe_regex')),
      };
    case 'connectMatcher':
      return { kind: 'connect_matcher' };
    case 'pathMatchPolicy':
      context.at('path_match_policy').error('not implemented yet');
      return MATCHES_ALL;
    case undefined:
      context.error('Invalid route config');
      return MATCHES_ALL;
  }
}
