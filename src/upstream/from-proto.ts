import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import type { Cluster } from '#gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import { parseLoadAssignment } from '#upstream/assignment-from-proto.ts';
import type { AssignmentConfig, ClusterConfig, HostConfig } from '#upstream/cluster-config.ts';
import {
  DEFAULT_BUFFER_LIMIT_BYTES,
  DEFAULT_CIRCUIT_BREAKERS,
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_LOAD_BALANCING,
  DEFAULT_UPSTREAM_HTTP,
} from '#upstream/defaults.ts';

/** A cluster as configured: what workers get, and how the main thread finds its hosts. */
export interface ClusterDefinition {
  readonly config: ClusterConfig;
  readonly assignment: AssignmentConfig<HostConfig>;
}

/**
 * Turns Envoy's `Cluster` into Proa's. Everything that is wrong with it is reported to the context, and
 * then what is returned must not be used.
 */
export function parseCluster(message: Cluster, context: ParseContext): ClusterDefinition {
  const type =
    message.clusterDiscoveryType.case === 'type'
      ? enumName(
          'envoy.config.cluster.v3.Cluster.DiscoveryType',
          message.clusterDiscoveryType.value,
        )
      : 'STATIC';
  if (type !== 'STATIC') {
    context.at('type').error('Proa does not have this kind of cluster', { value: String(type) });
  }
  return {
    config: {
      name: message.name,
      observabilityName: message.altStatName === '' ? message.name : message.altStatName,
      type: 'STATIC',
      connectTimeoutMs: durationMs(message.connectTimeout) ?? DEFAULT_CONNECT_TIMEOUT_MS,
      perConnectionBufferLimitBytes:
        message.perConnectionBufferLimitBytes ?? DEFAULT_BUFFER_LIMIT_BYTES,
      maxRequestsPerConnection: message.maxRequestsPerConnection ?? 0,
      http: DEFAULT_UPSTREAM_HTTP,
      circuitBreakers: DEFAULT_CIRCUIT_BREAKERS,
      loadBalancing: DEFAULT_LOAD_BALANCING,
      tcpKeepalive: undefined,
      sourceAddress: undefined,
      ignoreHealthOnHostRemoval: message.ignoreHealthOnHostRemoval,
      closeConnectionsOnHostHealthFailure: message.closeConnectionsOnHostHealthFailure,
    },
    assignment: parseLoadAssignment(message.loadAssignment, context.at('load_assignment')),
  };
}
