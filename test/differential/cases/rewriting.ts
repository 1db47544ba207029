import { get, post, request } from '../harness/client-script.ts';
import { extension, header, route } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';

/** A redirect of everything below a prefix, and a few requests. */
function redirects(name: string, action: JsonObject, ...client: Scenario['client']): Scenario {
  return { name: `redirect: ${name}`, routes: [route({ prefix: '/a', redirect: action })], client };
}

const redirectScenarios: readonly Scenario[] = [
  redirects('nothing said', {}, get('/a?x=1')),
  redirects(
    'https',
    { https_redirect: true },
    get('/a?x=1'),
    get('/a', 'host: example.test:80'),
    get('/a', 'host: example.test:8080'),
    get('/a', 'host: [::1]:80'),
  ),
  redirects('a scheme', { scheme_redirect: 'ftp' }, get('/a')),
  redirects(
    'http from https drops its port',
    { scheme_redirect: 'http' },
    get('/a', 'host: example.test:443', 'x-forwarded-proto: https'),
  ),
  redirects(
    'a host',
    { host_redirect: 'other.test' },
    get('/a/b?x=1'),
    get('/a', 'host: example.test:81'),
  ),
  redirects('a host with a port', { host_redirect: 'other.test:99' }, get('/a')),
  redirects(
    'a port',
    { port_redirect: 8443 },
    get('/a'),
    get('/a', 'host: example.test:80'),
    get('/a', 'host: [::1]:80'),
  ),
  redirects('a host and a port', { host_redirect: 'other.test', port_redirect: 81 }, get('/a')),
  redirects('a path', { path_redirect: '/new' }, get('/a/b?x=1'), get('/a')),
  redirects('a path without a slash', { path_redirect: 'new' }, get('/a?x=1')),
  redirects('a path with a query', { path_redirect: '/new?y=2' }, get('/a?x=1'), get('/a')),
  redirects(
    'a path without the query',
    { path_redirect: '/new', strip_query: true },
    get('/a?x=1'),
  ),
  redirects('a prefix', { prefix_rewrite: '/b' }, get('/a/c?x=1'), get('/a')),
  redirects(
    'a regex',
    { regex_rewrite: { pattern: { regex: '^/a/([^/]+)/(.*)$' }, substitution: '/\\2/\\1' } },
    get('/a/one/two?x=1'),
    get('/a'),
  ),
  redirects(
    'a path with a formatter',
    { path_rewrite: '/new/%REQ(x-a)%' },
    get('/a?x=1', 'x-a: one'),
    get('/a', 'x-a: one?y=2'),
    get('/a'),
  ),
  redirects(
    'a path with a formatter of the path',
    { path_rewrite: '/new%PATH(NQ)%', https_redirect: true },
    get('/a/b?x=1'),
  ),
  redirects(
    'a path with a formatter without the query',
    { path_rewrite: '/new/%REQ(x-a)%', strip_query: true },
    get('/a?x=1', 'x-a: one'),
    get('/a?x=1', 'x-a: one?y=2'),
  ),
  redirects(
    'a path with a formatter that is empty',
    { path_rewrite: '%REQ(x-a)%' },
    get('/a?x=1'),
    get('/a?x=1', 'x-a: bare'),
  ),
  redirects('strip_query alone', { strip_query: true }, get('/a?x=1')),
  ...['FOUND', 'SEE_OTHER', 'TEMPORARY_REDIRECT', 'PERMANENT_REDIRECT'].map((code) =>
    redirects(code, { path_redirect: '/new', response_code: code }, get('/a'), post('/a', 'body')),
  ),
  redirects(
    'all at once',
    {
      https_redirect: true,
      host_redirect: 'other.test',
      port_redirect: 444,
      prefix_rewrite: '/z',
      strip_query: true,
      response_code: 'FOUND',
    },
    get('/a/b?c'),
  ),
  {
    name: 'redirect: with response headers',
    routes: [
      route({
        redirect: { path_redirect: '/new' },
        with: {
          response_headers_to_add: [header('x-why', 'moved')],
          response_headers_to_remove: ['server'],
        },
      }),
    ],
    client: [get('/a')],
  },
  {
    name: 'redirect: a formatted path is logged',
    routes: [route({ redirect: { path_rewrite: '/new/%REQ(x-a)%' } })],
    logs: [
      {
        format: {
          text_format_source: { inline_string: '%REQ(:PATH)% %REQ(X-ENVOY-ORIGINAL-PATH)%\n' },
        },
      },
    ],
    client: [get('/a?x=1', 'x-a: one')],
  },
  {
    name: 'redirect: HEAD',
    routes: [route({ redirect: { path_redirect: '/new' } })],
    client: [request('HEAD', '/a')],
  },
  {
    name: 'redirect: an exact path with a prefix rewrite',
    routes: [route({ path: '/a', redirect: { prefix_rewrite: '/b' } })],
    client: [get('/a?x')],
  },
];

