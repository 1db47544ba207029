import { type ClientScript, from, get } from '../harness/client-script.ts';
import { extension, route } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { reply } from '../harness/upstream-script.ts';

/**
 * A request through a connection manager with the given fields. It comes from 127.9.8.7, because for 127.0.0.1
 * Envoy puts the machine's own address into x-forwarded-for.
 */
function manager(name: string, fields: JsonObject, ...client: readonly ClientScript[]): Scenario {
  return { name, manager: fields, client: client.map((each) => ({ from: '127.9.8.7', ...each })) };
}

const edge = { use_remote_address: true };
const ranges = { internal_address_config: {} };
const loopback = {
  internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
};
const xff = 'x-forwarded-for: 203.0.113.1, 10.1.2.3';

/** Original IP detection by XFF extensions with these settings. */
function detections(...each: readonly JsonObject[]): JsonObject {
  const type = 'extensions.http.original_ip_detection.xff.v3.XffConfig';
  return {
    original_ip_detection_extensions: each.map((fields) => extension('xff', type, fields)),
  };
}

function trusted(...addresses: readonly string[]): JsonObject {
  const cidrs = addresses.map((address) => {
    const [prefix = '', length = '32'] = address.split('/');
    return { address_prefix: prefix, prefix_len: Number(length) };
  });
  return { xff_trusted_cidrs: { cidrs } };
}

const chain = 'x-forwarded-for: 203.0.113.1, 198.51.100.7, 10.1.2.3';

