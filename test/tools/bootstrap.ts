/** Pieces of bootstraps for tests that run the real program. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

const TYPES = 'type.googleapis.com/envoy';

/** A port of the loopback interface (0: any free one), or the path of a Unix socket. */
export type Place = number | string;

export function addressOf(place: Place): JsonObject {
  return typeof place === 'number'
    ? { socket_address: { address: '127.0.0.1', port_value: place } }
    : { pipe: { path: place } };
}

export interface HttpListener {
  readonly name: string;
  readonly at: Place;
  /** All of the only virtual host's routes, unless `virtualHosts` says more. */
  readonly routes?: readonly JsonObject[];
  readonly virtualHosts?: readonly JsonObject[];
  /** Further fields of the HTTP connection manager. */
  readonly manager?: JsonObject;
  /** Further fields of the listener. */
  readonly listener?: JsonObject;
}

/** A listener with one HTTP connection manager, whose statistics have the listener's name. */
export function httpListener(options: HttpListener): JsonObject {
  const { name, at, routes = [], virtualHosts, manager, listener } = options;
  return {
    name,
    address: addressOf(at),
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': `${TYPES}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
              stat_prefix: name,
              http_filters: [
                {
                  name: 'envoy.filters.http.router',
                  typed_config: { '@type': `${TYPES}.extensions.filters.http.router.v3.Router` },
                },
              ],
              route_config: {
                name: `${name}-routes`,
                virtual_hosts: virtualHosts ?? [{ name: 'all', domains: ['*'], routes }],
              },
              ...manager,
            },
          },
        ],
      },
    ],
    ...listener,
  };
}

/** Everything under the prefix goes to the cluster. */
export function routeTo(cluster: string, prefix = '/', action: JsonObject = {}): JsonObject {
  return { match: { prefix }, route: { cluster, ...action } };
}

/** Everything under the prefix is answered at once. */
export function answer(status: number, body: string, prefix = '/'): JsonObject {
  return {
    match: { prefix },
    direct_response: { status, ...(body === '' ? {} : { body: { inline_string: body } }) },
  };
}

/** A cluster of one host. */
export function staticCluster(name: string, at: Place, more: JsonObject = {}): JsonObject {
  return {
    name,
    connect_timeout: '5s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: addressOf(at) } }] }],
    },
    ...more,
  };
}

/** An access log to a file, as text or as JSON. */
export function fileAccessLog(path: string, format: string | JsonObject): JsonObject {
  return {
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': `${TYPES}.extensions.access_loggers.file.v3.FileAccessLog`,
      path,
      log_format:
        typeof format === 'string'
          ? { text_format_source: { inline_string: format } }
          : { json_format: format },
    },
  };
}

/** A whole bootstrap whose admin interface is at any free port. */
export function bootstrapOf(
  listeners: readonly JsonObject[],
  clusters: readonly JsonObject[] = [],
  more: JsonObject = {},
): JsonObject {
  return {
    admin: { address: addressOf(0) },
    static_resources: { listeners, clusters },
    ...more,
  };
}
