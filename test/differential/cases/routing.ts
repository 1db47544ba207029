import { get, post, request } from '../harness/client-script.ts';
import { extension, mark, virtualHost } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';

/** A route table whose routes say their names, and a few requests. */
function table(
  name: string,
  routes: readonly JsonObject[],
  ...client: Scenario['client']
): Scenario {
  return { name, routes, client };
}

const rest = mark('rest');

const domains: readonly Scenario[] = [
  {
    name: 'domains: exact before suffix before prefix before any',
    virtualHosts: [
      virtualHost('any', ['*'], [mark('any')]),
      virtualHost('prefix', ['www.*'], [mark('prefix')]),
      virtualHost('suffix', ['*.test'], [mark('suffix')]),
      virtualHost('exact', ['www.example.test'], [mark('exact')]),
    ],
    client: ['www.example.test', 'www.other.test', 'www.other.org', 'other.org'].map((host) =>
      get('/', `host: ${host}`),
    ),
  },
  {
    name: 'domains: the longest suffix and prefix win',
    virtualHosts: [
      virtualHost('suffix', ['*.test'], [mark('suffix')]),
      virtualHost('longer suffix', ['*.example.test'], [mark('longer suffix')]),
      virtualHost('prefix', ['www.*'], [mark('prefix')]),
      virtualHost('longer prefix', ['www.example.*'], [mark('longer prefix')]),
    ],
    client: [
      'a.example.test',
      'a.b.example.test',
      '.example.test',
      'example.test',
      'www.example.org',
      'www.org',
      'www.',
    ].map((host) => get('/', `host: ${host}`)),
  },
  {
    name: 'domains: a suffix with a hyphen, a star in the middle of nothing',
    virtualHosts: [
      virtualHost('hyphen', ['*-api.test'], [mark('hyphen')]),
      virtualHost('any', ['*'], [mark('any')]),
    ],
    client: ['x-api.test', '-api.test', 'api.test'].map((host) => get('/', `host: ${host}`)),
  },
  {
    name: 'domains are compared without case',
    virtualHosts: [
      virtualHost('exact', ['Example.Test'], [mark('exact')]),
      virtualHost('suffix', ['*.Upper.TEST'], [mark('suffix')]),
    ],
    client: ['example.test', 'EXAMPLE.TEST', 'a.upper.test', 'A.UPPER.test'].map((host) =>
      get('/', `host: ${host}`),
    ),
  },
  {
    name: 'domains include the port',
    virtualHosts: [
      virtualHost('port', ['example.test:81'], [mark('port')]),
      virtualHost('plain', ['example.test'], [mark('plain')]),
    ],
    client: ['example.test:81', 'example.test', 'example.test:82'].map((host) =>
      get('/', `host: ${host}`),
    ),
  },
  {
    name: 'domains: the port is ignored when configured',
    routeConfig: { ignore_port_in_host_matching: true },
    virtualHosts: [
      virtualHost('plain', ['example.test'], [mark('plain')]),
      virtualHost('six', ['[::1]'], [mark('six')]),
    ],
    client: ['example.test:81', 'example.test', '[::1]:80', '[::1]', 'other:1'].map((host) =>
      get('/', `host: ${host}`),
    ),
  },
  {
    name: 'domains: no virtual host matches',
    virtualHosts: [virtualHost('one', ['one.test'], [mark('one')])],
    client: [get('/', 'host: two.test'), get('/', 'host: one.test')],
  },
  {
    name: 'domains: an empty host',
    virtualHosts: [
      virtualHost('one', ['one.test'], [mark('one')]),
      virtualHost('any', ['*'], [mark('any')]),
    ],
    client: [get('/', 'host: ')],
  },
  { name: 'a route table without virtual hosts', virtualHosts: [], client: [get('/')] },
  {
    name: 'vhost_header names the header to search by',
    routeConfig: { vhost_header: 'x-host' },
    virtualHosts: [
      virtualHost('one', ['one.test'], [mark('one')]),
      virtualHost('any', ['*'], [mark('any')]),
    ],
    client: [get('/', 'x-host: one.test'), get('/', 'host: one.test')],
  },
  {
    name: 'vhost_header: letter case, wildcards and ports',
    routeConfig: { vhost_header: 'X-Host' },
    virtualHosts: [
      virtualHost('one', ['one.test', '*.two.test'], [mark('one')]),
      virtualHost('any', ['*'], [mark('any')]),
    ],
    client: [
      get('/', 'x-host: ONE.test'),
      get('/', 'x-host: a.two.test'),
      get('/', 'x-host: one.test:80'),
      get('/', 'x-host: '),
      get('/', 'x-host: one.test', 'x-host: other.test'),
      get('/', 'x-host: other.test', 'x-host: one.test'),
    ],
  },
  {
    name: 'vhost_header: without its port',
    routeConfig: { vhost_header: 'x-host', ignore_port_in_host_matching: true },
    virtualHosts: [virtualHost('one', ['one.test'], [mark('one')])],
    client: [get('/', 'x-host: one.test:80'), get('/', 'x-host: one.test')],
  },
  {
    name: 'vhost_header: a request without it',
    routeConfig: { vhost_header: 'x-host' },
    virtualHosts: [virtualHost('any', ['*'], [mark('any')])],
    client: [get('/'), get('/', 'x-host: any.test')],
  },
  {
    name: 'vhost_header: the host is named',
    routeConfig: { vhost_header: 'host' },
    virtualHosts: [virtualHost('one', ['one.test'], [mark('one')])],
    client: [get('/', 'host: one.test')],
  },
  {
    name: 'vhost_header: the authority is named',
    routeConfig: { vhost_header: ':authority' },
    virtualHosts: [virtualHost('one', ['one.test'], [mark('one')])],
    client: [get('/', 'host: one.test')],
  },
];

