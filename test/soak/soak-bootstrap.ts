import {
  answer,
  bootstrapOf,
  fileAccessLog,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import type { UpstreamPlaces } from './upstream-process.ts';

export const DIRECT_BODY = 'answered by the proxy itself';
/** The limits of the route `limited`: most of its requests meet them. */
export const LIMITS = { max_connections: 2, max_pending_requests: 2, max_requests: 4 };

export interface SoakPlaces {
  readonly upstream: UpstreamPlaces;
  readonly upstreamPath: string;
  readonly listenerPort: number;
  readonly listenerPath: string;
  readonly accessLogPath: string;
}

/** A configuration that uses much of what there is, with timeouts short enough to be met. */
export function soakBootstrap(places: SoakPlaces): JsonObject {
  const { upstream } = places;
  return bootstrapOf(
    [
      httpListener({
        name: 'soak',
        at: places.listenerPort,
        routes: routes(),
        manager: managerOf(places),
        // Small, so that slow readers and slow upstreams are felt.
        listener: { per_connection_buffer_limit_bytes: 65_536 },
      }),
      httpListener({ name: 'by-path', at: places.listenerPath, routes: [routeTo('first')] }),
    ],
    [
      cluster('first', upstream.first, {}, { max_requests_per_connection: 50 }),
      cluster('second', upstream.second, {
        lb_policy: 'LEAST_REQUEST',
        per_connection_buffer_limit_bytes: 32_768,
      }),
      cluster('restless', upstream.restless),
      cluster('unix', places.upstreamPath, { lb_policy: 'RANDOM' }),
      cluster('dead', upstream.dead),
      cluster('limited', upstream.first, { circuit_breakers: { thresholds: [LIMITS] } }),
    ],
  );
}

function cluster(
  name: string,
  at: number | string,
  more: JsonObject = {},
  common: JsonObject = {},
): JsonObject {
  return staticCluster(name, at, {
    // Shorter than what the run waits for in the end: then no connection is left.
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        common_http_protocol_options: { idle_timeout: '2s', ...common },
        explicit_http_config: { http_protocol_options: {} },
      },
    },
    ...more,
  });
}

function managerOf({ accessLogPath }: SoakPlaces): JsonObject {
  return {
    use_remote_address: true,
    normalize_path: true,
    merge_slashes: true,
    generate_request_id: true,
    server_name: 'soak',
    common_http_protocol_options: { idle_timeout: '4s', max_connection_duration: '20s' },
    stream_idle_timeout: '5s',
    request_headers_timeout: '3s',
    delayed_close_timeout: '0.5s',
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    access_log: [
      fileAccessLog(accessLogPath, {
        start: '%START_TIME%',
        request: '%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%',
        status: '%RESPONSE_CODE%',
        flags: '%RESPONSE_FLAGS%',
        details: '%RESPONSE_CODE_DETAILS%',
        received: '%BYTES_RECEIVED%',
        sent: '%BYTES_SENT%',
        duration: '%DURATION%',
        cluster: '%UPSTREAM_CLUSTER%',
        upstream: '%UPSTREAM_HOST%',
        from: '%DOWNSTREAM_REMOTE_ADDRESS%',
        id: '%REQ(X-REQUEST-ID)%',
      }),
    ],
  };
}

function routes(): JsonObject[] {
  return [
    {
      match: { prefix: '/weighted/' },
      route: {
        weighted_clusters: {
          clusters: [
            { name: 'first', weight: 60, ...addsResponseHeader('x-soak-half', 'first') },
            { name: 'second', weight: 40, ...addsResponseHeader('x-soak-half', 'second') },
          ],
        },
      },
      request_headers_to_add: [
        { header: { key: 'x-soak-from', value: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' } },
      ],
      request_headers_to_remove: ['x-soak-secret'],
    },
    { ...routeTo('first', '/rewritten/', { prefix_rewrite: '/weighted/' }) },
    routeTo('restless', '/restless/'),
    routeTo('unix', '/unix/', { host_rewrite_literal: 'unix.test' }),
    routeTo('dead', '/dead/'),
    routeTo('limited', '/limited/'),
    routeTo('second', '/hurried/', { timeout: '0.4s' }),
    routeTo('second', '/idle/', { timeout: '0s', idle_timeout: '0.4s' }),
    routeTo('first', '/socket/', { timeout: '0s' }),
    {
      match: { prefix: '/moved/' },
      redirect: { prefix_rewrite: '/weighted/', host_redirect: 'soak.test' },
    },
    answer(203, DIRECT_BODY, '/direct/'),
  ];
}

function addsResponseHeader(key: string, value: string): JsonObject {
  return { response_headers_to_add: [{ header: { key, value } }] };
}
