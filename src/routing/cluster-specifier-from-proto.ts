import type { ParseContext } from '#config/parse-context.ts';
import type { Metadata as MetadataMessage } from '#gen/envoy/config/core/v3/base_pb.d.ts';
import type {
  Route,
  RouteAction,
  WeightedCluster,
} from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import { parseHeaderMutationsOf } from '#routing/header-mutations-from-proto.ts';
import { parsePerFilterConfigs } from '#routing/per-filter-config-from-proto.ts';
import type {
  ClusterSpecifierConfig,
  ClusterWeightConfig,
  Metadata,
  WeightedClustersConfig,
} from '#routing/route-config.ts';
import { parseMetadata, type TableContext } from '#routing/route-parse-options.ts';

const MAX_UINT32 = 2 ** 32 - 1;
const LOAD_BALANCER_METADATA = 'envoy.lb';

/** Reads where requests go; whether the clusters exist is checked elsewhere. */
export function parseClusterSpecifier(
  message: RouteAction,
  route: Route,
  context: ParseContext,
  table: TableContext,
): ClusterSpecifierConfig {
  const { clusterSpecifier: specifier } = message;
  switch (specifier.case) {
    case 'cluster':
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
    if (cluster.weight === undefined) here.error("Field 'weight' is missing");
    return {
      cluster:
        cluster.name === ''
          ? { kind: 'cluster_header', header: cluster.clusterHeader.toLowerCase() }
          : { kind: 'cluster', name: cluster.name },
      weight: cluster.weight ?? 0,
      hostRewrite: cluster.hostRewriteSpecifier.value || undefined,
      metadataMatch: loadBalancerCriteria(cluster.metadataMatch),
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

/** The part of metadata that endpoints are chosen by. */
export function loadBalancerCriteria(message: MetadataMessage | undefined): Metadata | undefined {
  return parseMetadata(message)[LOAD_BALANCER_METADATA] as Metadata | undefined;
}
