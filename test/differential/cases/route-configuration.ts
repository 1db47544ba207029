import {
  answer,
  extension,
  header,
  mark,
  named,
  route,
  typed,
  virtualHost,
} from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';

/** A configuration that is loaded and not used. */
function load(name: string, fields: Partial<Scenario>): Scenario {
  return { name, client: [], ...fields };
}

function routes(name: string, ...table: readonly JsonObject[]): Scenario {
  return load(`route: ${name}`, { routes: table });
}

function hosts(name: string, ...virtualHosts: readonly JsonObject[]): Scenario {
  return load(`virtual host: ${name}`, { virtualHosts });
}

function weighted(...weights: readonly number[]): JsonObject {
  return {
    weighted_clusters: { clusters: weights.map((weight) => ({ name: named('backend'), weight })) },
  };
}

const tables: readonly Scenario[] = [
  hosts('no domains', virtualHost('a', [], [mark('a')])),
  hosts('no name', virtualHost('', ['*'], [mark('a')])),
  hosts('an empty domain', virtualHost('a', [''], [mark('a')])),
  hosts(
    'the same name twice',
    virtualHost('a', ['a'], [mark('a')]),
    virtualHost('a', ['b'], [mark('b')]),
  ),
  hosts(
    'the same domain twice',
    virtualHost('a', ['x'], [mark('a')]),
    virtualHost('b', ['x'], [mark('b')]),
  ),
  hosts(
    'the same domain in another case',
    virtualHost('a', ['x'], [mark('a')]),
    virtualHost('b', ['X'], [mark('b')]),
  ),
  hosts('the same domain twice in one', virtualHost('a', ['x', 'x'], [mark('a')])),
  hosts(
    'the domain * twice',
    virtualHost('a', ['*'], [mark('a')]),
    virtualHost('b', ['*'], [mark('b')]),
  ),
  hosts(
    'the same suffix twice',
    virtualHost('a', ['*.x'], [mark('a')]),
    virtualHost('b', ['*.x'], [mark('b')]),
  ),
  hosts('a star in the middle', virtualHost('a', ['a.*.b'], [mark('a')])),
  hosts('a star at both ends', virtualHost('a', ['*a*'], [mark('a')])),
  hosts('a domain with a line break', virtualHost('a', ['a\nb'], [mark('a')])),
  hosts('no routes', virtualHost('a', ['*'], [])),
  routes('no match', { route: { cluster: named('backend') } }),
  routes('a match of nothing', { match: {}, route: { cluster: named('backend') } }),
  routes('no action', { match: { prefix: '/' } }),
  routes('two actions', {
    match: { prefix: '/' },
    route: { cluster: named('backend') },
    redirect: {},
  }),
  routes('two ways to match a path', {
    match: { prefix: '/', path: '/' },
    route: { cluster: named('backend') },
  }),
  routes('an unknown cluster', route({ to: 'nowhere' })),
  routes(
    'an unknown weighted cluster',
    route({ action: { weighted_clusters: { clusters: [{ name: 'nowhere', weight: 1 }] } } }),
  ),
  load('route: an unknown cluster without validation', {
    routeConfig: { validate_clusters: false },
    routes: [route({ to: 'nowhere' })],
  }),
  routes('an empty cluster name', route({ action: { cluster: '' } })),
  routes('weights of 0', route({ action: weighted(0, 0) })),
  routes('no weighted clusters', route({ action: weighted() })),
  routes('weights beyond 32 bits', route({ action: weighted(4_294_967_295, 1) })),
  routes('a regular expression that does not compile', mark('a', { regex: '(' })),
  routes('a regular expression with look-ahead', mark('a', { regex: '(?=a)' })),
  routes('a regular expression with a back-reference', mark('a', { regex: '(a)\\1' })),
  routes('an empty regular expression', mark('a', { regex: '' })),
  routes(
    'an URI template without a slash',
    mark('a', {
      match: {
        path_match_policy: extension(
          'x',
          'extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
          { path_template: 'a' },
        ),
      },
    }),
  ),
  routes(
    'an URI template with two ** ',
    mark('a', {
      match: {
        path_match_policy: extension(
          'x',
          'extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
          { path_template: '/**/**' },
        ),
      },
    }),
  ),
  routes(
    'an URI template with the same variable twice',
    mark('a', {
      match: {
        path_match_policy: extension(
          'x',
          'extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
          { path_template: '/{a}/{a}' },
        ),
      },
    }),
  ),
  routes(
    'a path_separated_prefix with a slash at its end',
    mark('a', { match: { path_separated_prefix: '/a/' } }),
  ),
  routes(
    'a path_separated_prefix with a query',
    mark('a', { match: { path_separated_prefix: '/a?b' } }),
  ),
  routes(
    'a header matcher without a name',
    mark('a', { match: { headers: [{ present_match: true }] } }),
  ),
  routes(
    'a header matcher with an illegal name',
    mark('a', { match: { headers: [{ name: 'x\ny', present_match: true }] } }),
  ),
  routes(
    'a string matcher with an empty prefix',
    mark('a', { match: { headers: [{ name: 'x', string_match: { prefix: '' } }] } }),
  ),
  routes(
    'a header range without an end',
    mark('a', { match: { headers: [{ name: 'x', range_match: { start: 3 } }] } }),
  ),
  routes(
    'a query matcher without a name',
    mark('a', { match: { query_parameters: [{ name: '' }] } }),
  ),
  routes(
    'a runtime fraction of more than all',
    mark('a', { match: { runtime_fraction: { default_value: { numerator: 101 } } } }),
  ),
  routes('a direct response of status 99', answer({}, 99)),
  routes('a direct response of status 600', answer({}, 600)),
  routes('a direct response with 4097 bytes', answer({}, 200, 'x'.repeat(4097))),
  load('route: max_direct_response_body_size_bytes allows 4097 bytes', {
    routeConfig: { max_direct_response_body_size_bytes: 5000 },
    routes: [answer({}, 200, 'x'.repeat(4097))],
  }),
  routes(
    'a redirect with two schemes',
    route({ redirect: { https_redirect: true, scheme_redirect: 'http' } }),
  ),
  routes(
    'a redirect with two paths',
    route({ redirect: { path_redirect: '/a', prefix_rewrite: '/b' } }),
  ),
  routes(
    'a redirect with a path and a format',
    route({ redirect: { path_redirect: '/a', path_rewrite: '/b' } }),
  ),
  routes('a redirect with an empty format', route({ redirect: { path_rewrite: '' } })),
  routes('a redirect with a broken format', route({ redirect: { path_rewrite: '/%REQ(' } })),
  routes(
    'a redirect with an unknown formatter',
    route({ redirect: { path_rewrite: '/%NOTHING%' } }),
  ),
  routes(
    'a direct response with a broken format',
    route({
      direct: { status: 200, body_format: { text_format_source: { inline_string: '%REQ(' } } },
    }),
  ),
  routes(
    'a direct response with an empty format',
    route({ direct: { status: 200, body_format: {} } }),
  ),
  routes(
    'a weighted cluster without a weight',
    route({
      action: {
        weighted_clusters: {
          clusters: [{ name: named('backend'), weight: 1 }, { name: named('backend') }],
        },
      },
    }),
  ),
  routes('a redirect with a line break', route({ redirect: { path_redirect: '/a\nb' } })),
  routes(
    'two path rewrites',
    route({
      action: {
        prefix_rewrite: '/a',
        regex_rewrite: { pattern: { regex: 'a' }, substitution: 'b' },
      },
    }),
  ),
  routes(
    'two host rewrites',
    route({ action: { host_rewrite_literal: 'a', auto_host_rewrite: true } }),
  ),
  routes(
    'a regex rewrite with too high a group',
    route({ action: { regex_rewrite: { pattern: { regex: '(a)' }, substitution: '\\2' } } }),
  ),
  routes(
    'a path rewrite by template without a template match',
    route({
      action: {
        path_rewrite_policy: extension(
          'x',
          'extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig',
          { path_template_rewrite: '/{a}' },
        ),
      },
    }),
  ),
  routes(
    'a header rule for host',
    route({ with: { request_headers_to_add: [header('host', 'x')] } }),
  ),
  routes(
    'a header rule for :path',
    route({ with: { request_headers_to_add: [header(':path', 'x')] } }),
  ),
  routes(
    'a header rule that removes host',
    route({ with: { request_headers_to_remove: ['host'] } }),
  ),
  routes(
    'a header rule that removes :path',
    route({ with: { request_headers_to_remove: [':path'] } }),
  ),
  routes(
    'a header rule for :status',
    route({ with: { response_headers_to_add: [header(':status', '200')] } }),
  ),
  routes(
    'a header rule without a name',
    route({ with: { request_headers_to_add: [header('', 'x')] } }),
  ),
  routes(
    'a header rule with a line break',
    route({ with: { request_headers_to_add: [header('x', 'a\r\nb')] } }),
  ),
  routes(
    'a header rule with an unknown formatter',
    route({ with: { request_headers_to_add: [header('x', '%NOTHING%')] } }),
  ),
  routes(
    'a header rule with one per cent sign',
    route({ with: { request_headers_to_add: [header('x', '100%')] } }),
  ),
  routes(
    'a header rule with both appends',
    route({
      with: {
        request_headers_to_add: [
          { header: { key: 'x', value: 'y' }, append: true, append_action: 'ADD_IF_ABSENT' },
        ],
      },
    }),
  ),
  routes(
    'a 1001st header rule',
    route({
      with: {
        request_headers_to_add: Array.from({ length: 1001 }, (_, at) => header(`x-${at}`, 'y')),
      },
    }),
  ),
  routes(
    'an unknown filter in typed_per_filter_config',
    route({
      with: {
        typed_per_filter_config: {
          nothing: typed('extensions.filters.http.buffer.v3.BufferPerRoute', { disabled: true }),
        },
      },
    }),
  ),
  load('table: an illegal vhost_header', { routeConfig: { vhost_header: 'a\nb' } }),
  load('table: vhost_header is :path', { routeConfig: { vhost_header: ':path' } }),
  routes(
    'a header rule with a raw value',
    route({
      with: { request_headers_to_add: [{ header: { key: 'x', raw_value: 'eA==' } }] },
    }),
  ),
  routes('a timeout that is no duration', route({ action: { timeout: 'soon' } })),
  routes(
    'an upgrade type twice',
    route({ action: { upgrade_configs: [{ upgrade_type: 'a' }, { upgrade_type: 'a' }] } }),
  ),
  routes(
    'an invalid cookie name to match',
    mark('a', { match: { cookies: [{ name: '', string_match: { exact: 'x' } }] } }),
  ),
];

export const routeConfiguration: Group = {
  name: 'route-configuration',
  validateOnly: true,
  scenarios: [...tables],
};
