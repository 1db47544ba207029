import type { Duration } from '@bufbuild/protobuf/wkt';
import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import { suggest } from '#config/suggest.ts';
import type {
  Route,
  RouteAction,
  WeightedCluster,
} from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegexSubstitution } from '#matching/from-proto.ts';
import { parseHeaderMutationsOf } from '#routing/header-mutations-from-proto.ts';
import type {
  ClusterSpecifierConfig,
  ClusterWeightConfig,
  ForwardActionConfig,
  HostRewriteConfig,
  MaxStreamDurationConfig,
  Metadata,
  PathRewriteConfig,
  WeightedClustersConfig,
} from '#routing/route-config.ts';
import {
  parseMetadata,
  parsePerFilterConfigs,
  type TableContext,
} from '#routing/route-parse-options.ts';

const DEFAULT_TIMEOUT_MS = 15_000;
const MAX_UINT32 = 2 ** 32 - 1;
const LOAD_BALANCER_METADATA = 'envoy.lb';
const NOT_FOUND_CODE = {
  SERVICE_UNAVAILABLE: 503,
  NOT_FOUND: 404,
  INTERNAL_SERVER_ERROR: 500,
} as const;

export function parseForward(
  message: RouteAction,
  route: Route,
  context: ParseContext,
  table: TableContext,
): ForwardActionConfig {
  const notFound = enumName(
    'envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode',
    message.clusterNotFoundResponseCode,
  );
  const priority = enumName('envoy.config.core.v3.RoutingPriority', message.priority);
  return {
    kind: 'route',
    clusterSpecifier: parseClusterSpecifier(message, route, context, table),
    clusterNotFoundResponseCode: NOT_FOUND_CODE[notFound ?? 'SERVICE_UNAVAILABLE'],
    metadataMatch: loadBalancerCriteria(parseMetadata(message.metadataMatch)),
    pathRewrite: parsePathRewrite(message, context),
    hostRewrite: parseHostRewrite(message, context),
    appendXForwardedHost: message.appendXForwardedHost,
    timeoutMs: wholeMs(message.timeout) ?? DEFAULT_TIMEOUT_MS,
    idleTimeoutMs: wholeMs(message.idleTimeout),
    maxStreamDuration: parseMaxStreamDuration(message),
    maxGrpcTimeoutMs: wholeMs(message.maxGrpcTimeout),
    grpcTimeoutOffsetMs: wholeMs(message.grpcTimeoutOffset),
    priority: priority === 'HIGH' ? 'high' : 'default',
    upgrades: parseUpgrades(message, context.at('upgrade_configs')),
  };
}

function parseClusterSpecifier(
  message: RouteAction,
  route: Route,
  context: ParseContext,
  table: TableContext,
): ClusterSpecifierConfig {
  const { clusterSpecifier: specifier } = message;
  switch (specifier.case) {
    case 'cluster':
      checkCluster(specifier.value, context.at('cluster'), table);
      return { kind: 'cluster', name: specifier.value };
    case 'clusterHeader':
      return { kind: 'cluster_header', header: specifier.value.toLowerCase() };
    case 'weightedClusters':
      return parseWeighted(specifier.value, route, context.at('weighted_clusters'), table);
    case 'clusterSpecifierPlugin':
    case 'inlineClusterSpecifierPlugin':
      context.error('cluster specifier plugins are not implemented');
      return { kind: 'cluster', name: '' };
    case undefined:
      context.error('one of cluster, cluster_header, weighted_clusters is required');
      return { kind: 'cluster', name: '' };
  }
}

