import { checkRouteReferences } from '#config/check-route-references.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import type { VirtualHost } from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import type { RouteConfiguration as RouteConfigurationMessage } from '#gen/envoy/config/route/v3/route_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseHeaderMatchers } from '#routing/header-matcher-from-proto.ts';
import { parseHeaderMutationsOf } from '#routing/header-mutations-from-proto.ts';
import { parsePerFilterConfigs } from '#routing/per-filter-config-from-proto.ts';
import type {
  RouteConfiguration,
  VirtualClusterConfig,
  VirtualHostConfig,
} from '#routing/route-config.ts';
import { parseRoute } from '#routing/route-from-proto.ts';
import {
  parseMetadata,
  type RouteParseOptions,
  type TableContext,
} from '#routing/route-parse-options.ts';

const DEFAULT_MAX_DIRECT_RESPONSE_BODY_SIZE_BYTES = 4096;

/**
 * Turns a route configuration into what the workers build their tables from. Everything that is
 * wrong is reported to the context, in Envoy's words where it has some; the result is usable only
 * if nothing was.
 */
export function parseRouteConfiguration(
  message: RouteConfigurationMessage,
  context: ParseContext,
  options: RouteParseOptions = {},
): RouteConfiguration {
  const table: TableContext = {
    options,
    maxDirectResponseBodySizeBytes:
      message.maxDirectResponseBodySizeBytes ?? DEFAULT_MAX_DIRECT_RESPONSE_BODY_SIZE_BYTES,
  };
  const { clusterNames, validatesClusters = true } = options;
  checkRouteReferences(message, context, {
    clusters: clusterNames ?? new Set(),
    validatesClusters: clusterNames !== undefined && validatesClusters,
  });
  const hosts = context.at('virtual_hosts');
  return {
    name: message.name,
    virtualHosts: message.virtualHosts.map((host, index) =>
      parseVirtualHost(host, hosts.at(index), table),
    ),
    internalOnlyHeaders: message.internalOnlyHeaders.map((name) => name.toLowerCase()),
    mostSpecificHeaderMutationsWins: message.mostSpecificHeaderMutationsWins,
    ignorePortInHostMatching: message.ignorePortInHostMatching,
    ignorePathParametersInPathMatching: message.ignorePathParametersInPathMatching,
    vhostHeader: message.vhostHeader === '' ? undefined : message.vhostHeader.toLowerCase(),
    metadata: parseMetadata(message.metadata),
    ...parseHeaderMutationsOf(message, context),
    perFilterConfigs: parsePerFilterConfigs(message.typedPerFilterConfig, context, table),
  };
}

function parseVirtualHost(
  message: VirtualHost,
  context: ParseContext,
  table: TableContext,
): VirtualHostConfig {
  const routes = context.at('routes');
  return {
    name: message.name,
    domains: message.domains.map(byteStringOf),
    routes: message.routes.map((route, index) =>
      parseRoute(route, message, routes.at(index), table),
    ),
    requireTls:
      enumName('envoy.config.route.v3.VirtualHost.TlsRequirementType', message.requireTls) ??
      'NONE',
    virtualClusters: parseVirtualClusters(message, context.at('virtual_clusters')),
    includeRequestAttemptCount: message.includeRequestAttemptCount,
    includeAttemptCountInResponse: message.includeAttemptCountInResponse,
    metadata: parseMetadata(message.metadata),
    ...parseHeaderMutationsOf(message, context),
    perFilterConfigs: parsePerFilterConfigs(message.typedPerFilterConfig, context, table),
  };
}

function parseVirtualClusters(message: VirtualHost, context: ParseContext): VirtualClusterConfig[] {
  return message.virtualClusters.map(({ name, headers }, index) => {
    const here = context.at(index);
    if (headers.length === 0) here.error("virtual clusters must define 'headers'");
    return { name, headers: parseHeaderMatchers(headers, here.at('headers')) };
  });
}
