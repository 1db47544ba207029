import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import type { Cluster } from '#gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import { parseDnsAssignment, parseStaticAssignment } from '#upstream/assignment-from-proto.ts';
import { parseCircuitBreakers } from '#upstream/circuit-breakers-from-proto.ts';
import type { ClusterDefinition, DiscoveryConfig } from '#upstream/cluster-config.ts';
import { parseSourceAddress, parseTcpKeepalive } from '#upstream/connection-from-proto.ts';
import { DEFAULT_BUFFER_LIMIT_BYTES, DEFAULT_CONNECT_TIMEOUT_MS } from '#upstream/defaults.ts';
import { parseDns } from '#upstream/dns-from-proto.ts';
import { parseLoadBalancing } from '#upstream/load-balancing-from-proto.ts';
import { parseTransportSocket } from '#upstream/transport-socket-from-proto.ts';
import { parseUpstreamHttp } from '#upstream/upstream-http-from-proto.ts';

export function parseClusters(
  context: ParseContext,
  messages: readonly Cluster[],
): ClusterDefinition[] {
  return messages.map((message, index) => parseCluster(context.at(index), message));
}

/**
 * Turns Envoy's `Cluster` into Proa's. Everything that is wrong with it is reported to the context, and
 * then what is returned must not be used.
 */
function parseCluster(context: ParseContext, message: Cluster): ClusterDefinition {
  const { http, maxRequestsPerConnection } = parseUpstreamHttp(context, message);
  parseTransportSocket(context.at('transport_socket'), message.transportSocket);
  return {
    config: {
      name: message.name,
      observabilityName: message.altStatName === '' ? message.name : message.altStatName,
      connectTimeoutMs: durationMs(message.connectTimeout) ?? DEFAULT_CONNECT_TIMEOUT_MS,
      perConnectionBufferLimitBytes:
        message.perConnectionBufferLimitBytes ?? DEFAULT_BUFFER_LIMIT_BYTES,
      maxRequestsPerConnection,
      http,
      circuitBreakers: parseCircuitBreakers(
        context.at('circuit_breakers'),
        message.circuitBreakers,
      ),
      loadBalancing: parseLoadBalancing(context, message),
      tcpKeepalive: parseTcpKeepalive(message.upstreamConnectionOptions?.tcpKeepalive),
      sourceAddress: parseSourceAddress(
        context.at('upstream_bind_config'),
        message.upstreamBindConfig,
      ),
      ignoreHealthOnHostRemoval: message.ignoreHealthOnHostRemoval,
      closeConnectionsOnHostHealthFailure: message.closeConnectionsOnHostHealthFailure,
      metadata: message.metadata?.filterMetadata,
    },
    discovery: parseDiscovery(context, message),
  };
}

function parseDiscovery(context: ParseContext, message: Cluster): DiscoveryConfig {
  const { clusterDiscoveryType: specifier, loadAssignment } = message;
  const at = context.at('load_assignment');
  const type =
    specifier.case === 'type'
      ? enumName('envoy.config.cluster.v3.Cluster.DiscoveryType', specifier.value)
      : 'STATIC';
  if (type !== 'EDS' && message.edsClusterConfig !== undefined) {
    context.at('eds_cluster_config').error('eds_cluster_config set in a non-EDS cluster');
  }
  switch (type) {
    case 'STRICT_DNS':
      return {
        kind: 'strictDns',
        dns: parseDns(context, message),
        assignment: parseDnsAssignment(at, loadAssignment, type),
      };
    case 'LOGICAL_DNS':
      return {
        kind: 'logicalDns',
        dns: parseDns(context, message),
        assignment: parseDnsAssignment(at, loadAssignment, type),
      };
    default:
      return { kind: 'static', assignment: parseStaticAssignment(at, loadAssignment) };
  }
}