const paths: readonly Scenario[] = [
  table(
    'path: exact',
    [mark('exact', { path: '/a' }), rest],
    ...['/a', '/a/', '/a?q', '/A', '/ab'].map((path) => get(path)),
  ),
  table(
    'path: exact without case',
    [mark('exact', { match: { path: '/Aa', case_sensitive: false } }), rest],
    ...['/aA', '/aa?q', '/aab'].map((path) => get(path)),
  ),
  table(
    'prefix',
    [mark('prefix', { prefix: '/a' }), rest],
    ...['/a', '/ab', '/a/b?q', '/A', '/b'].map((path) => get(path)),
  ),
  table(
    'prefix without case',
    [mark('prefix', { match: { prefix: '/Ab', case_sensitive: false } }), rest],
    get('/aBc'),
    get('/a'),
  ),
  table(
    'prefix includes the query when it is long enough',
    [mark('prefix', { prefix: '/a?b' }), rest],
    get('/a?b=c'),
    get('/a'),
  ),
  table('an empty prefix', [mark('empty', { prefix: '' })], get('/x')),
  table(
    'path-separated prefix',
    [mark('separated', { match: { path_separated_prefix: '/api' } }), rest],
    ...['/api', '/api/', '/api/v1', '/apiv1', '/api?x', '/API'].map((path) => get(path)),
  ),
  table(
    'safe_regex matches the whole path',
    [mark('regex', { regex: '/[ab]+' }), rest],
    ...['/ab', '/ab?q', '/abc', '/x/ab'].map((path) => get(path)),
  ),
  table(
    'safe_regex with anchors and classes',
    [mark('regex', { regex: '^/\\d{2,3}(?:/[[:alpha:]]+)?$' }), rest],
    ...['/12', '/1', '/123/abc', '/123/4'].map((path) => get(path)),
  ),
  table(
    'safe_regex without case',
    [mark('regex', { regex: '(?i)/ab' }), rest],
    get('/AB'),
    get('/aB'),
  ),
  table(
    'safe_regex that would stall a backtracking engine',
    [mark('regex', { regex: '/(a+)+$' }), rest],
    get(`/${'a'.repeat(40)}!`),
    get(`/${'a'.repeat(40)}`),
  ),
  table(
    'safe_regex of unicode classes',
    [mark('regex', { regex: '/\\pL+' }), rest],
    get('/abc'),
    get('/1'),
  ),
  table(
    'the first match wins',
    [mark('one', { prefix: '/a' }), mark('two', { path: '/a/b' }), rest],
    get('/a/b'),
  ),
  ...[
    ['/api/{version}/users', '/api/v1/users', '/api/v1/x/users', '/api//users', '/api/v1/users/'],
    ['/api/**', '/api/', '/api/a/b', '/api'],
    ['/api/*/users/*', '/api/a/users/b', '/api/a/users', '/api/a/users/b/c'],
    ['/{lang=en/*}/x', '/en/gb/x', '/fr/gb/x'],
    ['/{path=**}', '/a/b/c', '/'],
    ['/media/{file=**}.m4s', '/media/a/b.m4s', '/media/a.mp4'],
  ].map(([template = '', ...requests]) =>
    table(
      `uri template ${template}`,
      [
        mark('template', {
          match: {
            path_match_policy: extension(
              'envoy.path.match.uri_template.uri_template_matcher',
              'extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
              { path_template: template },
            ),
          },
        }),
        rest,
      ],
      ...requests.map((path) => get(path)),
    ),
  ),
];

