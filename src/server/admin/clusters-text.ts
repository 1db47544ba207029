import { formatAddress } from '#network/address.ts';
import type { CircuitBreakerThresholds } from '#upstream/cluster-config.ts';
import type { ClusterView, HostView } from '#upstream/cluster-view.ts';
import { formatHealthFlags } from '#upstream/health-flags.ts';

/** A cluster as `/clusters` prints it: one fact a line, each with the cluster's name before it. */
export function clusterText(cluster: ClusterView): string {
  const { name } = cluster;
  const lines = [
    `observability_name::${cluster.observabilityName}`,
    ...(cluster.hasOutlierDetection ? outlierLines : []),
    ...limitLines('default', cluster.defaultLimits),
    ...limitLines('high', cluster.highLimits),
    `added_via_api::${cluster.addedViaApi}`,
    ...(cluster.edsServiceName === '' ? [] : [`eds_service_name::${cluster.edsServiceName}`]),
    ...cluster.hosts.flatMap(hostLines),
  ];
  return lines.map((line) => `${name}::${line}\n`).join('');
}

/** -1 says that no success rate was computed. */
const outlierLines: readonly string[] = [
  'outlier::success_rate_average::-1',
  'outlier::success_rate_ejection_threshold::-1',
  'outlier::local_origin_success_rate_average::-1',
  'outlier::local_origin_success_rate_ejection_threshold::-1',
];

function limitLines(priority: string, limits: CircuitBreakerThresholds): string[] {
  return [
    `${priority}_priority::max_connections::${limits.maxConnections}`,
    `${priority}_priority::max_pending_requests::${limits.maxPendingRequests}`,
    `${priority}_priority::max_requests::${limits.maxRequests}`,
    `${priority}_priority::max_retries::${limits.maxRetries}`,
  ];
}

function hostLines(host: HostView): string[] {
  const address = formatAddress(host.address);
  const statistics = [...host.counters, ...host.gauges].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...statistics.map(([name, value]) => `${name}::${value}`),
    `hostname::${host.hostname}`,
    `health_flags::${formatHealthFlags(host.healthFlags)}`,
    `weight::${host.weight}`,
    `region::${host.locality.region}`,
    `zone::${host.locality.zone}`,
    `sub_zone::${host.locality.subZone}`,
    `canary::${host.canary}`,
    `priority::${host.priority}`,
    'success_rate::-1',
    'local_origin_success_rate::-1',
  ].map((line) => `${address}::${line}`);
}
