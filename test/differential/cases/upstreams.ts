import {
  connection,
  get,
  keepAlive,
  post,
  receive,
  requestBytes,
} from '../harness/client-script.ts';
import { named, route } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { close, pause, send } from '../harness/step.ts';
import { onConnection, onHead, onRequest, reply } from '../harness/upstream-script.ts';

/** Nobody listens on this port, and nobody without privileges can. */
const CLOSED_PORT = 1;

function host(port: number | string, fields: JsonObject = {}): JsonObject {
  return {
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
    ...fields,
  };
}

function hosts(...endpoints: readonly JsonObject[]): JsonObject {
  return {
    load_assignment: { cluster_name: named('backend'), endpoints: [{ lb_endpoints: endpoints }] },
  };
}

function slow(ms: number) {
  const { after, steps } = reply(200, 'late');
  return { after, steps: [pause(ms), ...steps] };
}

const failures: readonly Scenario[] = [
  {
    name: 'connection refused',
    clusters: { backend: hosts(host(CLOSED_PORT)) },
    client: [get('/')],
  },
  {
    name: 'connection refused, with a body to send',
    clusters: { backend: hosts(host(CLOSED_PORT)) },
    client: [post('/', 'body')],
  },
  {
    name: 'connection refused, twice on one connection',
    clusters: { backend: hosts(host(CLOSED_PORT)) },
    client: [keepAlive(requestBytes('GET', '/1'), requestBytes('GET', '/2'))],
  },
  {
    name: 'connection timeout',
    clusters: { backend: { ...hosts(host('{{port:deaf}}')), connect_timeout: '0.2s' } },
    client: [get('/')],
  },
  {
    name: 'the route timeout comes before the connection timeout',
    clusters: { backend: hosts(host('{{port:deaf}}')) },
    routes: [route({ action: { timeout: '0.2s' } })],
    client: [get('/')],
  },
  { name: 'a cluster without hosts', clusters: { backend: hosts() }, client: [get('/')] },
  {
    name: 'a cluster without hosts and a body',
    clusters: { backend: hosts() },
    client: [post('/', 'body')],
  },
  {
    name: 'a host that is declared unhealthy',
    clusters: { backend: hosts(host('{{port:backend}}', { health_status: 'UNHEALTHY' })) },
    client: [get('/')],
  },
  {
    name: 'a host that is declared unhealthy is used in a panic',
    clusters: {
      backend: {
        ...hosts(host('{{port:backend}}', { health_status: 'UNHEALTHY' })),
        common_lb_config: { healthy_panic_threshold: { value: 50 } },
      },
    },
    client: [get('/')],
  },
  {
    name: 'no panic at a threshold of 0',
    clusters: {
      backend: {
        ...hosts(host('{{port:backend}}', { health_status: 'UNHEALTHY' })),
        common_lb_config: { healthy_panic_threshold: { value: 0 } },
      },
    },
    client: [get('/')],
  },
  {
    name: 'a healthy host is preferred',
    clusters: {
      backend: {
        ...hosts(host(CLOSED_PORT, { health_status: 'UNHEALTHY' }), host('{{port:backend}}')),
        common_lb_config: { healthy_panic_threshold: { value: 0 } },
      },
    },
    client: [get('/1'), get('/2'), get('/3')],
  },
  { name: 'an upstream that closes at once', upstream: onConnection(close), client: [get('/')] },
  {
    name: 'an upstream that closes when the head arrives',
    upstream: onHead(close),
    client: [post('/', 'body')],
  },
  {
    name: 'an upstream that talks first',
    upstream: onConnection(send('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil'), pause(30)),
    client: [get('/')],
  },
  {
    name: 'an idle upstream connection that the upstream closed is not used',
    upstream: [onRequest(...reply(200, 'one').steps, close), reply(200, 'two')],
    client: [
      connection(
        send(requestBytes('GET', '/1')),
        receive(),
        pause(60),
        send(requestBytes('GET', '/2')),
        receive(),
      ),
    ],
  },
  {
    name: 'a request that meets a connection closed without a response is not repeated',
    upstream: [reply(200, 'one'), onRequest(close), reply(200, 'three')],
    client: [
      keepAlive(requestBytes('GET', '/1'), requestBytes('GET', '/2'), requestBytes('GET', '/3')),
    ],
  },
];

