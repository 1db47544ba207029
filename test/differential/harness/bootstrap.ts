import { extension, named, route, typed } from './configuration.ts';
import type { Json, JsonObject, Scenario } from './scenario.ts';

/** A scenario's place in a running group. */
export interface Placement {
  readonly scenario: Scenario;
  /** Four characters, so that observations do not change in length with the position. */
  readonly id: string;
  /** Ports of the fake upstreams by name. */
  readonly upstreamPorts: Readonly<Record<string, number>>;
  /** The file of the harness's own access log. */
  readonly logPath: string;
  /** The files of the scenario's access logs. */
  readonly extraLogPaths: readonly string[];
}

/** The id of the scenario at this position. */
export function idOf(index: number): string {
  return `k${String(index).padStart(3, '0')}`;
}

/** What the harness's own access log writes about every stream. */
const LOG_FORMAT = {
  request: '%REQ(:METHOD)% %REQ(:AUTHORITY)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%',
  status: '%RESPONSE_CODE%',
  flags: '%RESPONSE_FLAGS%',
  details: '%RESPONSE_CODE_DETAILS%',
  connection: '%CONNECTION_TERMINATION_DETAILS%',
  received: '%BYTES_RECEIVED%',
  sent: '%BYTES_SENT%',
  route: '%ROUTE_NAME%',
  cluster: '%UPSTREAM_CLUSTER%',
  upstream: '%UPSTREAM_HOST%',
  failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
};

/** One bootstrap for all the scenarios of a group: each has its listener and its clusters. */
export function bootstrapOf(
  placements: readonly Placement[],
  overrides: JsonObject = {},
): JsonObject {
  return merge(
    {
      admin: { address: socketAddress(0) },
      static_resources: {
        listeners: placements.map((each) => fillIn(listenerOf(each), each)),
        clusters: placements.flatMap((each) => clustersOf(each).map((one) => fillIn(one, each))),
      },
    },
    overrides,
  );
}

/** The names of all fake upstreams of a scenario, with `backend` always among them. */
export function upstreamNames(scenario: Scenario): string[] {
  return ['backend', ...Object.keys(scenario.upstreams ?? {})];
}

/** The names of all clusters of a scenario, in the order of the bootstrap. */
export function clusterNames(scenario: Scenario): string[] {
  return [...new Set([...upstreamNames(scenario), ...Object.keys(scenario.clusters ?? {})])];
}

/** Replaces the placeholders of a text. */
export function fillInText(text: string, placement: Placement, listenerPort?: number): string {
  return text
    .replaceAll('{{id}}', placement.id)
    .replace(/\{\{port:([^}]+)\}\}/g, (_, name: string) => `${placement.upstreamPorts[name] ?? 0}`)
    .replaceAll('{{listener}}', `${listenerPort ?? 0}`);
}

export function socketAddress(port: number | string): JsonObject {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function listenerOf(placement: Placement): JsonObject {
  const { scenario } = placement;
  const manager = extension(
    'envoy.filters.network.http_connection_manager',
    'extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    managerOf(placement),
  );
  return merge(
    {
      name: named('listener'),
      stat_prefix: named('listener'),
      address: socketAddress(0),
      filter_chains: [{ filters: [manager] }],
    },
    scenario.listener ?? {},
  );
}

function managerOf(placement: Placement): JsonObject {
  const { scenario } = placement;
  return merge(
    {
      stat_prefix: named('ingress'),
      // Envoy lingers for a second after most errors, which no scenario has to wait out.
      delayed_close_timeout: '0.1s',
      access_log: accessLogsOf(placement),
      route_config: merge(
        { name: 'routes', virtual_hosts: virtualHostsOf(scenario) },
        scenario.routeConfig ?? {},
      ),
      http_filters: [
        extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router'),
      ],
    },
    scenario.manager ?? {},
  );
}

function virtualHostsOf(scenario: Scenario): readonly JsonObject[] {
  if (scenario.virtualHosts !== undefined) return scenario.virtualHosts;
  const routes = scenario.routes ?? [route()];
  return [{ name: 'all', domains: ['*'], routes, ...scenario.virtualHost }];
}

function accessLogsOf({ scenario, logPath, extraLogPaths }: Placement): JsonObject[] {
  const own = fileLog(logPath, { log_format: { json_format: LOG_FORMAT } });
  const extra = (scenario.logs ?? []).map((log, index) => ({
    ...fileLog(
      extraLogPaths[index] ?? '',
      log.format === undefined ? {} : { log_format: log.format },
    ),
    ...(log.filter === undefined ? {} : { filter: log.filter }),
  }));
  return [own, ...extra];
}

function fileLog(path: string, fields: JsonObject): JsonObject {
  const config = typed('extensions.access_loggers.file.v3.FileAccessLog', { path, ...fields });
  return { name: 'envoy.access_loggers.file', typed_config: config };
}

function clustersOf({ scenario }: Placement): JsonObject[] {
  return clusterNames(scenario).map((name) =>
    merge(
      {
        name: named(name),
        connect_timeout: '2s',
        type: 'STATIC',
        load_assignment: {
          cluster_name: named(name),
          endpoints: [{ lb_endpoints: [endpoint(`{{port:${name}}}`)] }],
        },
      },
      scenario.clusters?.[name] ?? {},
    ),
  );
}

/** An `LbEndpoint` on the loopback address; the port may be a placeholder. */
export function endpoint(port: number | string, fields: JsonObject = {}): JsonObject {
  return { endpoint: { address: socketAddress(port) }, ...fields };
}

/** Fields of the second win; objects are merged, lists replaced; `undefined` takes a field away. */
export function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(base), ...Object.keys(over)])) {
    const value = key in over ? mergeValue(base[key], over[key]) : base[key];
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

function mergeValue(base: Json | undefined, over: Json | undefined): Json | undefined {
  return isObject(base) && isObject(over) ? merge(base, over) : over;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Replaces placeholders throughout; a text that is nothing but a port becomes a number. */
function fillIn(value: JsonObject, placement: Placement): JsonObject {
  const text = JSON.stringify(value).replace(/"\{\{port:([^}]+)\}\}"/g, '{{port:$1}}');
  return JSON.parse(fillInText(text, placement)) as JsonObject;
}