/** A route whose action rewrites, and a few requests that show in what way. */
function rewrites(
  name: string,
  short: Parameters<typeof route>[0],
  ...client: Scenario['client']
): Scenario {
  return { name: `rewrite: ${name}`, routes: [route(short)], client };
}

function template(match: string, rewrite: string): Parameters<typeof route>[0] {
  return {
    match: {
      path_match_policy: extension(
        'matcher',
        'extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
        { path_template: match },
      ),
    },
    action: {
      path_rewrite_policy: extension(
        'rewriter',
        'extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig',
        { path_template_rewrite: rewrite },
      ),
    },
  };
}

const rewriteScenarios: readonly Scenario[] = [
  rewrites(
    'a prefix',
    { prefix: '/a', action: { prefix_rewrite: '/b' } },
    get('/a/c?x=1'),
    get('/a'),
    get('/abc'),
  ),
  rewrites(
    'a prefix to the root',
    { prefix: '/a/', action: { prefix_rewrite: '/' } },
    get('/a/c'),
    get('/a/'),
  ),
  rewrites(
    'a prefix to the root without a slash',
    { prefix: '/a', action: { prefix_rewrite: '/' } },
    get('/a/c'),
    get('/a'),
  ),
  rewrites(
    'a prefix without case',
    { match: { prefix: '/Aa', case_sensitive: false }, action: { prefix_rewrite: '/b' } },
    get('/aA/c'),
  ),
  rewrites('an exact path', { path: '/a', action: { prefix_rewrite: '/b' } }, get('/a?x')),
  rewrites(
    'a separated prefix',
    { match: { path_separated_prefix: '/a' }, action: { prefix_rewrite: '/b' } },
    get('/a/c'),
    get('/a'),
  ),
  rewrites(
    'a prefix rewrite of a regex match',
    { regex: '/a.*', action: { prefix_rewrite: '/b' } },
    get('/abc?x'),
  ),
  rewrites(
    'a regex with groups',
    {
      action: {
        regex_rewrite: { pattern: { regex: '/([a-z]+)/(\\d+)' }, substitution: '/\\2-\\1\\0' },
      },
    },
    get('/ab/12/x?y=/cd/34'),
    get('/none'),
  ),
  rewrites(
    'a regex that matches often',
    { action: { regex_rewrite: { pattern: { regex: 'o' }, substitution: '0' } } },
    get('/foo/boo?oo'),
  ),
  rewrites(
    'a regex without a match',
    { action: { regex_rewrite: { pattern: { regex: 'zzz' }, substitution: 'y' } } },
    get('/foo'),
  ),
  rewrites(
    'a template',
    template('/api/{version}/{rest=**}', '/{rest}/{version}'),
    get('/api/v1/a/b?x=1'),
  ),
  rewrites('a template with literals', template('/{a}/{b}', '/x-{b}/y-{a}'), get('/1/2')),
  rewrites(
    'a path with a formatter',
    { action: { path_rewrite: '/new/%REQ(x-a)%' } },
    get('/a?x=1', 'x-a: one'),
    get('/a'),
  ),
  rewrites('a host', { action: { host_rewrite_literal: 'inner.test' } }, get('/')),
  rewrites(
    'a host and x-forwarded-host',
    { action: { host_rewrite_literal: 'inner.test', append_x_forwarded_host: true } },
    get('/'),
    get('/', 'x-forwarded-host: outer.test'),
  ),
  rewrites(
    'a host from a header',
    { action: { host_rewrite_header: 'x-host' } },
    get('/', 'x-host: inner.test'),
    get('/'),
  ),
  rewrites(
    'a host from the path',
    {
      action: {
        host_rewrite_path_regex: { pattern: { regex: '^/([^/]+)/.*$' }, substitution: '\\1.test' },
      },
    },
    get('/tenant/x?y=/z/'),
    get('/'),
  ),
  rewrites(
    'a host by the upstream’s name on a static cluster',
    { action: { auto_host_rewrite: true } },
    get('/'),
  ),
  rewrites(
    'a host with a formatter',
    { action: { host_rewrite: '%REQ(x-a)%.test' } },
    get('/', 'x-a: one'),
  ),
  {
    name: 'rewrite: the original path is logged and forwarded',
    routes: [route({ prefix: '/a', action: { prefix_rewrite: '/b' } })],
    logs: [
      {
        format: {
          text_format_source: {
            inline_string:
              '%REQ(:PATH)% %REQ(X-ENVOY-ORIGINAL-PATH)% %PATH% %PATH(NQ:ORIG)% %PATH(WQ:PATH)% %PATH(NQ:ORIG_OR_PATH):3%\n',
          },
        },
      },
    ],
    client: [get('/a/c?x=1')],
  },
];

