import type { Message } from '@bufbuild/protobuf';
import { parseAccessLogs } from '#access-log/from-proto.ts';
import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import {
  type AccessLogOptionsConfig,
  HTTP_CONNECTION_MANAGER_TYPE,
  type HttpConnectionManagerConfig,
  type PathConfig,
  type UpgradeConfig,
} from '#connection-manager/connection-manager-config.ts';
import { parseForwarding, parseRequestId } from '#connection-manager/forwarding-from-proto.ts';
import {
  type HttpFilterParser,
  parseHttpFilters,
} from '#connection-manager/http-filters-from-proto.ts';
import { parseLocalReply } from '#connection-manager/local-reply-from-proto.ts';
import type { HeaderValueOption } from '#gen/envoy/config/core/v3/base_pb.d.ts';
import type { RouteConfiguration as RouteConfigurationProto } from '#gen/envoy/config/route/v3/route_pb.d.ts';
import type { HttpConnectionManager } from '#gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts';
import { parseHttp2 } from '#http/http2-options-from-proto.ts';
import { parseCommonHttp, parseHttp1 } from '#http/protocol-options-from-proto.ts';
import type { HeaderMutationsConfig } from '#routing/header-mutations.ts';
import type { RouteConfiguration } from '#routing/route-config.ts';

/** What the message holds that folders above this one know how to read. */
export interface ConnectionManagerParsers {
  readonly parseRouteConfiguration: (
    context: ParseContext,
    message: RouteConfigurationProto,
  ) => RouteConfiguration | undefined;
  /** Filters other than the router; nothing when the filter is refused (and reported). */
  readonly parseHttpFilter: HttpFilterParser;
  readonly parseHeadersToAdd: (
    context: ParseContext,
    messages: readonly HeaderValueOption[],
  ) => HeaderMutationsConfig | undefined;
}

const DEFAULT_SERVER_NAME = 'envoy';
const DEFAULT_STREAM_IDLE_TIMEOUT_MS = 300_000;
const DEFAULT_DRAIN_TIMEOUT_MS = 5000;
const DEFAULT_DELAYED_CLOSE_TIMEOUT_MS = 1000;
const DEFAULT_MAX_REQUEST_HEADERS_KB = 60;
const TYPE = HTTP_CONNECTION_MANAGER_TYPE;

/**
 * Reads the configuration of one HTTP connection manager. Everything that is wrong with it is
 * reported to the context; there is no result without a usable route configuration.
 */
export function parseHttpConnectionManager(
  context: ParseContext,
  name: string,
  message: HttpConnectionManager,
  parsers: ConnectionManagerParsers,
): HttpConnectionManagerConfig | undefined {
  const routeConfig = parseRoutes(context, message, parsers);
  const { streamErrorOnInvalidHttpMessage: streamError } = message;
  const config: Omit<HttpConnectionManagerConfig, 'routeConfig'> = {
    type: TYPE,
    name,
    statPrefix: message.statPrefix,
    codecType: parseCodecType(message),
    httpFilters: parseHttpFilters(
      context.at('http_filters'),
      message.httpFilters,
      parsers.parseHttpFilter,
    ),
    common: parseCommonHttp(message.commonHttpProtocolOptions),
    http1: parseHttp1(context.at('http_protocol_options'), message.httpProtocolOptions),
    http2: parseHttp2(
      context.at('http2_protocol_options'),
      message.http2ProtocolOptions,
      streamError,
    ),
    ...parseTimeouts(message),
    maxRequestHeadersKb: message.maxRequestHeadersKb ?? DEFAULT_MAX_REQUEST_HEADERS_KB,
    streamErrorOnInvalidHttpMessage:
      message.httpProtocolOptions?.overrideStreamErrorOnInvalidHttpMessage ?? streamError ?? false,
    forwarding: parseForwarding(context, message),
    requestId: parseRequestId(context, message),
    path: parsePath(message),
    stripPort: parseStripPort(context, message),
    stripTrailingHostDot: message.stripTrailingHostDot,
    serverName: message.serverName === '' ? DEFAULT_SERVER_NAME : message.serverName,
    serverHeaderTransformation:
      enumName(`${TYPE}.ServerHeaderTransformation`, message.serverHeaderTransformation) ??
      'OVERWRITE',
    proxy100Continue: message.proxy100Continue,
    upgrades: parseUpgrades(context.at('upgrade_configs'), message, parsers.parseHttpFilter),
    localReply:
      message.localReplyConfig &&
      parseLocalReply(
        context.at('local_reply_config'),
        message.localReplyConfig,
        parsers.parseHeadersToAdd,
      ),
    accessLog: parseAccessLogs(context.at('access_log'), message.accessLog),
    accessLogOptions: parseAccessLogOptions(context, message),
  };
  return routeConfig && { ...config, routeConfig };
}

