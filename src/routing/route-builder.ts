import { assert } from '#base/assert.ts';
import type { RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import { ConfiguredRoute, type RouteParts } from '#routing/configured-route.ts';
import { buildDirectResponse } from '#routing/direct-response.ts';
import { HeaderMutations } from '#routing/header-mutations.ts';
import { buildHostRewrite } from '#routing/host-rewrite.ts';
import { buildRequestPathRewrite } from '#routing/path-rewrite.ts';
import { buildPathTest } from '#routing/path-test.ts';
import { buildRedirect } from '#routing/redirect.ts';
import type { RouteAction, RouteEntry, VirtualHost } from '#routing/route.ts';
import { RouteCandidate, type RouteChoice } from '#routing/route-candidate.ts';
import { buildConditions } from '#routing/route-conditions.ts';
import type {
  ClusterWeightConfig,
  ForwardActionConfig,
  RouteConfig,
  RouteConfiguration,
  RoutingLevelConfig,
  VirtualHostConfig,
  WeightedClustersConfig,
} from '#routing/route-config.ts';
import { RouteList } from '#routing/route-list.ts';
import { ConfiguredVirtualHost, RoutedVirtualHost } from '#routing/virtual-host.ts';
import { WeightedChoice } from '#routing/weighted-clusters.ts';

/** What the thread gives to the routes that it uses. */
export interface RouteEnvironment {
  readonly runtime: RuntimeSnapshot;
  readonly environment: FormatterEnvironment;
}

/** The header rules of one level; at most one of each direction. */
interface LevelMutations {
  readonly request: readonly HeaderMutations[];
  readonly response: readonly HeaderMutations[];
}

/** Where a route stands: what it inherits from. */
interface Place extends RouteEnvironment {
  readonly table: RouteConfiguration;
  readonly host: VirtualHostConfig;
  readonly facts: VirtualHost;
  /** Of host and table, shared by all their routes. */
  readonly hostMutations: LevelMutations;
  readonly tableMutations: LevelMutations;
}

/** Builds every virtual host of a table and everything below them, in order. */
export function buildVirtualHosts(
  table: RouteConfiguration,
  environment: RouteEnvironment,
): RoutedVirtualHost[] {
  const tableMutations = buildMutations(table, environment);
  return table.virtualHosts.map((host) => {
    const facts = new ConfiguredVirtualHost(host, table.name);
    const hostMutations = buildMutations(host, environment);
    return buildVirtualHost({ table, host, facts, hostMutations, tableMutations, ...environment });
  });
}

function buildVirtualHost(place: Place): RoutedVirtualHost {
  const { host, facts, runtime, table } = place;
  const routes = host.routes.map((route, order) => ({
    path: route.match.path,
    candidate: new RouteCandidate(
      order,
      buildPathTest(route.match.path),
      buildConditions(route.match, runtime),
      buildChoice(route, place),
    ),
  }));
  const list = new RouteList(routes, table.ignorePathParametersInPathMatching);
  return new RoutedVirtualHost(facts, host.requireTls, list);
}

function buildChoice(config: RouteConfig, place: Place): RouteChoice {
  const { action } = config;
  if (action.kind !== 'route') {
    const route = new ConfiguredRoute(
      routeParts(config, place, buildFinalAction(config, place.environment)),
    );
    return () => route;
  }
  const { clusterSpecifier } = action;
  switch (clusterSpecifier.kind) {
    case 'cluster': {
      const entry = buildEntry(config, action, clusterSpecifier.name, action.metadataMatch);
      const route = new ConfiguredRoute(routeParts(config, place, entry));
      return () => route;
    }
    case 'cluster_header':
      return buildHeaderChoice(
        new ConfiguredRoute(
          routeParts(config, place, buildEntry(config, action, '', action.metadataMatch)),
        ),
        clusterSpecifier.header,
      );
    case 'weighted_clusters':
      return buildWeightedChoice(config, action, clusterSpecifier, place);
  }
}

/** The cluster is what the first header of that name says at the time of matching. */
function buildHeaderChoice(route: ConfiguredRoute, header: string): RouteChoice {
  const entry = route.action as RouteEntry;
  return (headers) => route.withAction({ ...entry, clusterName: headers.get(header) ?? '' });
}

function buildWeightedChoice(
  config: RouteConfig,
  action: ForwardActionConfig,
  weighted: WeightedClustersConfig,
  place: Place,
): RouteChoice {
  const choices = weighted.clusters.map((cluster): RouteChoice => {
    const name = cluster.cluster.kind === 'cluster' ? cluster.cluster.name : '';
    const metadataMatch = cluster.metadataMatch ?? action.metadataMatch;
    const entry = buildEntry(config, action, name, metadataMatch);
    const route = new ConfiguredRoute(routeParts(config, place, entry, cluster));
    return cluster.cluster.kind === 'cluster'
      ? () => route
      : buildHeaderChoice(route, cluster.cluster.header);
  });
  const prefix = weighted.runtimeKeyPrefix;
  const weights = weighted.clusters.map(({ cluster, weight }) => {
    const name = cluster.kind === 'cluster' ? cluster.name : '';
    return { weight, runtimeKey: prefix === undefined ? undefined : `${prefix}.${name}` };
  });
  const choice = new WeightedChoice(weights, weighted.randomValueHeader, place.runtime);
  return (headers, random) => choices[choice.pick(headers, random)]?.(headers, random);
}

function buildEntry(
  config: RouteConfig,
  action: ForwardActionConfig,
  clusterName: string,
  metadataMatch: RouteEntry['metadataMatch'],
): RouteEntry {
  return {
    kind: 'route',
    clusterName,
    clusterNotFoundResponseCode: action.clusterNotFoundResponseCode,
    metadataMatch,
    timeoutMs: action.timeoutMs,
    idleTimeoutMs: action.idleTimeoutMs,
    flushTimeoutMs: action.flushTimeoutMs,
    maxStreamDuration: action.maxStreamDuration,
    maxGrpcTimeoutMs: action.maxGrpcTimeoutMs,
    grpcTimeoutOffsetMs: action.grpcTimeoutOffsetMs,
    priority: action.priority,
    autoHostRewrite: action.hostRewrite?.kind === 'auto',
    appendXForwardedHost: action.appendXForwardedHost,
    upgrades: action.upgrades,
    terminatesConnect: action.terminatesConnect,
    perRequestBufferLimitBytes: config.perRequestBufferLimitBytes,
  };
}

function buildFinalAction(config: RouteConfig, environment: FormatterEnvironment): RouteAction {
  const { action } = config;
  assert(action.kind !== 'route', 'forwarding is built elsewhere');
  switch (action.kind) {
    case 'redirect':
      return buildRedirect(action, config.match.path, environment);
    case 'direct_response':
      return buildDirectResponse(action, environment);
    case 'non_forwarding_action':
      return action;
  }
}

function routeParts(
  config: RouteConfig,
  place: Place,
  action: RouteAction,
  cluster?: ClusterWeightConfig,
): RouteParts {
  const { table, host, facts, environment, hostMutations, tableMutations } = place;
  const forward = config.action.kind === 'route' ? config.action : undefined;
  const specificFirst = [buildMutations(config, place), hostMutations, tableMutations];
  const levels = table.mostSpecificHeaderMutationsWins ? specificFirst.reverse() : specificFirst;
  const ownMutations = cluster && buildMutations(cluster, place);
  return {
    name: config.name,
    virtualHost: facts,
    action,
    metadata: config.metadata,
    statPrefix: config.statPrefix,
    perFilterConfigs: [...(cluster ? [cluster] : []), config, host, table].map(
      (level) => level.perFilterConfigs,
    ),
    clusterRequestMutations: ownMutations?.request[0],
    clusterHost: cluster?.hostRewrite,
    requestMutations: levels.flatMap(({ request }) => request),
    responseMutations: [
      ...(ownMutations?.response ?? []),
      ...levels.flatMap(({ response }) => response),
    ],
    hostRewrite: buildHostRewrite(forward?.hostRewrite, environment),
    pathRewrite: buildRequestPathRewrite(forward?.pathRewrite, config.match.path, environment),
    appendXForwardedHost: forward?.appendXForwardedHost ?? false,
  };
}

function buildMutations(
  { requestHeaders, responseHeaders }: RoutingLevelConfig,
  { environment }: RouteEnvironment,
): LevelMutations {
  return {
    request: requestHeaders ? [new HeaderMutations(requestHeaders, 'request', environment)] : [],
    response: responseHeaders
      ? [new HeaderMutations(responseHeaders, 'response', environment)]
      : [],
  };
}
