import { addressJson } from '#server/admin/address-json.ts';
import type { JsonObject } from '#server/admin/json-value.ts';
import type { CircuitBreakerThresholds, Locality } from '#upstream/cluster-config.ts';
import type { ClusterView, HostView } from '#upstream/cluster-view.ts';
import { HealthFlag } from '#upstream/health-flags.ts';

/** `envoy.admin.v3.ClusterStatus`; what has its default value is left out, as protobuf does. */
export function clusterJson(cluster: ClusterView): JsonObject {
  return {
    name: cluster.name,
    ...(cluster.addedViaApi ? { added_via_api: true } : {}),
    ...(cluster.hosts.length > 0 ? { host_statuses: cluster.hosts.map(hostJson) } : {}),
    circuit_breakers: {
      thresholds: [
        limitsJson(cluster.defaultLimits),
        { priority: 'HIGH', ...limitsJson(cluster.highLimits) },
      ],
    },
    observability_name: cluster.observabilityName,
    ...(cluster.edsServiceName === '' ? {} : { eds_service_name: cluster.edsServiceName }),
  };
}

function limitsJson(limits: CircuitBreakerThresholds): JsonObject {
  return {
    max_connections: limits.maxConnections,
    max_pending_requests: limits.maxPendingRequests,
    max_requests: limits.maxRequests,
    max_retries: limits.maxRetries,
  };
}

function hostJson(host: HostView): JsonObject {
  return {
    address: addressJson(host.address),
    stats: [
      ...host.counters.map(([name, value]) => metricJson({}, name, value)),
      ...host.gauges.map(([name, value]) => metricJson({ type: 'GAUGE' }, name, value)),
    ],
    health_status: healthJson(host.healthFlags),
    weight: host.weight,
    ...(host.hostname === '' ? {} : { hostname: host.hostname }),
    locality: localityJson(host.locality),
    ...(host.priority === 0 ? {} : { priority: host.priority }),
  };
}

/** `core.v3.Locality`, without what is empty. */
export function localityJson({ region, zone, subZone }: Locality): JsonObject {
  return {
    ...(region === '' ? {} : { region }),
    ...(zone === '' ? {} : { zone }),
    ...(subZone === '' ? {} : { sub_zone: subZone }),
  };
}

function metricJson(type: JsonObject, name: string, value: number): JsonObject {
  return value === 0 ? { ...type, name } : { ...type, value: String(value), name };
}

/** The fields of `HostHealthStatus` that one flag sets each. */
const flagFields: readonly (readonly [flag: number, field: string])[] = [
  [HealthFlag.failedActiveHc, 'failed_active_health_check'],
  [HealthFlag.failedOutlierCheck, 'failed_outlier_check'],
  [HealthFlag.degradedActiveHc, 'failed_active_degraded_check'],
  [HealthFlag.pendingDynamicRemoval, 'pending_dynamic_removal'],
  [HealthFlag.pendingActiveHc, 'pending_active_hc'],
  [HealthFlag.excludedViaImmediateHcFail, 'excluded_via_immediate_hc_fail'],
  [HealthFlag.activeHcTimeout, 'active_hc_timeout'],
];

function healthJson(flags: number): JsonObject {
  const set = flagFields.filter(([flag]) => (flags & flag) !== 0);
  return {
    ...Object.fromEntries(set.map(([, field]) => [field, true])),
    eds_health_status: edsHealthStatus(flags),
  };
}

function edsHealthStatus(flags: number): string {
  if ((flags & HealthFlag.edsStatusDraining) !== 0) return 'DRAINING';
  if ((flags & HealthFlag.failedEdsHealth) !== 0) return 'UNHEALTHY';
  if ((flags & HealthFlag.degradedEdsHealth) !== 0) return 'DEGRADED';
  return 'HEALTHY';
}
