import type { ClusterConfig } from '#upstream/cluster-config.ts';

/** `cluster.<name>.`, where a colon in the name becomes an underscore, as in Envoy. */
export function clusterStatPrefix(config: ClusterConfig): string {
  return `cluster.${config.observabilityName.replaceAll(':', '_')}.`;
}
