import { extension, typed } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';

/** A configuration that is loaded and not used. */
function load(name: string, fields: Partial<Scenario>): Scenario {
  return { name, client: [], ...fields };
}

function manager(name: string, fields: JsonObject): Scenario {
  return load(`manager: ${name}`, { manager: fields });
}

function cluster(name: string, fields: JsonObject): Scenario {
  return load(`cluster: ${name}`, { clusters: { backend: fields } });
}

function log(name: string, format: string): Scenario {
  return load(`log: ${name}`, {
    logs: [{ format: { text_format_source: { inline_string: format } } }],
  });
}

const router = extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router');

function address(fields: JsonObject): JsonObject {
  return {
    load_assignment: {
      cluster_name: 'x',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: fields } } }] }],
    },
  };
}

function endpoints(type: string, ...hosts: readonly JsonObject[]): JsonObject {
  return { type, load_assignment: { cluster_name: 'x', endpoints: [{ lb_endpoints: hosts }] } };
}

function runtime(name: string, layers: readonly JsonObject[]): Scenario {
  return load(`runtime: ${name}`, { bootstrap: { layered_runtime: { layers } } });
}

const managers: readonly Scenario[] = [
  manager('plain', {}),
  manager('an unknown field', { no_such_field: true }),
  manager('a field in camel case', { useRemoteAddress: true }),
  manager('an enum value that does not exist', { codec_type: 'HTTP9' }),
  manager('an enum by number', { codec_type: 1 }),
  manager('an enum by a number out of range', { codec_type: 99 }),
  manager('an empty stat_prefix', { stat_prefix: '' }),
  manager('a text for a boolean', { add_user_agent: 'yes' }),
  manager('a text for a number', { max_request_headers_kb: '80' }),
  manager('a negative number', { xff_num_trusted_hops: -1 }),
  manager('max_request_headers_kb: 0', { max_request_headers_kb: 0 }),
  manager('max_request_headers_kb: 8193', { max_request_headers_kb: 8193 }),
  manager('a duration without a unit', { stream_idle_timeout: '5' }),
  manager('a duration in milliseconds', { stream_idle_timeout: '5ms' }),
  manager('a negative duration', { drain_timeout: '-1s' }),
  manager('a duration with a fraction', { stream_idle_timeout: '1.5s' }),
  manager('max_stream_duration of 0', {
    common_http_protocol_options: { max_stream_duration: '0s' },
  }),
  manager('max_headers_count: 0', { common_http_protocol_options: { max_headers_count: 0 } }),
  manager('no http filters', { http_filters: [] }),
  manager('a router that is not the last', {
    http_filters: [
      router,
      extension('x', 'extensions.filters.http.buffer.v3.Buffer', { max_request_bytes: 9 }),
    ],
  }),
  manager('two routers', { http_filters: [router, { ...router, name: 'second' }] }),
  manager('no router at the end', {
    http_filters: [
      extension('x', 'extensions.filters.http.buffer.v3.Buffer', { max_request_bytes: 9 }),
    ],
  }),
  manager('a filter without configuration', {
    http_filters: [{ name: 'envoy.filters.http.router' }],
  }),
  manager('an unknown filter', {
    http_filters: [extension('nothing', 'extensions.filters.http.nothing.v3.Nothing'), router],
  }),
  manager('an unknown optional filter', {
    http_filters: [
      { ...extension('nothing', 'extensions.filters.http.nothing.v3.Nothing'), is_optional: true },
      router,
    ],
  }),
  manager('a filter by type whatever its name', { http_filters: [{ ...router, name: 'my own' }] }),
  manager('an unknown field in a filter', {
    http_filters: [
      extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router', {
        nothing: 1,
      }),
    ],
  }),
  manager('strict_check_headers of another header', {
    http_filters: [
      extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router', {
        strict_check_headers: ['x-other'],
      }),
    ],
  }),
  manager('a CIDR that is none', {
    internal_address_config: { cidr_ranges: [{ address_prefix: 'nonsense', prefix_len: 8 }] },
  }),
  manager('a CIDR of 33 bits', {
    internal_address_config: { cidr_ranges: [{ address_prefix: '10.0.0.0', prefix_len: 33 }] },
  }),
  manager('both kinds of host port stripping', {
    strip_any_host_port: true,
    strip_matching_host_port: true,
  }),
  manager('no route source', { route_config: undefined }),
  manager('an upgrade type twice', {
    upgrade_configs: [{ upgrade_type: 'websocket' }, { upgrade_type: 'WebSocket' }],
  }),
  manager('a local reply mapper without a filter', {
    local_reply_config: { mappers: [{ status_code: 400 }] },
  }),
  manager('a local reply mapper with status 199', {
    local_reply_config: {
      mappers: [{ filter: { not_health_check_filter: {} }, status_code: 199 }],
    },
  }),
  manager('a local reply mapper with status 600', {
    local_reply_config: {
      mappers: [{ filter: { not_health_check_filter: {} }, status_code: 600 }],
    },
  }),
  manager('a server name with a line break', { server_name: 'a\nb' }),
  ...[
    { xff_num_trusted_hops: 1, xff_trusted_cidrs: {} },
    { xff_trusted_cidrs: { cidrs: [{ address_prefix: 'x', prefix_len: 8 }] } },
    { xff_trusted_cidrs: { cidrs: [{ address_prefix: '10.0.0.0', prefix_len: 33 }] } },
    { xff_trusted_cidrs: { cidrs: [{ address_prefix: '' }] } },
  ].map((fields) =>
    manager(`XFF detection of ${JSON.stringify(fields)}`, {
      original_ip_detection_extensions: [
        extension('xff', 'extensions.http.original_ip_detection.xff.v3.XffConfig', fields),
      ],
    }),
  ),
  manager('a via with a line break', { via: 'a\r\nb' }),
];