function checkCluster(name: string, context: ParseContext, table: TableContext): void {
  const { clusterNames } = table.options;
  if (!table.validatesClusters || clusterNames === undefined || clusterNames.has(name)) return;
  const suggestion = suggest(name, clusterNames);
  context.error(`route: unknown cluster '${name}'`, {
    value: name,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

function parseWeighted(
  message: WeightedCluster,
  route: Route,
  context: ParseContext,
  table: TableContext,
): WeightedClustersConfig {
  const clusters = message.clusters.map((cluster, index): ClusterWeightConfig => {
    const here = context.at('clusters').at(index);
    if ((cluster.name === '') === (cluster.clusterHeader === '')) {
      here.error(
        cluster.name === ''
          ? 'At least one of name or cluster_header need to be specified'
          : 'Only one of name or cluster_header can be specified',
      );
    }
    if (cluster.name !== '') checkCluster(cluster.name, here.at('name'), table);
    return {
      cluster:
        cluster.name === ''
          ? { kind: 'cluster_header', header: cluster.clusterHeader.toLowerCase() }
          : { kind: 'cluster', name: cluster.name },
      weight: cluster.weight ?? 0,
      hostRewrite: cluster.hostRewriteSpecifier.value || undefined,
      metadataMatch: loadBalancerCriteria(parseMetadata(cluster.metadataMatch)),
      ...parseHeaderMutationsOf(cluster, here),
      perFilterConfigs: parsePerFilterConfigs(cluster.typedPerFilterConfig, here, table),
    };
  });
  checkTotalWeight(clusters, route, context);
  const { randomValueSpecifier } = message;
  return {
    kind: 'weighted_clusters',
    clusters,
    runtimeKeyPrefix: message.runtimeKeyPrefix || undefined,
    randomValueHeader:
      randomValueSpecifier.case === 'headerName'
        ? randomValueSpecifier.value.toLowerCase()
        : undefined,
  };
}

function checkTotalWeight(
  clusters: readonly ClusterWeightConfig[],
  route: Route,
  context: ParseContext,
): void {
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
  if (total > MAX_UINT32) {
    context.error(
      `The sum of weights of all weighted clusters of route ${route.name} exceeds ${MAX_UINT32}`,
    );
  } else if (total === 0) {
    context.error('Sum of weights in the weighted_cluster must be greater than 0.');
  }
}

function parsePathRewrite(
  message: RouteAction,
  context: ParseContext,
): PathRewriteConfig | undefined {
  if (message.prefixRewrite !== '') {
    return { kind: 'prefix_rewrite', text: byteStringOf(message.prefixRewrite) };
  }
  return (
    message.regexRewrite && {
      kind: 'regex_rewrite',
      replacement: parseRegexSubstitution(message.regexRewrite, context.at('regex_rewrite')),
    }
  );
}

function parseHostRewrite(
  message: RouteAction,
  context: ParseContext,
): HostRewriteConfig | undefined {
  const { hostRewriteSpecifier: specifier } = message;
  switch (specifier.case) {
    case 'hostRewriteLiteral':
      return specifier.value === ''
        ? undefined
        : { kind: 'literal', host: byteStringOf(specifier.value) };
    case 'autoHostRewrite':
      return specifier.value.value ? { kind: 'auto' } : undefined;
    case 'hostRewriteHeader':
      return specifier.value === ''
        ? undefined
        : { kind: 'header', name: specifier.value.toLowerCase() };
    case 'hostRewritePathRegex':
      return {
        kind: 'path_regex',
        replacement: parseRegexSubstitution(specifier.value, context.at('host_rewrite_path_regex')),
      };
    case 'hostRewrite':
    case undefined:
      return undefined;
  }
}

function parseMaxStreamDuration({
  maxStreamDuration: message,
}: RouteAction): MaxStreamDurationConfig | undefined {
  if (message === undefined) return undefined;
  return {
    maxStreamDurationMs: wholeMs(message.maxStreamDuration),
    grpcTimeoutHeaderMaxMs: wholeMs(message.grpcTimeoutHeaderMax),
    grpcTimeoutHeaderOffsetMs: wholeMs(message.grpcTimeoutHeaderOffset),
  };
}

function parseUpgrades(
  message: RouteAction,
  context: ParseContext,
): Readonly<Record<string, boolean>> {
  const upgrades: Record<string, boolean> = {};
  message.upgradeConfigs.forEach(({ upgradeType, enabled }, index) => {
    const type = upgradeType.toLowerCase();
    if (type in upgrades) context.at(index).error(`Duplicate upgrade ${upgradeType}`);
    upgrades[type] = enabled ?? true;
  });
  return upgrades;
}

function loadBalancerCriteria(metadata: Metadata): Metadata | undefined {
  return metadata[LOAD_BALANCER_METADATA] as Metadata | undefined;
}

/** The part of a millisecond is cut off, as in Envoy. */
function wholeMs(duration: Duration | undefined): number | undefined {
  return duration && Math.trunc(durationMs(duration));
}