/** As a network filter parser, for the table of those (`parseListener`). */
export function connectionManagerParser(
  parsers: ConnectionManagerParsers,
): (
  context: ParseContext,
  name: string,
  message: Message,
) => HttpConnectionManagerConfig | undefined {
  return (context, name, message) =>
    parseHttpConnectionManager(context, name, message as HttpConnectionManager, parsers);
}

function parseCodecType(message: HttpConnectionManager): HttpConnectionManagerConfig['codecType'] {
  const type = enumName(`${TYPE}.CodecType`, message.codecType);
  return type === 'HTTP1' || type === 'HTTP2' ? type : 'AUTO';
}

function parseRoutes(
  context: ParseContext,
  { routeSpecifier }: HttpConnectionManager,
  parsers: ConnectionManagerParsers,
): RouteConfiguration | undefined {
  if (routeSpecifier.case !== 'routeConfig') {
    context.error('a route_config is required');
    return undefined;
  }
  return parsers.parseRouteConfiguration(context.at('route_config'), routeSpecifier.value);
}

function parseTimeouts(
  message: HttpConnectionManager,
): Pick<
  HttpConnectionManagerConfig,
  | 'streamIdleTimeoutMs'
  | 'streamFlushTimeoutMs'
  | 'requestTimeoutMs'
  | 'requestHeadersTimeoutMs'
  | 'drainTimeoutMs'
  | 'delayedCloseTimeoutMs'
> {
  return {
    streamIdleTimeoutMs: durationMs(message.streamIdleTimeout) ?? DEFAULT_STREAM_IDLE_TIMEOUT_MS,
    streamFlushTimeoutMs: durationMs(message.streamFlushTimeout),
    requestTimeoutMs: durationMs(message.requestTimeout) ?? 0,
    requestHeadersTimeoutMs: durationMs(message.requestHeadersTimeout) ?? 0,
    drainTimeoutMs: durationMs(message.drainTimeout) ?? DEFAULT_DRAIN_TIMEOUT_MS,
    delayedCloseTimeoutMs:
      durationMs(message.delayedCloseTimeout) ?? DEFAULT_DELAYED_CLOSE_TIMEOUT_MS,
  };
}

function parsePath(message: HttpConnectionManager): PathConfig {
  const action = enumName(
    `${TYPE}.PathWithEscapedSlashesAction`,
    message.pathWithEscapedSlashesAction,
  );
  return {
    normalize: message.normalizePath ?? false,
    mergeSlashes: message.mergeSlashes,
    withEscapedSlashesAction:
      action === undefined || action === 'IMPLEMENTATION_SPECIFIC_DEFAULT'
        ? 'KEEP_UNCHANGED'
        : action,
  };
}

function parseStripPort(
  context: ParseContext,
  message: HttpConnectionManager,
): HttpConnectionManagerConfig['stripPort'] {
  const stripsAny =
    message.stripPortMode.case === 'stripAnyHostPort' && message.stripPortMode.value;
  if (stripsAny && message.stripMatchingHostPort) {
    context.error('only one of strip_matching_host_port and strip_any_host_port can be set');
  }
  if (stripsAny) return 'any_host_port';
  return message.stripMatchingHostPort ? 'matching_host_port' : 'none';
}

function parseUpgrades(
  context: ParseContext,
  { upgradeConfigs }: HttpConnectionManager,
  parseHttpFilter: HttpFilterParser,
): readonly UpgradeConfig[] {
  const seen = new Set<string>();
  return upgradeConfigs.map((upgrade, index) => {
    const at = context.at(index);
    const type = upgrade.upgradeType.toLowerCase();
    if (seen.has(type)) {
      at.error('multiple upgrade configs with the same name', { value: upgrade.upgradeType });
    }
    seen.add(type);
    const hasFilters = upgrade.filters.length > 0;
    return {
      type,
      isEnabled: upgrade.enabled ?? true,
      filters: hasFilters
        ? parseHttpFilters(at.at('filters'), upgrade.filters, parseHttpFilter)
        : undefined,
    };
  });
}

function parseAccessLogOptions(
  context: ParseContext,
  message: HttpConnectionManager,
): AccessLogOptionsConfig {
  const options = message.accessLogOptions;
  const onlyOneOf = (field: string): void =>
    context.at(field).error(`only one of ${field} and access_log_options can be set`);
  if (options !== undefined && message.flushAccessLogOnNewRequest) {
    onlyOneOf('flush_access_log_on_new_request');
  }
  if (options !== undefined && message.accessLogFlushInterval !== undefined) {
    onlyOneOf('access_log_flush_interval');
  }
  return {
    flushIntervalMs:
      durationMs(options?.accessLogFlushInterval ?? message.accessLogFlushInterval) ?? 0,
    flushOnNewRequest: options?.flushAccessLogOnNewRequest ?? message.flushAccessLogOnNewRequest,
    flushOnTunnelSuccessfullyEstablished: options?.flushLogOnTunnelSuccessfullyEstablished ?? false,
  };
}
