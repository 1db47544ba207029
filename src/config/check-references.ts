import { checkRouteReferences } from '#config/check-route-references.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { typeNameOf, unpackAnyAs } from '#config/unpack-any.ts';
import type { Bootstrap, RuntimeLayer } from '#gen/envoy/config/bootstrap/v3/bootstrap_pb.d.ts';
import type { Cluster } from '#gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { Address } from '#gen/envoy/config/core/v3/address_pb.d.ts';
import type { FilterChain } from '#gen/envoy/config/listener/v3/listener_components_pb.d.ts';
import type { Listener } from '#gen/envoy/config/listener/v3/listener_pb.d.ts';

const connectionManager =
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/**
 * Checks what the messages of a bootstrap say about each other: names and addresses that must be
 * unique, and clusters that routes name. Stricter than Envoy in one point: of two listeners with
 * one name Envoy silently leaves one out.
 */
export function checkReferences(bootstrap: Bootstrap, context: ParseContext): void {
  checkRuntimeLayers(bootstrap.layeredRuntime?.layers ?? [], context.at('layered_runtime'));
  if (bootstrap.statsFlushInterval !== undefined && bootstrap.statsFlush.case !== undefined) {
    const reason = 'only one of stats_flush_interval and stats_flush_on_admin can be set';
    context.at('stats_flush_on_admin').error(reason);
  }
  const resources = bootstrap.staticResources;
  if (resources === undefined) return;
  const at = context.at('static_resources');
  checkClusterNames(resources.clusters, at.at('clusters'));
  checkListenerNames(resources.listeners, at.at('listeners'));
  checkListenerAddresses(resources.listeners, at.at('listeners'));
  const clusters = new Set(resources.clusters.map((cluster) => cluster.name));
  for (const [index, listener] of resources.listeners.entries()) {
    checkListener(listener, clusters, at.at('listeners').at(index));
  }
}

function checkRuntimeLayers(layers: readonly RuntimeLayer[], context: ParseContext): void {
  const seen = new Set<string>();
  let hasAdminLayer = false;
  for (const [index, { name, layerSpecifier }] of layers.entries()) {
    const at = context.at('layers').at(index);
    if (seen.has(name)) at.at('name').error('duplicate layer name', { value: name });
    seen.add(name);
    if (layerSpecifier.case !== 'adminLayer') continue;
    if (hasAdminLayer) at.at('admin_layer').error('at most one admin layer may be specified');
    hasAdminLayer = true;
  }
}

function checkClusterNames(clusters: readonly Cluster[], context: ParseContext): void {
  const seen = new Set<string>();
  for (const [index, { name }] of clusters.entries()) {
    if (seen.has(name)) context.at(index).at('name').error('duplicate cluster', { value: name });
    seen.add(name);
  }
}

function checkListenerNames(listeners: readonly Listener[], context: ParseContext): void {
  const seen = new Set<string>();
  for (const [index, { name }] of listeners.entries()) {
    if (name === '') continue;
    if (seen.has(name)) {
      context.at(index).at('name').error('another listener has this name', { value: name });
    }
    seen.add(name);
  }
}

function checkListenerAddresses(listeners: readonly Listener[], context: ParseContext): void {
  const owners = new Map<string, string>();
  for (const [index, { name, address, bindToPort }] of listeners.entries()) {
    const text = bindToPort === false ? undefined : boundAddress(address);
    if (text === undefined) continue;
    const owner = owners.get(text);
    if (owner !== undefined) {
      const reason = `the address is already taken by the listener ${JSON.stringify(owner)}`;
      context.at(index).at('address').error(reason, { value: text });
    }
    owners.set(text, name);
  }
}

/** What a listener binds, as text; nothing where the operating system picks the port. */
function boundAddress(address: Address | undefined): string | undefined {
  switch (address?.address.case) {
    case 'socketAddress': {
      const { address: host, portSpecifier } = address.address.value;
      const port = portSpecifier.case === 'portValue' ? portSpecifier.value : 0;
      if (port === 0) return undefined;
      return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    }
    case 'pipe':
      return address.address.value.path;
    default:
      return undefined;
  }
}

function checkListener(
  listener: Listener,
  clusters: ReadonlySet<string>,
  context: ParseContext,
): void {
  for (const [index, chain] of listener.filterChains.entries()) {
    checkFilterChain(chain, clusters, context.at('filter_chains').at(index));
  }
  const { defaultFilterChain } = listener;
  if (defaultFilterChain !== undefined) {
    checkFilterChain(defaultFilterChain, clusters, context.at('default_filter_chain'));
  }
}

function checkFilterChain(
  chain: FilterChain,
  clusters: ReadonlySet<string>,
  context: ParseContext,
): void {
  for (const [index, { configType }] of chain.filters.entries()) {
    if (configType.case !== 'typedConfig') continue;
    const at = context.at('filters').at(index).at('typed_config');
    if (typeNameOf(configType.value.typeUrl) !== connectionManager) continue;
    const manager = unpackAnyAs(at, configType.value, [connectionManager]);
    if (manager?.routeSpecifier.case !== 'routeConfig') continue;
    const options = { clusters, validatesClusters: true };
    checkRouteReferences(manager.routeSpecifier.value, at.at('route_config'), options);
  }
}
