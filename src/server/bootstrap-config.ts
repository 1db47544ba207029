import type { AccessLogConfig } from '#access-log/access-log-config.ts';
import { parseAccessLogs } from '#access-log/from-proto.ts';
import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import {
  HTTP_CONNECTION_MANAGER_TYPE,
  type HttpConnectionManagerConfig,
} from '#connection-manager/connection-manager-config.ts';
import { connectionManagerParser } from '#connection-manager/connection-manager-from-proto.ts';
import { httpFilterParser, perFilterConfigParser } from '#connection-manager/http-filter-reader.ts';
import type { Bootstrap } from '#gen/envoy/config/bootstrap/v3/bootstrap_pb.d.ts';
import { parseStringMatcher } from '#matching/from-proto.ts';
import { buildStringMatcher } from '#matching/string-matcher.ts';
import type { Address } from '#network/address.ts';
import { parseAddress } from '#network/address-from-proto.ts';
import { parseListener } from '#network/listener-from-proto.ts';
import { parseRouteConfiguration } from '#routing/from-proto.ts';
import { parseHeaderMutationsOf } from '#routing/header-mutations-from-proto.ts';
import { httpFilterReaders } from '#server/http-filter-readers.ts';
import { parseLayeredRuntime } from '#server/runtime/runtime-from-proto.ts';
import type { RuntimeLayer } from '#server/runtime/runtime-layer.ts';
import type { StatsConfig } from '#stats/stats-config.ts';
import { parseStatsConfig } from '#stats/stats-config-from-proto.ts';
import type { ClusterDefinition } from '#upstream/cluster-config.ts';
import { parseClusters } from '#upstream/from-proto.ts';
import type { WorkerListenerConfig } from '#worker/messages.ts';

/** The bootstrap's `admin` (envoy.config.bootstrap.v3.Admin). */
export interface AdminConfig {
  readonly address: Address;
  readonly profilePath: string;
  readonly accessLog: readonly AccessLogConfig[];
  /** The only paths that are served; empty serves all. */
  readonly allowPaths: readonly ((path: string) => boolean)[];
}

/** A bootstrap as the server uses it. */
export interface BootstrapConfig {
  readonly listeners: readonly WorkerListenerConfig[];
  readonly clusters: readonly ClusterDefinition[];
  readonly admin: AdminConfig | undefined;
  readonly runtimeLayers: readonly RuntimeLayer[];
  readonly stats: StatsConfig;
  /** The interval of histograms. Default 5,000. */
  readonly statsFlushIntervalMs: number;
}

const DEFAULT_STATS_FLUSH_INTERVAL_MS = 5000;
const DEFAULT_PROFILE_PATH = '/var/log/envoy/envoy.prof';

/** Turns the message into what the server uses; everything that is wrong goes to the context. */
export function parseBootstrap(message: Bootstrap, context: ParseContext): BootstrapConfig {
  const resources = context.at('static_resources');
  const clusters = parseClusters(resources.at('clusters'), message.staticResources?.clusters ?? []);
  const clusterNames = new Set(clusters.map(({ config }) => config.name));
  return {
    clusters,
    listeners: parseListeners(message, resources.at('listeners'), clusterNames),
    admin: parseAdmin(message, context.at('admin')),
    runtimeLayers: parseLayeredRuntime(message.layeredRuntime, context.at('layered_runtime')),
    stats: parseStatsConfig(message.statsConfig, context.at('stats_config')),
    statsFlushIntervalMs: durationMs(message.statsFlushInterval) ?? DEFAULT_STATS_FLUSH_INTERVAL_MS,
  };
}

function parseListeners(
  message: Bootstrap,
  context: ParseContext,
  clusterNames: ReadonlySet<string>,
): WorkerListenerConfig[] {
  const parseManager = connectionManagerParser({
    parseRouteConfiguration: (at, routes) =>
      parseRouteConfiguration(routes, at, {
        clusterNames,
        parsePerFilterConfig: perFilterConfigParser(httpFilterReaders),
      }),
    parseHttpFilter: httpFilterParser(httpFilterReaders),
    parseHeadersToAdd: (at, messages) =>
      parseHeaderMutationsOf(
        {
          requestHeadersToAdd: [],
          requestHeadersToRemove: [],
          responseHeadersToAdd: messages,
          responseHeadersToRemove: [],
        },
        at,
      ).responseHeaders,
  });
  const parsers = {
    networkFilters: new Map([[HTTP_CONNECTION_MANAGER_TYPE, parseManager]]),
    parseAccessLogs,
  };
  const listeners: WorkerListenerConfig[] = [];
  for (const [index, listener] of (message.staticResources?.listeners ?? []).entries()) {
    const parsed = parseListener<HttpConnectionManagerConfig, AccessLogConfig>(
      context.at(index),
      listener,
      parsers,
    );
    if (parsed !== undefined) listeners.push(parsed);
  }
  return listeners;
}

function parseAdmin({ admin }: Bootstrap, context: ParseContext): AdminConfig | undefined {
  if (admin?.address === undefined) return undefined;
  const address = parseAddress(context.at('address'), admin.address);
  const accessLog = parseAccessLogs(context.at('access_log'), admin.accessLog);
  const profilePath = admin.profilePath === '' ? DEFAULT_PROFILE_PATH : admin.profilePath;
  const allowPaths = admin.allowPaths.map((matcher, index) =>
    buildStringMatcher(parseStringMatcher(matcher, context.at('allow_paths').at(index))),
  );
  return address && { address, profilePath, accessLog, allowPaths };
}