const others: readonly Scenario[] = [
  table(
    'cookie: exact',
    [
      mark('matched', { match: { cookies: [{ name: 'c', string_match: { exact: 'one' } }] } }),
      rest,
    ],
    get('/', 'cookie: c=one'),
    get('/', 'cookie: b=1; c=one'),
    get('/', 'cookie: c=two'),
    get('/', 'cookie: c="one"'),
    get('/'),
  ),
  table(
    'cookie: inverted',
    [
      mark('matched', {
        match: { cookies: [{ name: 'c', string_match: { exact: 'one' }, invert_match: true }] },
      }),
      rest,
    ],
    get('/', 'cookie: c=one'),
    get('/', 'cookie: c=two'),
    get('/'),
  ),
  table(
    'cookie: several lines',
    [
      mark('matched', { match: { cookies: [{ name: 'c', string_match: { exact: 'one' } }] } }),
      rest,
    ],
    get('/', 'cookie: b=1', 'cookie: c=one'),
  ),
  table(
    'runtime_fraction: 0 and 100 per cent',
    [
      mark('never', {
        match: {
          runtime_fraction: {
            default_value: { numerator: 0, denominator: 'HUNDRED' },
            runtime_key: 'routing.none',
          },
        },
      }),
      mark('always', {
        match: {
          runtime_fraction: { default_value: { numerator: 1_000_000, denominator: 'MILLION' } },
        },
      }),
      rest,
    ],
    get('/'),
  ),
  table(
    'grpc: only gRPC requests',
    [mark('grpc', { match: { grpc: {} } }), rest],
    request('POST', '/', ['content-type: application/grpc'], ''),
    request('POST', '/', ['content-type: application/grpc+proto'], ''),
    get('/'),
  ),
  table(
    'tls_context never matches a plain connection',
    [
      mark('presented', { match: { tls_context: { presented: true } } }),
      mark('not presented', { match: { tls_context: { presented: false } } }),
      rest,
    ],
    get('/'),
  ),
  table(
    'dynamic metadata that nobody sets',
    [
      mark('metadata', {
        match: {
          dynamic_metadata: [{ filter: 'f', path: [{ key: 'k' }], value: { present_match: true } }],
        },
      }),
      rest,
    ],
    get('/'),
  ),
  table(
    'filter state that nobody sets',
    [
      mark('state', { match: { filter_state: [{ key: 'k', string_match: { exact: 'v' } }] } }),
      rest,
    ],
    get('/'),
  ),
  {
    name: 'require_tls: ALL redirects',
    virtualHost: { require_tls: 'ALL' },
    client: [
      get('/a?b=c'),
      post('/a', 'x'),
      get('/', 'x-forwarded-proto: https'),
      get('/', 'host: example.test:8080'),
    ],
  },
  {
    name: 'require_tls: EXTERNAL_ONLY redirects external clients',
    manager: { internal_address_config: {} },
    virtualHost: { require_tls: 'EXTERNAL_ONLY' },
    client: [get('/', 'x-forwarded-for: 203.0.113.1'), get('/', 'x-forwarded-for: 10.0.0.1')],
  },
  {
    name: 'a virtual host’s matcher tree',
    virtualHosts: [
      {
        name: 'tree',
        domains: ['*'],
        matcher: {
          matcher_tree: {
            input: extension('request-headers', 'type.matcher.v3.HttpRequestHeaderMatchInput', {
              header_name: 'x-a',
            }),
            exact_match_map: {
              map: {
                one: { action: extension('route', 'config.route.v3.Route', mark('from the tree')) },
              },
            },
          },
        },
      },
    ],
    client: [get('/', 'x-a: one'), get('/', 'x-a: two')],
  },
];

export const routing: Group = {
  name: 'routing',
  scenarios: [...domains, ...paths, ...others],
};
