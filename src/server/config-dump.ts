import { toEnvoyJson } from '#config/envoy-json.ts';
import { ParseContext } from '#config/parse-context.ts';
import { isMessageOf } from '#config/registry.ts';
import { unpackAny } from '#config/unpack-any.ts';
import { HTTP_CONNECTION_MANAGER_TYPE } from '#connection-manager/connection-manager-config.ts';
import type { Bootstrap } from '#gen/envoy/config/bootstrap/v3/bootstrap_pb.d.ts';
import type { Listener } from '#gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { JsonObject } from '#server/admin/json-value.ts';

/** The sections of `/config_dump`, as `envoy.admin.v3` has them; `updated` is RFC 3339. */
const TYPE = 'type.googleapis.com/';

/**
 * The bootstrap as it was read, overrides by `--config-yaml` and flags included; `updated` is
 * RFC 3339.
 */
export function bootstrapDump(bootstrap: Bootstrap, updated: string): JsonObject {
  return {
    '@type': `${TYPE}envoy.admin.v3.BootstrapConfigDump`,
    bootstrap: toEnvoyJson(bootstrap),
    last_updated: updated,
  };
}

/** Clusters of the bootstrap; none is dynamic. */
export function clustersDump(bootstrap: Bootstrap, updated: string): JsonObject {
  const clusters = bootstrap.staticResources?.clusters ?? [];
  return {
    '@type': `${TYPE}envoy.admin.v3.ClustersConfigDump`,
    ...list(
      'static_clusters',
      clusters.map((cluster) => ({
        cluster: { '@type': `${TYPE}envoy.config.cluster.v3.Cluster`, ...toEnvoyJson(cluster) },
        last_updated: updated,
      })),
    ),
  };
}

/** Listeners of the bootstrap; none is dynamic. */
export function listenersDump(bootstrap: Bootstrap, updated: string): JsonObject {
  const listeners = bootstrap.staticResources?.listeners ?? [];
  return {
    '@type': `${TYPE}envoy.admin.v3.ListenersConfigDump`,
    ...list(
      'static_listeners',
      listeners.map((listener) => ({
        listener: { '@type': `${TYPE}envoy.config.listener.v3.Listener`, ...toEnvoyJson(listener) },
        last_updated: updated,
      })),
    ),
  };
}

/** Route configurations that stand in connection managers; none is dynamic. */
export function routesDump(bootstrap: Bootstrap, updated: string): JsonObject {
  const routes = (bootstrap.staticResources?.listeners ?? []).flatMap(routeConfigsOf);
  return {
    '@type': `${TYPE}envoy.admin.v3.RoutesConfigDump`,
    ...list(
      'static_route_configs',
      routes.map((routeConfig) => ({
        route_config: {
          '@type': `${TYPE}envoy.config.route.v3.RouteConfiguration`,
          ...routeConfig,
        },
        last_updated: updated,
      })),
    ),
  };
}

function routeConfigsOf(listener: Listener): JsonObject[] {
  const { defaultFilterChain, filterChains } = listener;
  const chains =
    defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain];
  return chains.flatMap(({ filters }) =>
    filters.flatMap(({ configType }) => {
      if (configType.case !== 'typedConfig') return [];
      const message = unpackAny(ParseContext.root(), configType.value);
      if (message === undefined || !isMessageOf(message, HTTP_CONNECTION_MANAGER_TYPE)) return [];
      const { routeSpecifier } = message;
      return routeSpecifier.case === 'routeConfig' ? [toEnvoyJson(routeSpecifier.value)] : [];
    }),
  );
}

/** As in protobuf's JSON, an empty list is left out. */
function list(name: string, values: readonly JsonObject[]): JsonObject {
  return values.length === 0 ? {} : { [name]: values };
}