const clientAddress: readonly Scenario[] = [
  manager('x-forwarded-for is passed on as it came', {}, get('/', xff)),
  manager(
    'x-forwarded-for of several lines',
    {},
    get('/', 'x-forwarded-for: 203.0.113.1', 'x-forwarded-for: 203.0.113.2'),
  ),
  manager('use_remote_address appends the peer', edge, get('/', xff)),
  manager('use_remote_address without x-forwarded-for', edge, get('/')),
  {
    ...manager(
      'use_remote_address from 127.0.0.1 appends the machine’s own address',
      edge,
      from('127.0.0.1', get('/')),
    ),
    volatileStats: [/upstream_cx_tx_bytes_total/],
  },
  manager('skip_xff_append', { ...edge, skip_xff_append: true }, get('/', xff)),
  manager('one trusted hop at the edge', { ...edge, xff_num_trusted_hops: 1 }, get('/', xff)),
  manager('two trusted hops at the edge', { ...edge, xff_num_trusted_hops: 2 }, get('/', xff)),
  manager(
    'more trusted hops than addresses at the edge',
    { ...edge, xff_num_trusted_hops: 5 },
    get('/', xff),
  ),
  manager('one trusted hop behind a proxy', { xff_num_trusted_hops: 1 }, get('/', xff)),
  manager('trusted hops without x-forwarded-for', { xff_num_trusted_hops: 1 }, get('/')),
  manager('an x-forwarded-for that is no address', {}, get('/', 'x-forwarded-for: nonsense')),
  manager('an x-forwarded-for with a port', {}, get('/', 'x-forwarded-for: 203.0.113.1:4711')),
  manager('an x-forwarded-for of IPv6', {}, get('/', 'x-forwarded-for: 2001:db8::1')),
  manager('an empty x-forwarded-for', {}, get('/', 'x-forwarded-for: ')),
  manager('detection: no settings', detections({}), get('/', chain)),
  manager('detection: one hop', detections({ xff_num_trusted_hops: 1 }), get('/', chain)),
  manager('detection: too many hops', detections({ xff_num_trusted_hops: 9 }), get('/', chain)),
  manager(
    'detection: the peer is appended',
    detections({ xff_num_trusted_hops: 1, skip_xff_append: false }),
    get('/', chain),
    get('/'),
  ),
  manager(
    'detection: the peer is not appended',
    detections({ xff_num_trusted_hops: 1, skip_xff_append: true }),
    get('/', chain),
  ),
  manager(
    'detection: nothing is appended where the manager says so',
    { ...detections({ skip_xff_append: false }), skip_xff_append: true },
    get('/', chain),
  ),
  manager(
    'detection: trusted proxies',
    detections(trusted('127.0.0.0/8', '10.0.0.0/8')),
    get('/', chain),
    get('/', 'x-forwarded-for: 10.1.2.3'),
    get('/', 'x-forwarded-for: 10.9.9.9, 10.1.2.3'),
    get('/', 'x-forwarded-for: 203.0.113.1'),
    get('/', 'x-forwarded-for: nonsense, 10.1.2.3'),
    get('/', 'x-forwarded-for: 203.0.113.1, nonsense'),
    get('/', 'x-forwarded-for: 203.0.113.1,, 10.1.2.3'),
    get('/', 'x-forwarded-for: '),
    get('/'),
  ),
  manager(
    'detection: trusted proxies, appending',
    detections({ ...trusted('127.0.0.0/8', '10.0.0.0/8'), skip_xff_append: false }),
    get('/', chain),
    get('/', 'x-forwarded-for: nonsense'),
    get('/'),
  ),
  manager(
    'detection: the peer is not trusted',
    detections({ ...trusted('10.0.0.0/8'), skip_xff_append: false }),
    get('/', chain),
  ),
  manager(
    'detection: the peer is not trusted, by default',
    detections(trusted('10.0.0.0/8')),
    get('/', chain),
  ),
  manager(
    'detection: the peer is not trusted, without appending',
    detections({ ...trusted('10.0.0.0/8'), skip_xff_append: true }),
    get('/', chain),
  ),
  manager(
    'detection: internal clients that are trusted proxies',
    {
      ...detections(trusted('127.0.0.0/8', '10.0.0.0/8')),
      internal_address_config: { cidr_ranges: [{ address_prefix: '10.0.0.0', prefix_len: 8 }] },
    },
    get('/', 'x-forwarded-for: 10.1.2.3'),
    get('/', 'x-forwarded-for: 10.9.9.9, 10.1.2.3'),
    get('/', 'x-forwarded-for: 203.0.113.1, 10.1.2.3'),
  ),
  ...[
    [{ xff_num_trusted_hops: 9, skip_xff_append: false }, { xff_num_trusted_hops: 1 }],
    [{ xff_num_trusted_hops: 9 }, { xff_num_trusted_hops: 1, skip_xff_append: false }],
    [{ xff_num_trusted_hops: 1 }, { xff_num_trusted_hops: 0, skip_xff_append: false }],
  ].map((each) =>
    manager(`detection: ${JSON.stringify(each)}`, detections(...each), get('/', chain)),
  ),
  manager('detection: nobody is trusted', detections({ xff_trusted_cidrs: {} }), get('/', chain)),
  manager(
    'detection: an internal client behind trusted proxies',
    {
      ...detections(trusted('127.0.0.0/8', '10.0.0.0/8')),
      internal_address_config: { cidr_ranges: [{ address_prefix: '192.168.0.0', prefix_len: 16 }] },
    },
    get('/', 'x-forwarded-for: 192.168.1.1'),
    get('/', 'x-forwarded-for: 192.168.1.1, 10.1.2.3'),
  ),
  manager(
    'x-envoy-external-address is set at the edge for public addresses',
    edge,
    get('/', 'x-envoy-external-address: 9.9.9.9'),
  ),
].map((scenario) => ({
  ...scenario,
  logs: [
    {
      format: text(
        '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%\n',
      ),
    },
  ],
}));

/** Headers that only internal clients may send. */
const internalHeaders = [
  'x-envoy-max-retries: 3',
  'x-envoy-retry-on: 5xx',
  'x-envoy-upstream-rq-timeout-ms: 5000',
  'x-envoy-upstream-alt-stat-name: other',
  'x-envoy-decorator-operation: op',
  'x-envoy-downstream-service-cluster: c',
  'x-envoy-downstream-service-node: n',
  'x-envoy-expected-rq-timeout-ms: 1',
  'x-envoy-force-trace: 1',
  'x-envoy-hedge-on-per-try-timeout: true',
  'x-envoy-internal: true',
  'x-envoy-ip-tags: a',
  'x-envoy-original-path: /o',
  'x-envoy-original-url: http://o',
  'x-envoy-peer-metadata: m',
  'x-envoy-attempt-count: 9',
  'x-envoy-is-timeout-retry: true',
];

