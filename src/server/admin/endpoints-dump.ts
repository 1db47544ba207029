import { addressJson } from '#server/admin/address-json.ts';
import { localityJson } from '#server/admin/clusters-json.ts';
import type { JsonObject } from '#server/admin/json-value.ts';
import type { ClusterView, HostView } from '#upstream/cluster-view.ts';
import { type Health, healthOf } from '#upstream/health-flags.ts';

const OVERPROVISIONING_FACTOR = 140;

const healthStatus: Readonly<Record<Health, string>> = {
  healthy: 'HEALTHY',
  degraded: 'DEGRADED',
  unhealthy: 'UNHEALTHY',
};

/** `EndpointsConfigDump` of the hosts that clusters have now; undefined without clusters. */
export function endpointsConfigDump(clusters: Iterable<ClusterView>): JsonObject | undefined {
  const all = [...clusters];
  if (all.length === 0) return undefined;
  const ofApi = all.filter(({ addedViaApi }) => addedViaApi);
  const ofBootstrap = all.filter(({ addedViaApi }) => !addedViaApi);
  return {
    '@type': 'type.googleapis.com/envoy.admin.v3.EndpointsConfigDump',
    ...section('static_endpoint_configs', ofBootstrap),
    ...section('dynamic_endpoint_configs', ofApi),
  };
}

function section(name: string, clusters: readonly ClusterView[]): JsonObject {
  if (clusters.length === 0) return {};
  return { [name]: clusters.map((cluster) => ({ endpoint_config: assignmentJson(cluster) })) };
}

function assignmentJson({ name, edsServiceName, hosts }: ClusterView): JsonObject {
  const localities = Map.groupBy(hosts, ({ priority, locality }) =>
    JSON.stringify([priority, locality.region, locality.zone, locality.subZone]),
  );
  return {
    '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    cluster_name: edsServiceName === '' ? name : edsServiceName,
    ...(hosts.length === 0 ? {} : { endpoints: Array.from(localities.values(), localityHosts) }),
    policy: { overprovisioning_factor: OVERPROVISIONING_FACTOR },
  };
}

function localityHosts(hosts: readonly HostView[]): JsonObject {
  const [{ locality, priority }] = hosts as readonly [HostView, ...HostView[]];
  return {
    locality: localityJson(locality),
    lb_endpoints: hosts.map((host) => ({
      endpoint: {
        address: addressJson(host.address),
        health_check_config: {},
        ...(host.hostname === '' ? {} : { hostname: host.hostname }),
      },
      health_status: healthStatus[healthOf(host.healthFlags)],
      load_balancing_weight: host.weight,
    })),
    ...(priority === 0 ? {} : { priority }),
  };
}
