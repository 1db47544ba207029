import { get, post } from '../harness/client-script.ts';
import { answer, header, named, route, virtualHost } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { reply } from '../harness/upstream-script.ts';

/** Request headers added by a route in the given way, shown by what the upstream sees. */
function adds(name: string, option: JsonObject, ...client: Scenario['client']): Scenario {
  return {
    name: `request header: ${name}`,
    routes: [route({ with: { request_headers_to_add: [option] } })],
    client,
  };
}

const actions = [
  'APPEND_IF_EXISTS_OR_ADD',
  'ADD_IF_ABSENT',
  'OVERWRITE_IF_EXISTS_OR_ADD',
  'OVERWRITE_IF_EXISTS',
];

const headerScenarios: readonly Scenario[] = [
  ...actions.map((action) =>
    adds(action, header('x-a', 'new', action), get('/', 'x-a: old', 'x-b: 1'), get('/')),
  ),
  ...actions.map((action) =>
    adds(
      `${action} of an inline header`,
      header('user-agent', 'new', action),
      get('/', 'user-agent: old'),
      get('/'),
    ),
  ),
  ...actions.map(
    (action): Scenario => ({
      name: `response header: ${action}`,
      routes: [route({ with: { response_headers_to_add: [header('x-a', 'new', action)] } })],
      upstream: [reply(200, 'ok', 'x-a: old', 'x-b: 1'), reply(200, 'ok')],
      client: [get('/'), get('/')],
    }),
  ),
  adds(
    'the deprecated append: false',
    { header: { key: 'x-a', value: 'new' }, append: false },
    get('/', 'x-a: old'),
  ),
  adds('an empty value is left out', header('x-a', ''), get('/')),
  adds(
    'an empty value is kept',
    header('x-a', '', undefined, { keep_empty_value: true }),
    get('/'),
  ),
  adds('a formatter without a value is left out', header('x-a', '%REQ(x-none)%'), get('/')),
  adds(
    'a formatter without a value is kept',
    header('x-a', '%REQ(x-none)%', undefined, { keep_empty_value: true }),
    get('/'),
  ),
  adds('a raw value', { header: { key: 'x-a', raw_value: 'b25l' } }, get('/')),
  adds(
    'a raw value with a formatter',
    { header: { key: 'x-a', raw_value: 'JVBST1RPQ09MJQ==' } },
    get('/'),
  ),
  adds(
    'a value and a raw value',
    { header: { key: 'x-a', value: 'one', raw_value: 'dHdv' } },
    get('/'),
  ),
  adds(
    'a raw value with a byte beyond ASCII',
    { header: { key: 'x-a', raw_value: 'YelihA==' } },
    get('/'),
  ),
  {
    name: 'response header: the status of local replies',
    routes: [
      answer({ path: '/direct' }, 404, 'x', {
        response_headers_to_add: [
          header('x-a', '%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%'),
        ],
      }),
      route({
        path: '/redirect',
        redirect: { path_redirect: '/x' },
        with: {
          response_headers_to_add: [
            header('x-a', '%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%'),
          ],
        },
      }),
      route({
        to: 'empty',
        with: {
          response_headers_to_add: [
            header('x-a', '%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%'),
          ],
        },
      }),
    ],
    clusters: { empty: { load_assignment: { cluster_name: 'x', endpoints: [] } } },
    client: [get('/direct'), get('/redirect'), get('/')],
  },
  adds('a per cent sign', header('x-a', '100%%'), get('/')),
  adds('an upper-case name', header('X-Upper', 'x'), get('/')),
  adds(
    'the user agent twice',
    header('user-agent', 'second', 'APPEND_IF_EXISTS_OR_ADD'),
    get('/', 'user-agent: a', 'user-agent: b'),
  ),
  adds('a cookie', header('cookie', 'c=3'), get('/', 'cookie: a=1', 'cookie: b=2')),
  adds(
    'remove_on_match is no part of a value',
    header('x-a', '%REQ(:authority)%-%PROTOCOL%-%REQ(x-a?:path):4%'),
    get('/path'),
  ),
  ...[
    '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
    '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%',
    '%DOWNSTREAM_REMOTE_ADDRESS%',
    '%DOWNSTREAM_REMOTE_PORT%',
    '%DOWNSTREAM_LOCAL_ADDRESS%',
    '%DOWNSTREAM_LOCAL_PORT%',
    '%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%',
    '%UPSTREAM_REMOTE_ADDRESS%',
    '%UPSTREAM_CLUSTER%',
    '%ROUTE_NAME%',
    '%VIRTUAL_CLUSTER_NAME%',
    '%PROTOCOL%',
    '%REQ(:method)%',
    '%REQ(x-a)%',
    '%REQ(x-none?x-a)%',
    '%REQ(x-a):2%',
    '%REQUESTED_SERVER_NAME%',
    '%RESPONSE_CODE%',
    '%ENVIRONMENT(DIFFERENTIAL_NONE)%',
    '%DYNAMIC_METADATA(a:b)%',
    '%FILTER_STATE(x)%',
    '%PER_REQUEST_STATE(x)%',
    '%STREAM_ID%',
    '%CONNECTION_ID%',
    '%UNIQUE_ID%',
    '%DOWNSTREAM_TLS_VERSION%',
    '%METADATA(ROUTE:com.test:key)%',
    '%QUERY_PARAM(q)%',
    '%QUERY_PARAM(none)%',
    '%REQUEST_HEADER(x-a)%',
    '%PATH(NQ)%',
    '%UPSTREAM_METADATA(["a", "b"])%',
    '%CEL(request.path)%',
  ].map(
    (formatter): Scenario => ({
      name: `request header from ${formatter}`,
      routes: [
        route({
          with: {
            name: 'the-route',
            metadata: { filter_metadata: { 'com.test': { key: 'value' } } },
            request_headers_to_add: [header('x-out', `[${formatter}]`)],
          },
        }),
      ],
      volatileText: [
        [/^x-out: \[\d+\]$/, 'x-out: [{number}]'],
        [/^x-out: \[[0-9a-f-]{36}\]$/, 'x-out: [{uuid}]'],
      ],
      volatileStats: [/tx_bytes_total/],
      client: [get('/p?q=1', 'x-a: value')],
    }),
  ),
  ...[
    '%RESPONSE_CODE%',
    '%RESPONSE_CODE_DETAILS%',
    '%RESPONSE_FLAGS%',
    '%RESP(x-up)%',
    '%REQ(:path)%',
    '%UPSTREAM_HOST%',
    '%UPSTREAM_CLUSTER%',
    '%BYTES_RECEIVED%',
    '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  ].map(
    (formatter): Scenario => ({
      name: `response header from ${formatter}`,
      routes: [route({ with: { response_headers_to_add: [header('x-out', `[${formatter}]`)] } })],
      upstream: reply(200, 'ok', 'x-up: up'),
      client: [post('/', 'body')],
    }),
  ),
  {
    name: 'header rules of all levels: most specific first by default',
    routeConfig: levels('table'),
    virtualHost: levels('host'),
    routes: [route({ with: levels('route') })],
    client: [get('/', 'x-level: client')],
  },
  {
    name: 'header rules of all levels: most specific last when configured',
    routeConfig: { ...levels('table'), most_specific_header_mutations_wins: true },
    virtualHost: levels('host'),
    routes: [route({ with: levels('route') })],
    client: [get('/', 'x-level: client')],
  },
  {
    name: 'headers are removed on all levels',
    routeConfig: {
      request_headers_to_remove: ['x-a'],
      response_headers_to_remove: ['x-d'],
      internal_only_headers: ['x-internal'],
    },
    virtualHost: { request_headers_to_remove: ['x-b'], response_headers_to_remove: ['x-e'] },
    routes: [
      route({
        with: {
          request_headers_to_remove: ['x-C', 'user-agent'],
          response_headers_to_remove: ['x-f', 'date'],
        },
      }),
    ],
    upstream: reply(200, 'ok', 'x-d: 1', 'x-e: 1', 'x-f: 1', 'x-g: 1'),
    client: [get('/', 'x-a: 1', 'x-b: 1', 'x-c: 1', 'x-d: 1', 'x-internal: 1', 'user-agent: me')],
  },
  {
    name: 'removal comes before addition',
    routes: [
      route({
        with: {
          request_headers_to_add: [header('x-a', 'new')],
          request_headers_to_remove: ['x-a'],
          response_headers_to_add: [header('x-b', 'new')],
          response_headers_to_remove: ['x-b'],
        },
      }),
    ],
    upstream: reply(200, 'ok', 'x-b: old'),
    client: [get('/', 'x-a: old')],
  },
  {
    name: 'header rules apply to a direct response and to a local reply',
    routeConfig: { response_headers_to_add: [header('x-table', '1')] },
    virtualHost: { response_headers_to_add: [header('x-host', '1')] },
    routes: [
      answer({ path: '/direct' }, 200, 'd', { response_headers_to_add: [header('x-route', '1')] }),
      route({ path: '/up' }),
    ],
    clusters: { backend: { load_assignment: { cluster_name: named('backend'), endpoints: [] } } },
    client: [get('/direct'), get('/none'), get('/up')],
  },
  {
    name: 'the attempt count in requests and responses',
    virtualHosts: [
      virtualHost('counted', ['*'], [route()], {
        include_request_attempt_count: true,
        include_attempt_count_in_response: true,
      }),
    ],
    client: [get('/'), get('/', 'x-envoy-attempt-count: 7')],
  },
];

function levels(level: string): JsonObject {
  return {
    request_headers_to_add: [
      header('x-level', level, 'OVERWRITE_IF_EXISTS_OR_ADD'),
      header('x-list', level),
    ],
    response_headers_to_add: [
      header('x-level', level, 'OVERWRITE_IF_EXISTS_OR_ADD'),
      header('x-list', level),
    ],
  };
}

export const headerRules: Group = {
  name: 'header-rules',
  scenarios: [...headerScenarios],
};