const internal: readonly Scenario[] = [
  manager(
    'no client is internal without an internal_address_config',
    {},
    get('/', 'x-forwarded-for: 10.0.0.1', ...internalHeaders),
  ),
  ...[
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '127.0.0.1',
    'fd00::1',
    '::1',
    '169.254.0.1',
    '100.64.0.1',
    '11.0.0.1',
  ].map((address) =>
    manager(
      `${address} and an internal_address_config without ranges`,
      ranges,
      get('/', `x-forwarded-for: ${address}`, 'x-envoy-internal: true', 'x-envoy-original-url: u'),
    ),
  ),
  manager(
    'an internal client by x-forwarded-for',
    ranges,
    get('/', 'x-forwarded-for: 10.0.0.1', ...internalHeaders),
  ),
  manager(
    'an external client by x-forwarded-for',
    ranges,
    get('/', 'x-forwarded-for: 203.0.113.1', ...internalHeaders),
  ),
  manager(
    'two addresses are no internal client',
    ranges,
    get('/', 'x-forwarded-for: 10.0.0.1, 10.0.0.2', ...internalHeaders),
  ),
  manager('no x-forwarded-for is no internal client', ranges, get('/', ...internalHeaders)),
  manager('loopback is external at the edge by default', edge, get('/', ...internalHeaders)),
  manager(
    'internal_address_config replaces the private ranges',
    { internal_address_config: { cidr_ranges: [{ address_prefix: '192.0.2.0', prefix_len: 24 }] } },
    get('/', 'x-forwarded-for: 192.0.2.7', ...internalHeaders),
    get('/', 'x-forwarded-for: 10.0.0.1', ...internalHeaders),
  ),
  manager(
    'an internal_address_config without ranges at the edge',
    { ...edge, ...ranges },
    get('/', ...internalHeaders),
  ),
  manager('an internal client at the edge', { ...edge, ...loopback }, get('/', ...internalHeaders)),
  manager(
    'a peer is no internal client at the edge once there is an x-forwarded-for',
    { ...edge, ...loopback },
    get('/', 'x-forwarded-for: 127.0.0.1', ...internalHeaders),
  ),
  manager(
    'unix sockets as internal addresses do not change others',
    { ...edge, internal_address_config: { unix_sockets: true } },
    get('/', ...internalHeaders),
  ),
];

const proto: readonly Scenario[] = [
  manager('x-forwarded-proto is believed behind a proxy', {}, get('/', 'x-forwarded-proto: https')),
  manager(
    'x-forwarded-proto is overwritten at the edge',
    edge,
    get('/', 'x-forwarded-proto: https'),
  ),
  manager(
    'x-forwarded-proto is believed at the edge with trusted hops',
    { ...edge, xff_num_trusted_hops: 1 },
    get('/', 'x-forwarded-proto: https', xff),
  ),
  manager('an x-forwarded-proto that is no scheme', {}, get('/', 'x-forwarded-proto: ftp')),
  manager(
    'two x-forwarded-proto',
    {},
    get('/', 'x-forwarded-proto: https', 'x-forwarded-proto: http'),
  ),
  manager('x-forwarded-port at the edge', { ...edge, append_x_forwarded_port: true }, get('/')),
  manager(
    'x-forwarded-port behind a proxy',
    { append_x_forwarded_port: true },
    get('/', 'x-forwarded-port: 77'),
  ),
  manager(
    'x-forwarded-port at the edge when there is one',
    { ...edge, append_x_forwarded_port: true },
    get('/', 'x-forwarded-port: 77'),
  ),
  manager(
    'x-forwarded-host and forwarded pass',
    {},
    get('/', 'x-forwarded-host: h', 'forwarded: for=1.2.3.4'),
  ),
  manager(
    'a scheme transformation',
    { scheme_header_transformation: { scheme_to_overwrite: 'https' } },
    get('/'),
  ),
];