/** A direct response whose body is a format, and a few requests. */
function formatted(name: string, direct: JsonObject, ...client: Scenario['client']): Scenario {
  return { name: `direct response: ${name}`, routes: [route({ direct })], client };
}

function text(format: string): JsonObject {
  return { text_format_source: { inline_string: format } };
}

const directResponseScenarios: readonly Scenario[] = [
  formatted(
    'a formatted body',
    { status: 200, body_format: text('%REQ(x-a)% %PROTOCOL% %RESPONSE_CODE%') },
    get('/', 'x-a: one'),
    get('/'),
    request('HEAD', '/', ['x-a: one']),
  ),
  formatted(
    'a formatted body around another',
    {
      status: 418,
      body: { inline_string: 'inner' },
      body_format: text('<%LOCAL_REPLY_BODY%> %RESPONSE_CODE% %ROUTE_NAME%'),
    },
    get('/'),
  ),
  formatted(
    'a body in JSON',
    {
      status: 200,
      body_format: { json_format: { path: '%REQ(:path)%', code: '%RESPONSE_CODE%' } },
    },
    get('/a?b'),
  ),
  formatted(
    'a formatted body with a content type',
    { status: 200, body_format: { ...text('<p>%REQ(:path)%</p>'), content_type: 'text/html' } },
    get('/a'),
    request('HEAD', '/a'),
  ),
  formatted(
    'a format that leaves nothing',
    {
      status: 200,
      body: { inline_string: 'inner' },
      body_format: { ...text('%REQ(x-a)%'), omit_empty_values: true },
    },
    get('/'),
  ),
  formatted(
    'a formatted body for gRPC',
    { status: 503, body_format: text('%REQ(:path)%') },
    post('/', 'x', 'content-type: application/grpc'),
  ),
  formatted(
    'a formatted body of a redirect',
    { status: 302, body_format: text('go %REQ(:path)%') },
    get('/a?b'),
  ),
  formatted(
    'a formatted body beyond the limit of bodies',
    { status: 200, body_format: text('%REQ(x-a)%') },
    get('/', `x-a: ${'x'.repeat(5000)}`),
  ),
  {
    name: 'direct response: a content type, a location and header rules',
    routes: [
      route({
        direct: { status: 201, body_format: { ...text('body'), content_type: 'text/html' } },
        with: {
          response_headers_to_add: [
            header('content-type', 'text/x', 'OVERWRITE_IF_EXISTS'),
            header('x-a', '%RESPONSE_CODE%'),
          ],
        },
      }),
    ],
    client: [get('/')],
  },
  {
    name: 'direct response: response headers see the formatted body',
    routes: [
      route({
        direct: { status: 200, body_format: text('body') },
        with: {
          response_headers_to_add: [header('content-type', 'text/x', 'OVERWRITE_IF_EXISTS')],
        },
      }),
    ],
    client: [get('/')],
  },
  {
    name: 'direct response: a formatted body is formatted again by local_reply_config',
    routes: [route({ direct: { status: 200, body_format: text('inner %REQ(:path)%') } })],
    manager: { local_reply_config: { body_format: text('[%LOCAL_REPLY_BODY%]') } },
    client: [get('/a')],
  },
];

export const rewriting: Group = {
  name: 'rewriting',
  scenarios: [...redirectScenarios, ...rewriteScenarios, ...directResponseScenarios],
};
