import type { Duration } from '@bufbuild/protobuf/wkt';
import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import type { Route, RouteAction } from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import {
  loadBalancerCriteria,
  parseClusterSpecifier,
} from '#routing/cluster-specifier-from-proto.ts';
import { parseHostRewrite, parsePathRewrite } from '#routing/rewrite-from-proto.ts';
import type {
  ConnectTerminationConfig,
  ForwardActionConfig,
  MaxStreamDurationConfig,
} from '#routing/route-config.ts';
import type { TableContext } from '#routing/route-parse-options.ts';

const DEFAULT_TIMEOUT_MS = 15_000;
const NOT_FOUND_CODE = {
  SERVICE_UNAVAILABLE: 503,
  NOT_FOUND: 404,
  INTERNAL_SERVER_ERROR: 500,
} as const;

export function parseForward(
  message: RouteAction,
  route: Route,
  context: ParseContext,
  table: TableContext,
): ForwardActionConfig {
  const notFound = enumName(
    'envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode',
    message.clusterNotFoundResponseCode,
  );
  const priority = enumName('envoy.config.core.v3.RoutingPriority', message.priority);
  return {
    kind: 'route',
    clusterSpecifier: parseClusterSpecifier(message, route, context, table),
    clusterNotFoundResponseCode: NOT_FOUND_CODE[notFound ?? 'SERVICE_UNAVAILABLE'],
    metadataMatch: loadBalancerCriteria(message.metadataMatch),
    pathRewrite: parsePathRewrite(message, route.match, context),
    hostRewrite: parseHostRewrite(message, context),
    appendXForwardedHost: message.appendXForwardedHost,
    timeoutMs: wholeMs(message.timeout) ?? DEFAULT_TIMEOUT_MS,
    idleTimeoutMs: wholeMs(message.idleTimeout),
    flushTimeoutMs: wholeMs(message.flushTimeout),
    maxStreamDuration: parseMaxStreamDuration(message),
    maxGrpcTimeoutMs: wholeMs(message.maxGrpcTimeout),
    grpcTimeoutOffsetMs: wholeMs(message.grpcTimeoutOffset),
    priority: priority === 'HIGH' ? 'high' : 'default',
    upgrades: parseUpgrades(message, context.at('upgrade_configs')),
    terminatesConnect: parseConnectTermination(message, context.at('upgrade_configs')),
  };
}

function parseMaxStreamDuration({
  maxStreamDuration: message,
}: RouteAction): MaxStreamDurationConfig | undefined {
  if (message === undefined) return undefined;
  return {
    maxStreamDurationMs: wholeMs(message.maxStreamDuration),
    grpcTimeoutHeaderMaxMs: wholeMs(message.grpcTimeoutHeaderMax),
    grpcTimeoutHeaderOffsetMs: wholeMs(message.grpcTimeoutHeaderOffset),
  };
}

function parseUpgrades(
  message: RouteAction,
  context: ParseContext,
): Readonly<Record<string, boolean>> {
  const upgrades: Record<string, boolean> = {};
  message.upgradeConfigs.forEach(({ upgradeType, enabled }, index) => {
    const type = upgradeType.toLowerCase();
    if (type in upgrades) context.at(index).error(`Duplicate upgrade ${upgradeType}`);
    upgrades[type] = enabled ?? true;
  });
  return upgrades;
}

function parseConnectTermination(
  { upgradeConfigs }: RouteAction,
  context: ParseContext,
): ConnectTerminationConfig | undefined {
  let found: ConnectTerminationConfig | undefined;
  upgradeConfigs.forEach(({ upgradeType, connectConfig }, index) => {
    if (connectConfig === undefined) return;
    if (upgradeType.toLowerCase() !== 'connect') {
      context.at(index).error(`Non-CONNECT upgrade type ${upgradeType} has ConnectConfig`);
    }
    found = { allowsPost: connectConfig.allowPost };
  });
  return found;
}

/** The part of a millisecond is cut off, as in Envoy. */
function wholeMs(duration: Duration | undefined): number | undefined {
  return duration && Math.trunc(durationMs(duration));
}