const clusters: readonly Scenario[] = [
  cluster('no connect_timeout', { connect_timeout: undefined }),
  cluster('a connect_timeout of 0', { connect_timeout: '0s' }),
  cluster('an unknown load balancing policy', { lb_policy: 'BEST' }),
  cluster('an unknown type', { type: 'DYNAMIC' }),
  cluster(
    'STATIC with a name instead of an address',
    address({ address: 'example.test', port_value: 80 }),
  ),
  cluster('STRICT_DNS with a name', {
    type: 'STRICT_DNS',
    ...address({ address: 'localhost', port_value: 80 }),
  }),
  ...['STATIC', 'STRICT_DNS', 'LOGICAL_DNS'].flatMap((type) => [
    cluster(`${type} with an endpoint of nothing`, endpoints(type, {})),
    cluster(`${type} with an endpoint without an address`, endpoints(type, { endpoint: {} })),
    cluster(`${type} with an empty address`, endpoints(type, { endpoint: { address: {} } })),
    cluster(
      `${type} with a pipe`,
      endpoints(type, { endpoint: { address: { pipe: { path: '/tmp/x' } } } }),
    ),
  ]),
  cluster(
    'a pipe in the abstract namespace',
    endpoints('STATIC', { endpoint: { address: { pipe: { path: '@x' } } } }),
  ),
  cluster(
    'a pipe with a mode',
    endpoints('STATIC', { endpoint: { address: { pipe: { path: '/tmp/x', mode: 384 } } } }),
  ),
  cluster(
    'a pipe with too high a mode',
    endpoints('STATIC', { endpoint: { address: { pipe: { path: '/tmp/x', mode: 512 } } } }),
  ),
  cluster(
    'a pipe without a path',
    endpoints('STATIC', { endpoint: { address: { pipe: { path: '' } } } }),
  ),
  cluster(
    'a pipe with a path of 108 bytes',
    endpoints('STATIC', { endpoint: { address: { pipe: { path: `/${'x'.repeat(107)}` } } } }),
  ),
  cluster(
    'a pipe with a path of 107 bytes',
    endpoints('STATIC', { endpoint: { address: { pipe: { path: `/${'x'.repeat(106)}` } } } }),
  ),
  cluster(
    'an abstract pipe with a mode',
    endpoints('STATIC', { endpoint: { address: { pipe: { path: '@x', mode: 384 } } } }),
  ),
  cluster('an address without a port', address({ address: '127.0.0.1' })),
  cluster('a port of 65536', address({ address: '127.0.0.1', port_value: 65_536 })),
  cluster('a named port', address({ address: '127.0.0.1', named_port: 'http' })),
  cluster('an empty address', address({ address: '', port_value: 80 })),
  cluster('LOGICAL_DNS with two hosts', {
    type: 'LOGICAL_DNS',
    load_assignment: {
      cluster_name: 'x',
      endpoints: [
        {
          lb_endpoints: [1, 2].map((port) => ({
            endpoint: { address: { socket_address: { address: 'localhost', port_value: port } } },
          })),
        },
      ],
    },
  }),
  cluster('LOGICAL_DNS without a host', {
    type: 'LOGICAL_DNS',
    load_assignment: { cluster_name: 'x', endpoints: [] },
  }),
  cluster('EDS without eds_cluster_config', { type: 'EDS', load_assignment: undefined }),
  cluster('an empty name', { name: '' }),
  cluster('a weight of 0', {
    load_assignment: {
      cluster_name: 'x',
      endpoints: [
        {
          lb_endpoints: [
            {
              load_balancing_weight: 0,
              endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: 1 } } },
            },
          ],
        },
      ],
    },
  }),
  cluster('a priority with a gap', {
    load_assignment: { cluster_name: 'x', endpoints: [{ priority: 2, lb_endpoints: [] }] },
  }),
  cluster('protocol options of nothing', {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
        'extensions.upstreams.http.v3.HttpProtocolOptions',
      ),
    },
  }),
  cluster('protocol options under another name', {
    typed_extension_protocol_options: {
      nothing: typed('extensions.upstreams.http.v3.HttpProtocolOptions', {
        explicit_http_config: { http_protocol_options: {} },
      }),
    },
  }),
  cluster('an unknown transport socket', {
    transport_socket: extension('x', 'extensions.transport_sockets.nothing.v3.Nothing'),
  }),
  cluster('least request with a choice count of 1', {
    lb_policy: 'LEAST_REQUEST',
    least_request_lb_config: { choice_count: 1 },
  }),
  cluster('a dns_refresh_rate of 0', { type: 'STRICT_DNS', dns_refresh_rate: '0s' }),
  cluster('a healthy_panic_threshold of 101', {
    common_lb_config: { healthy_panic_threshold: { value: 101 } },
  }),
];