const clusters: readonly Scenario[] = [
  {
    name: 'STRICT_DNS resolves localhost',
    clusters: {
      backend: { type: 'STRICT_DNS', dns_lookup_family: 'V4_ONLY', ...hostNamed('localhost') },
    },
    client: [get('/')],
    admin: [
      {
        method: 'GET',
        path: '/clusters?filter={{id}}',
        compare: 'text',
        lines:
          /::(hostname|address|default_priority::max_requests|health_flags|added_via_api|observability_name|weight|region|priority)/,
      },
    ],
  },
  {
    name: 'LOGICAL_DNS resolves localhost',
    clusters: {
      backend: { type: 'LOGICAL_DNS', dns_lookup_family: 'V4_ONLY', ...hostNamed('localhost') },
    },
    client: [get('/')],
  },
  {
    name: 'STRICT_DNS with an address',
    clusters: { backend: { type: 'STRICT_DNS', ...hostNamed('127.0.0.1') } },
    client: [get('/')],
  },
  {
    name: 'the host is rewritten to the name of a STRICT_DNS host',
    clusters: {
      backend: { type: 'STRICT_DNS', dns_lookup_family: 'V4_ONLY', ...hostNamed('localhost') },
    },
    routes: [route({ action: { auto_host_rewrite: true } })],
    client: [get('/')],
  },
  ...['ROUND_ROBIN', 'LEAST_REQUEST', 'RANDOM'].map(
    (policy): Scenario => ({
      name: `${policy} with one host`,
      clusters: { backend: { lb_policy: policy } },
      client: [get('/1'), get('/2')],
    }),
  ),
  {
    name: 'a host with weight among hosts that are unhealthy',
    clusters: { backend: hosts(host('{{port:backend}}', { load_balancing_weight: 3 })) },
    client: [get('/1'), get('/2')],
  },
  {
    name: 'priorities: the second serves when the first is empty',
    clusters: {
      backend: {
        load_assignment: {
          cluster_name: named('backend'),
          endpoints: [
            { priority: 0, lb_endpoints: [] },
            { priority: 1, lb_endpoints: [host('{{port:backend}}')] },
          ],
        },
      },
    },
    client: [get('/')],
  },
  {
    name: 'priorities: the second serves when the first is unhealthy',
    clusters: {
      backend: {
        load_assignment: {
          cluster_name: named('backend'),
          endpoints: [
            { priority: 0, lb_endpoints: [host(CLOSED_PORT, { health_status: 'UNHEALTHY' })] },
            { priority: 1, lb_endpoints: [host('{{port:backend}}')] },
          ],
        },
      },
    },
    client: [get('/1'), get('/2')],
  },
  {
    name: 'alt_stat_name renames the stats of a cluster',
    clusters: { backend: { alt_stat_name: named('renamed') } },
    client: [get('/')],
  },
  {
    name: 'a cluster name with a dot in the stats',
    upstreams: { 'a.b|c:d': reply(200, 'dotted') },
    routes: [route({ action: { cluster: named('a.b|c:d') } })],
    client: [get('/')],
  },
  {
    name: 'parallel requests use several upstream connections',
    upstream: slow(150),
    client: [
      connection(
        send(requestBytes('GET', '/1')),
        pause(30),
        send(requestBytes('GET', '/2')),
        receive(2),
      ),
    ],
  },
  {
    name: 'connect_timeout does not limit a slow response',
    clusters: { backend: { connect_timeout: '0.05s' } },
    upstream: slow(150),
    client: [get('/')],
  },
  {
    name: 'upstream TCP keepalive is accepted',
    clusters: {
      backend: {
        upstream_connection_options: {
          tcp_keepalive: { keepalive_probes: 3, keepalive_time: 10, keepalive_interval: 5 },
        },
      },
    },
    client: [get('/')],
  },
];

function hostNamed(address: string): JsonObject {
  return {
    load_assignment: {
      cluster_name: named('backend'),
      endpoints: [
        {
          lb_endpoints: [
            {
              endpoint: {
                address: { socket_address: { address, port_value: '{{port:backend}}' } },
              },
            },
          ],
        },
      ],
    },
  };
}

export const upstreams: Group = {
  name: 'upstreams',
  scenarios: [...failures, ...clusters],
};
