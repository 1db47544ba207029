import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { LOOPBACK } from '../machine/loopback.ts';
import type { ProxySetup } from './peer.ts';

const TYPE = 'type.googleapis.com/envoy.extensions.filters';

export interface BootstrapParts {
  readonly listenPort: number;
  readonly upstreamPort: number;
  /** HTTP/1.1 when it is left out. */
  readonly upstreamProtocol?: 'http1' | 'http2';
  /** More fields of the HTTP connection manager, beside stat_prefix, the router filter and the routes. */
  readonly connectionManager?: object;
  /** The route configuration; everything to cluster `upstream` when it is left out. */
  readonly routeConfig?: object;
  /** Further clusters beside `upstream`. */
  readonly clusters?: readonly object[];
}

const FORWARD_EVERYTHING = {
  virtual_hosts: [
    {
      name: 'everything',
      domains: ['*'],
      routes: [{ match: { prefix: '/' }, route: { cluster: 'upstream' } }],
    },
  ],
};

/** One plain listener with the router as its only HTTP filter, and the static cluster `upstream`. */
export function envoyBootstrap(parts: BootstrapParts): object {
  const connectionManager = {
    '@type': `${TYPE}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'ingress',
    ...parts.connectionManager,
    route_config: parts.routeConfig ?? FORWARD_EVERYTHING,
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${TYPE}.http.router.v3.Router` },
      },
    ],
  };
  const filter = {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: connectionManager,
  };
  return {
    static_resources: {
      listeners: [
        {
          name: 'ingress',
          address: socketAddress(parts.listenPort),
          filter_chains: [{ filters: [filter] }],
        },
      ],
      clusters: [upstreamCluster(parts), ...(parts.clusters ?? [])],
    },
  };
}

function upstreamCluster({ upstreamPort, upstreamProtocol }: BootstrapParts): object {
  const cluster = staticCluster('upstream', upstreamPort);
  if (upstreamProtocol !== 'http2') return cluster;
  return {
    ...cluster,
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
}

/** A cluster with one host on loopback. Circuit breakers at Envoy's defaults: 1,024 connections and requests. */
export function staticCluster(name: string, port: number): object {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '5s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(port) } }] }],
    },
  };
}

/** Writes the bootstrap as YAML and gives the path of the file. */
export async function writeBootstrap(setup: ProxySetup, folder: string): Promise<string> {
  const path = join(folder, 'envoy.yaml');
  await writeFile(path, stringify(setup.bootstrap, { aliasDuplicateObjects: false }));
  return path;
}

function socketAddress(port: number): object {
  return { socket_address: { address: LOOPBACK, port_value: port } };
}
