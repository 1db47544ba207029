import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import type { RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import type { ConfigError } from '#config/config-error.ts';
import { descriptors } from '#config/descriptors.ts';
import { ParseContext } from '#config/parse-context.ts';
import { messageType } from '#config/registry.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import { RequestHeaders } from '#http/request-headers.ts';
import { parseRouteConfiguration } from '#routing/from-proto.ts';
import type { RouteConfiguration } from '#routing/route-config.ts';
import type { RouteParseOptions } from '#routing/route-parse-options.ts';
import { RouteTable } from '#routing/route-table.ts';
import { type DownstreamInfo, StreamInfo } from '#stream-info/stream-info.ts';

/** A route configuration as Envoy's JSON, with what went wrong while it was read. */
export function readRoutes(
  json: JsonValue,
  options?: RouteParseOptions,
): { config: RouteConfiguration; errors: ConfigError[] } {
  const context = ParseContext.root();
  const type = messageType('envoy.config.route.v3.RouteConfiguration');
  const message = fromJson(type, json, { registry: descriptors() });
  const config = parseRouteConfiguration(message, context, options);
  return { config, errors: context.errors };
}

/** A table built as a worker builds it: from a clone of the configuration. */
export function tableOf(json: JsonValue, runtime?: RuntimeSnapshot): RouteTable {
  const { config, errors } = readRoutes(json);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return new RouteTable(structuredClone(config), runtime);
}

/** A table with one virtual host for every domain. */
export function tableOfRoutes(routes: JsonValue[], runtime?: RuntimeSnapshot): RouteTable {
  return tableOf({ virtualHosts: [{ name: 'all', domains: ['*'], routes }] }, runtime);
}

export interface RequestLike {
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

export function requestOf({
  method = 'GET',
  host = 'example.com',
  path = '/',
  headers = [],
}: RequestLike): RequestHeaders {
  const request = new RequestHeaders();
  request.method = method;
  request.authority = host;
  request.path = path;
  request.scheme = 'http';
  request.append('x-forwarded-proto', 'http');
  for (const [name, value] of headers) {
    if (name === 'x-forwarded-proto') request.set(name, value);
    else request.append(name, value);
  }
  return request;
}

export function streamInfo(downstream: Partial<DownstreamInfo> = {}): StreamInfo {
  return new StreamInfo({ tls: undefined, ...downstream } as DownstreamInfo, 1, 1);
}

/** What a request becomes on its way upstream; the route must forward it. */
export function forwarded(
  table: RouteTable,
  request: RequestLike,
  info: StreamInfo = streamInfo(),
): { cluster: string; host: string; path: string; headers: [string, string][] } {
  const headers = requestOf(request);
  const route = table.match(headers, info, 0);
  if (route?.action.kind !== 'route') throw new Error('the request is not forwarded');
  route.finalizeRequestHeaders(headers, info, true);
  headers.removeKnown(HeaderName['x-forwarded-proto']);
  return {
    cluster: route.action.clusterName,
    host: headers.authority,
    path: headers.path,
    headers: fieldsOf(headers),
  };
}

export function fieldsOf(headers: HeaderMap): [string, string][] {
  const fields: [string, string][] = [];
  headers.forEach((name, value) => fields.push([name, value]));
  return fields;
}

/** The name of the route that a request gets; nothing where it gets none. */
export function routeNameFor(
  table: RouteTable,
  request: RequestLike,
  random = 0,
  info: StreamInfo = streamInfo(),
): string | undefined {
  return table.match(requestOf(request), info, random)?.name;
}