const identity: readonly Scenario[] = [
  manager('via is added both ways', { via: 'proxy.test' }, get('/')),
  {
    ...manager('via is appended to others', { via: 'proxy.test' }, get('/', 'via: 1.1 before')),
    upstream: reply(200, 'ok', 'via: 1.1 behind'),
  },
  manager('server_name', { server_name: 'mine' }, get('/')),
  ...['OVERWRITE', 'APPEND_IF_ABSENT', 'PASS_THROUGH'].flatMap((transformation) => [
    {
      ...manager(
        `server header: ${transformation}, upstream has one`,
        { server_header_transformation: transformation, server_name: 'mine' },
        get('/'),
      ),
      upstream: reply(200, 'ok', 'server: theirs'),
    },
    manager(
      `server header: ${transformation}, upstream has none`,
      { server_header_transformation: transformation, server_name: 'mine' },
      get('/'),
    ),
    {
      ...manager(
        `server header: ${transformation}, local reply`,
        { server_header_transformation: transformation, server_name: 'mine' },
        get('/none'),
      ),
      routes: [route({ path: '/x' })],
    },
  ]),
  manager('add_user_agent without one', { add_user_agent: true }, get('/')),
  manager('add_user_agent with one', { add_user_agent: true }, get('/', 'user-agent: curl')),
];

const uuid = '12345678-1234-4234-8234-123456789abc';
const requestId: readonly Scenario[] = [
  manager('an x-request-id is kept behind a proxy', {}, get('/', `x-request-id: ${uuid}`)),
  manager(
    'an x-request-id of an external client behind a proxy',
    {},
    get('/', `x-request-id: ${uuid}`, 'x-forwarded-for: 203.0.113.1'),
  ),
  manager(
    'an x-request-id of the edge is kept for an internal client',
    { ...edge, ...loopback },
    get('/', `x-request-id: ${uuid}`),
  ),
  manager(
    'an x-request-id of the edge is replaced for an external client',
    { ...edge, xff_num_trusted_hops: 1 },
    get('/', `x-request-id: ${uuid}`, xff),
  ),
  manager(
    'preserve_external_request_id',
    { ...edge, xff_num_trusted_hops: 1, preserve_external_request_id: true },
    get('/', `x-request-id: ${uuid}`, xff),
  ),
  manager(
    'preserve_external_request_id without an id',
    { ...edge, preserve_external_request_id: true },
    get('/'),
  ),
  manager('generate_request_id: false', { generate_request_id: false }, get('/')),
  manager(
    'generate_request_id: false with an id',
    { generate_request_id: false },
    get('/', 'x-request-id: mine'),
  ),
  manager(
    'always_set_request_id_in_response',
    { always_set_request_id_in_response: true },
    get('/'),
  ),
  manager(
    'always_set_request_id_in_response with an id',
    { always_set_request_id_in_response: true },
    get('/', 'x-request-id: mine'),
  ),
  {
    ...manager(
      'always_set_request_id_in_response in a local reply',
      { always_set_request_id_in_response: true },
      get('/none'),
    ),
    routes: [route({ path: '/x' })],
  },
  manager('two x-request-id', {}, get('/', 'x-request-id: a', 'x-request-id: b')),
  manager('an x-request-id that is no UUID', {}, get('/', 'x-request-id: hello world')),
  manager('an empty x-request-id', {}, get('/', 'x-request-id: ')),
];

function text(format: string): JsonObject {
  return { text_format_source: { inline_string: format } };
}

export const forwarding: Group = {
  name: 'forwarding',
  scenarios: [...clientAddress, ...internal, ...proto, ...identity, ...requestId],
};
