import { get, post, request } from '../harness/client-script.ts';
import { answer, extension, mark, named, route, typed } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { reply } from '../harness/upstream-script.ts';

const rest = mark('rest');

const FILTER_CONFIG = 'config.route.v3.FilterConfig';

const destinations: readonly Scenario[] = [
  {
    name: 'a filter that is disabled where it is listed and enabled by a route',
    manager: {
      http_filters: [
        { ...headerMutation('x-filter'), disabled: true },
        extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router'),
      ],
    },
    routes: [
      route({
        prefix: '/on',
        with: { typed_per_filter_config: { mutation: typed(FILTER_CONFIG, { config: {} }) } },
      }),
      route(),
    ],
    client: [get('/on'), get('/off')],
  },
  {
    name: 'a filter that a route disables',
    manager: {
      http_filters: [
        headerMutation('x-filter'),
        extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router'),
      ],
    },
    routes: [
      route({
        prefix: '/off',
        with: { typed_per_filter_config: { mutation: typed(FILTER_CONFIG, { disabled: true }) } },
      }),
      route(),
    ],
    client: [get('/on'), get('/off')],
  },
  {
    name: 'a filter that a virtual host disables',
    manager: {
      http_filters: [
        headerMutation('x-filter'),
        extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router'),
      ],
    },
    virtualHost: {
      typed_per_filter_config: { mutation: typed(FILTER_CONFIG, { disabled: true }) },
    },
    client: [get('/')],
  },
  {
    name: 'weighted clusters: all the weight on one',
    routes: [route({ action: weighted({ name: 'one', weight: 0 }, { name: 'two', weight: 100 }) })],
    upstreams: { one: reply(200, 'one'), two: reply(200, 'two') },
    client: [get('/'), get('/'), get('/')],
  },
  {
    name: 'weighted clusters with header rules of their own',
    routes: [
      route({
        action: weighted({
          name: 'one',
          weight: 1,
          request_headers_to_add: [{ header: { key: 'x-cluster', value: 'one' } }],
          request_headers_to_remove: ['x-secret'],
          response_headers_to_add: [{ header: { key: 'x-from', value: 'one' } }],
          response_headers_to_remove: ['x-internal'],
          host_rewrite_literal: 'one.test',
        }),
        with: { request_headers_to_add: [{ header: { key: 'x-route', value: 'yes' } }] },
      }),
    ],
    upstreams: { one: reply(200, 'one', 'x-internal: 1') },
    client: [get('/', 'x-secret: 1')],
  },
  {
    name: 'weighted clusters: a weight by the random value in a header',
    routes: [
      route({
        action: {
          weighted_clusters: {
            clusters: [
              { name: named('one'), weight: 50 },
              { name: named('two'), weight: 50 },
            ],
            header_name: 'x-random',
          },
        },
      }),
    ],
    upstreams: { one: reply(200, 'one'), two: reply(200, 'two') },
    client: [
      get('/', 'x-random: 0'),
      get('/', 'x-random: 49'),
      get('/', 'x-random: 50'),
      get('/', 'x-random: 99'),
      get('/', 'x-random: 100'),
    ],
  },
  {
    name: 'weighted clusters: one that does not exist',
    routeConfig: { validate_clusters: false },
    routes: [route({ action: weighted({ name: 'nowhere', weight: 1 }) })],
    client: [get('/')],
  },
  {
    name: 'cluster_header',
    routes: [route({ action: { cluster_header: 'x-cluster' } })],
    upstreams: { one: reply(200, 'one') },
    client: [get('/', `x-cluster: ${named('one')}`), get('/', 'x-cluster: nowhere'), get('/')],
  },
  {
    name: 'cluster_not_found_response_code',
    routeConfig: { validate_clusters: false },
    routes: [
      route({
        path: '/404',
        action: { cluster: 'nowhere', cluster_not_found_response_code: 'NOT_FOUND' },
      }),
      route({
        path: '/500',
        action: { cluster: 'nowhere', cluster_not_found_response_code: 'INTERNAL_SERVER_ERROR' },
      }),
      route({ action: { cluster: 'nowhere' } }),
    ],
    client: [get('/404'), get('/500'), get('/')],
  },
  {
    name: 'a direct response with headers and a status without a body',
    routes: [
      answer({ path: '/a' }, 301, '', {
        response_headers_to_add: [{ header: { key: 'location', value: '/b' } }],
      }),
      answer({ path: '/b' }, 200, 'b', {
        response_headers_to_add: [
          {
            header: { key: 'content-type', value: 'text/html' },
            append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
          },
        ],
      }),
      answer({}, 599, 'odd'),
    ],
    client: [get('/a'), get('/b'), get('/'), request('HEAD', '/b')],
  },
  {
    name: 'a direct response in front of an unread body',
    routes: [answer({}, 200, 'done')],
    client: [post('/', 'x'.repeat(1000))],
  },
  {
    name: 'a non-forwarding action matches nothing',
    routes: [{ match: { prefix: '/a' }, non_forwarding_action: {} }, rest],
    client: [get('/a')],
  },
  {
    name: 'route statistics and names',
    routes: [route({ with: { name: 'named', stat_prefix: 'mine' } })],
    virtualHost: {
      virtual_clusters: [
        { name: 'vc', headers: [{ name: ':path', string_match: { prefix: '/vc' } }] },
      ],
    },
    client: [get('/vc/1'), get('/other')],
  },
];

function weighted(...clusters: readonly (JsonObject & { readonly name: string })[]): JsonObject {
  return {
    weighted_clusters: { clusters: clusters.map((each) => ({ ...each, name: named(each.name) })) },
  };
}

function headerMutation(name: string): JsonObject {
  return extension('mutation', 'extensions.filters.http.header_mutation.v3.HeaderMutation', {
    mutations: { request_mutations: [{ append: { header: { key: name, value: 'yes' } } }] },
  });
}

export const destinationGroup: Group = {
  name: 'destinations',
  scenarios: [...destinations],
};