const others: readonly Scenario[] = [
  log('an unknown operator', '%NOTHING%'),
  log('an operator that is not closed', '%REQ(x)'),
  log('an operator without its parenthesis', '%REQ%'),
  log('an empty header name', '%REQ()%'),
  log('two alternatives', '%REQ(a?b?c)%'),
  log('a length that is no number', '%REQ(a):x%'),
  log('a length of 0', '%REQ(a):0%'),
  log('a lone per cent sign', '100%'),
  log('a parameter where none belongs', '%PROTOCOL(x)%'),
  log('a length where none belongs', '%PROTOCOL:3%'),
  log('lower case', '%protocol%'),
  log('a COMMON_DURATION of nothing', '%COMMON_DURATION(A:B:ms)%'),
  log('an operator of another extension', '%REQ_WITHOUT_QUERY(:PATH)%'),
  log('an empty format', ''),
  load('log: an unknown filter', { logs: [{ filter: { nothing_filter: {} } }] }),
  load('log: an unknown response flag', {
    logs: [{ filter: { response_flag_filter: { flags: ['XX'] } } }],
  }),
  load('log: an or filter of one', {
    logs: [{ filter: { or_filter: { filters: [{ not_health_check_filter: {} }] } } }],
  }),
  load('log: a status filter without a value', {
    logs: [{ filter: { status_code_filter: { comparison: { op: 'EQ' } } } }],
  }),
  load('log: a comparison without a runtime key', {
    logs: [
      { filter: { status_code_filter: { comparison: { op: 'EQ', value: { default_value: 3 } } } } },
    ],
  }),
  load('listener: no address', { listener: { address: undefined } }),
  load('listener: no filter chain', { listener: { filter_chains: [] } }),
  load('listener: an address that is a name', {
    listener: { address: { socket_address: { address: 'localhost', port_value: 0 } } },
  }),
  ...[
    { path: '/tmp/proa-{{id}}.sock' },
    { path: '@proa-{{id}}' },
    { path: '/tmp/proa-{{id}}.sock', mode: 384 },
    { path: '@proa-{{id}}', mode: 384 },
    { path: '/tmp/proa-{{id}}.sock', mode: 512 },
  ].map((pipe) =>
    load(`listener: the pipe ${JSON.stringify(pipe)}`, {
      listener: { address: { socket_address: undefined, pipe } },
    }),
  ),
  load('listener: an unknown field', { listener: { colour: 'red' } }),
  load('listener: an unknown network filter', {
    listener: {
      filter_chains: [
        { filters: [extension('x', 'extensions.filters.network.nothing.v3.Nothing')] },
      ],
    },
  }),
  load('listener: a filter that is not the last', {
    listener: {
      filter_chains: [
        {
          filters: [
            extension('x', 'extensions.filters.network.echo.v3.Echo'),
            extension('y', 'extensions.filters.network.echo.v3.Echo'),
          ],
        },
      ],
    },
  }),
  load('listener: a per_connection_buffer_limit_bytes that is too large', {
    listener: { per_connection_buffer_limit_bytes: 4_294_967_296 },
  }),
];

