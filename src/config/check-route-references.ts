import type { ParseContext } from '#config/parse-context.ts';
import { suggest } from '#config/suggest.ts';
import type {
  Route,
  RouteAction,
  RouteAction_RequestMirrorPolicy,
} from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import type { RouteConfiguration } from '#gen/envoy/config/route/v3/route_pb.d.ts';

export interface RouteReferenceOptions {
  readonly clusters: ReadonlySet<string>;
  /**
   * Whether unknown clusters are an error where the configuration does not say so itself
   * (`validate_clusters`): they are in tables written into a listener, not in those that arrive on
   * their own.
   */
  readonly validatesClusters: boolean;
}

/** Checks the domains and the clusters of a route configuration, in Envoy's words. */
export function checkRouteReferences(
  config: RouteConfiguration,
  context: ParseContext,
  options: RouteReferenceOptions,
): void {
  checkVirtualHostNames(config, context.at('virtual_hosts'));
  checkDomains(config, context.at('virtual_hosts'));
  if (!(config.validateClusters ?? options.validatesClusters)) return;
  const { clusters } = options;
  checkMirrors(config.requestMirrorPolicies, clusters, context);
  for (const [index, host] of config.virtualHosts.entries()) {
    const at = context.at('virtual_hosts').at(index);
    checkMirrors(host.requestMirrorPolicies, clusters, at);
    for (const [routeIndex, route] of host.routes.entries()) {
      checkRoute(route, clusters, at.at('routes').at(routeIndex));
    }
  }
}

function checkVirtualHostNames({ virtualHosts }: RouteConfiguration, context: ParseContext): void {
  const seen = new Set<string>();
  for (const [index, { name }] of virtualHosts.entries()) {
    if (seen.has(name)) {
      const reason = 'another virtual host has this name: they cannot be told apart in statistics';
      context.at(index).at('name').warn(reason, { value: name });
    }
    seen.add(name);
  }
}

function checkDomains({ name, virtualHosts }: RouteConfiguration, context: ParseContext): void {
  const seen = new Set<string>();
  for (const [index, { domains }] of virtualHosts.entries()) {
    for (const [domainIndex, domain] of domains.entries()) {
      const lowerCase = domain.toLowerCase();
      if (seen.has(lowerCase)) {
        const reason =
          domain === '*'
            ? `Only a single wildcard domain is permitted in route ${name}`
            : `Only unique values for domains are permitted. Duplicate entry of domain ${lowerCase} in route ${name}`;
        context.at(index).at('domains').at(domainIndex).error(reason, { value: domain });
      }
      seen.add(lowerCase);
    }
  }
}

function checkRoute({ action }: Route, clusters: ReadonlySet<string>, context: ParseContext): void {
  if (action.case !== 'route') return;
  const at = context.at('route');
  checkSpecifier(action.value, clusters, at);
  checkMirrors(action.value.requestMirrorPolicies, clusters, at);
}

function checkSpecifier(
  { clusterSpecifier: specifier }: RouteAction,
  clusters: ReadonlySet<string>,
  context: ParseContext,
): void {
  if (specifier.case === 'cluster') {
    checkCluster('cluster', specifier.value, clusters, context.at('cluster'));
  }
  if (specifier.case !== 'weightedClusters') return;
  for (const [index, { name }] of specifier.value.clusters.entries()) {
    const at = context.at('weighted_clusters').at('clusters').at(index).at('name');
    checkCluster('weighted cluster', name, clusters, at);
  }
}

function checkMirrors(
  policies: readonly RouteAction_RequestMirrorPolicy[],
  clusters: ReadonlySet<string>,
  context: ParseContext,
): void {
  for (const [index, { cluster }] of policies.entries()) {
    const at = context.at('request_mirror_policies').at(index).at('cluster');
    checkCluster('shadow cluster', cluster, clusters, at);
  }
}

function checkCluster(
  what: string,
  name: string,
  clusters: ReadonlySet<string>,
  context: ParseContext,
): void {
  if (name === '' || clusters.has(name)) return;
  const suggestion = suggest(name, clusters);
  context.error(`route: unknown ${what} '${name}'`, { ...(suggestion && { suggestion }) });
}
