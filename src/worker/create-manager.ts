import { instantiateAccessLogs } from '#access-log/access-log.ts';
import type {
  HttpConnectionManagerConfig,
  HttpFilterConfig,
} from '#connection-manager/connection-manager-config.ts';
import {
  connectionManagerStats,
  listenerHttpStats,
} from '#connection-manager/connection-manager-stats.ts';
import type { DrainDecision } from '#connection-manager/drain-decision.ts';
import type { FilterFactory } from '#connection-manager/filter.ts';
import { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import { LocalReplyRules } from '#connection-manager/local-reply-rules.ts';
import { UpgradePolicy } from '#connection-manager/upgrade-policy.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import { RouteTable } from '#routing/route-table.ts';
import { createFilterFactories } from '#worker/filter-factories.ts';
import { accessLogFilterEnvironment, formatterEnvironment } from '#worker/log-environment.ts';
import type { ListenerSnapshot } from '#worker/messages.ts';
import type { Worker } from '#worker/worker.ts';

/** Of all HTTP/1.1 codecs of the process (Envoy's ALL_HTTP1_CODEC_STATS). */
const HTTP1_COUNTERS = [
  'dropped_headers_with_underscores',
  'metadata_not_supported_error',
  'requests_rejected_with_underscores_in_headers',
  'response_flood',
];

/** Builds what serves the connections of one filter chain in one worker. */
export function createManager(
  worker: Worker,
  snapshot: ListenerSnapshot,
  config: HttpConnectionManagerConfig,
  drain: DrainDecision,
): HttpConnectionManager {
  const { stats, services, identity } = worker;
  const addresses = snapshot.managerStats[config.statPrefix];
  if (addresses === undefined) throw new Error('assertion failed: a manager without statistics');
  const prefix = `http.${config.statPrefix}.`;
  const managerStats = stats.block(connectionManagerStats, addresses.manager, prefix);
  const formats = formatterEnvironment(worker);
  const routes = new RouteTable(
    config.routeConfig,
    {
      featureEnabled: (key, fallback, random) =>
        worker.runtime().featureEnabled(key, fallback, random),
      getInteger: (key, fallback) => worker.runtime().getInteger(key, fallback),
    },
    formats,
  );
  const createFilters = (filters: readonly HttpFilterConfig[]): FilterFactory[] =>
    createFilterFactories(filters, managerStats, worker);
  const filters = createFilters(config.httpFilters);
  for (const name of HTTP1_COUNTERS) stats.counter(`http1.${name}`);
  const filterEnvironment = accessLogFilterEnvironment(worker);
  return new HttpConnectionManager({
    config,
    runtime: {
      services,
      serviceCluster: identity.serviceCluster,
      serviceNode: identity.serviceNode,
      localIp: identity.localIp,
      internalOnlyHeaders: routes.internalOnlyHeaders,
      http1Counter: (name) => stats.counter(`http1.${name}`),
      http2Stats: () => stats.ownBlock(http2Stats, 'http2.'),
      values: worker.runtime,
    },
    routes,
    filters,
    upgrades: new UpgradePolicy(
      new Map(
        config.upgrades.map(({ type, isEnabled, filters: own }) => [
          type,
          { isEnabled, filters: own && createFilters(own) },
        ]),
      ),
      filters,
    ),
    localReplyRules:
      config.localReply && new LocalReplyRules(config.localReply, filterEnvironment, formats),
    logs: instantiateAccessLogs(config.accessLog, worker.accessLogs, filterEnvironment, formats),
    stats: managerStats,
    listenerStats: stats.block(
      listenerHttpStats,
      addresses.listener,
      `listener.${snapshot.config.statPrefix}.http.${config.statPrefix}.`,
    ),
    drain,
    bufferLimitBytes: snapshot.config.perConnectionBufferLimitBytes,
  });
}