const runtimes: readonly Scenario[] = [
  ...[
    { 'a.b': 1, 'a.c': { numerator: 5 }, 'a.d': { e: true } },
    { a: null },
    { a: [1] },
    { a: { numerator: 'x' } },
    { a: {} },
    { a: -1 },
    { a: 1.5 },
    { 're2.max_program_size.error_level': 'x' },
  ].map((values) =>
    runtime(`a static layer of ${JSON.stringify(values)}`, [{ name: 'one', static_layer: values }]),
  ),
  runtime('no layer', []),
  runtime('a layer of nothing', [{ name: 'one' }]),
  runtime('a layer without a name', [{ name: '', static_layer: {} }]),
  runtime('two layers of one name', [
    { name: 'one', static_layer: {} },
    { name: 'one', admin_layer: {} },
  ]),
  runtime('two admin layers', [
    { name: 'one', admin_layer: {} },
    { name: 'two', admin_layer: {} },
  ]),
  runtime('a disk layer that is not there', [
    { name: 'one', disk_layer: { symlink_root: '/nowhere/link', subdirectory: 'envoy' } },
  ]),
  runtime('a disk layer without a link', [{ name: 'one', disk_layer: { subdirectory: 'envoy' } }]),
  runtime('a disk layer without a subdirectory', [
    { name: 'one', disk_layer: { symlink_root: '/nowhere/link' } },
  ]),
  runtime('a disk layer of nothing', [{ name: 'one', disk_layer: {} }]),
  runtime('two disk layers of a cluster', [
    { name: 'one', disk_layer: { symlink_root: '/nowhere', append_service_cluster: true } },
    { name: 'two', disk_layer: { symlink_root: '/nowhere' } },
  ]),
];

export const configuration: Group = {
  name: 'configuration',
  validateOnly: true,
  scenarios: [...managers, ...clusters, ...others, ...runtimes],
};
