import type { JsonValue } from '@bufbuild/protobuf';
import t from 'tap';
import { readRoutes } from '../tools/route-tools.ts';

function errorsOf(json: JsonValue): string[] {
  return readRoutes(json).errors.map(({ path, reason }) => `${path}: ${reason}`);
}

function errorsOfRoute(route: Record<string, JsonValue>): string[] {
  const answers = 'redirect' in route || 'directResponse' in route;
  const action = answers ? {} : { route: { cluster: 'c' } };
  const routes = [{ match: { prefix: '/' }, ...action, ...route }];
  const prefix = 'virtual_hosts[0].routes[0].';
  return errorsOf({ virtualHosts: [{ name: 'v', domains: ['*'], routes }] }).map((error) =>
    error.replace(prefix, ''),
  );
}

const TEMPLATE = 'type.googleapis.com/envoy.extensions.path';
const template = (pathTemplate: string): JsonValue => ({
  pathMatchPolicy: {
    name: 'm',
    typedConfig: {
      '@type': `${TEMPLATE}.match.uri_template.v3.UriTemplateMatchConfig`,
      pathTemplate,
    },
  },
});
const templateRewrite = (pathTemplateRewrite: string): Record<string, JsonValue> => ({
  cluster: 'c',
  pathRewritePolicy: {
    name: 'r',
    typedConfig: {
      '@type': `${TEMPLATE}.rewrite.uri_template.v3.UriTemplateRewriteConfig`,
      pathTemplateRewrite,
    },
  },
});

t.test('what Envoy refuses in a route is refused in its words', async (t) => {
  const add = (key: string, value = 'v', more: Record<string, JsonValue> = {}): JsonValue => ({
    requestHeadersToAdd: [{ header: { key, value }, ...more }],
  });
  const rows: readonly (readonly [route: JsonValue, expected: string])[] = [
    [
      { match: { safeRegex: { regex: 'a**' } } },
      'match.safe_regex.regex: bad repetition operator: **',
    ],
    [
      { match: { prefix: '/', headers: [{ name: 'x', safeRegexMatch: { regex: '(' } }] } },
      'match.headers[0].safe_regex_match.regex: missing ): (',
    ],
    [
      { route: { cluster: 'c', regexRewrite: { pattern: { regex: '[' }, substitution: '' } } },
      'route.regex_rewrite.pattern.regex: missing ]: [',
    ],
    [
      {
        match: {
          prefix: '/',
          headers: [{ name: 'x', stringMatch: { safeRegex: { regex: 'a' }, ignoreCase: true } }],
        },
      },
      'match.headers[0].string_match.ignore_case: ignore_case has no effect for safe_regex.',
    ],
    [
      add(':path'),
      'request_headers_to_add[0].header.key: :-prefixed or host headers may not be modified',
    ],
    [
      add('Host'),
      'request_headers_to_add[0].header.key: :-prefixed or host headers may not be modified',
    ],
    [
      { responseHeadersToRemove: ['host'] },
      'response_headers_to_remove[0]: :-prefixed or host headers may not be removed',
    ],
    [
      add('x', 'v', { append: true, appendAction: 'ADD_IF_ABSENT' }),
      "request_headers_to_add[0]: Both append and append_action are set and it's not allowed",
    ],
    [
      add('x', '50% off'),
      "request_headers_to_add[0].header.value: couldn't find valid command at position 2 of '50% off'",
    ],
    [
      {
        route: {
          cluster: 'c',
          prefixRewrite: '/a',
          regexRewrite: { pattern: { regex: 'a' }, substitution: '' },
        },
      },
      'route: Specify only one of prefix_rewrite, regex_rewrite or path_rewrite_policy',
    ],
    [
      { match: template('/a'), route: { cluster: 'c', prefixRewrite: '/a' } },
      'route.prefix_rewrite: Cannot use prefix_rewrite with matcher extension',
    ],
    [
      { match: template('/**/*') },
      'match.path_match_policy.typed_config.path_template: path_match_policy.path_template /**/* is invalid: Glob after text glob.',
    ],
    [
      { match: template('/{a}'), route: templateRewrite('/{b}') },
      'route.path_rewrite_policy.typed_config.path_template_rewrite: mismatch between variables in path_match_policy /{a} and path_rewrite_policy /{b}',
    ],
    [
      { match: template('/{a}'), route: templateRewrite('x') },
      'route.path_rewrite_policy.typed_config.path_template_rewrite: path_rewrite_policy.path_template_rewrite x is invalid: Invalid rewrite variable placement',
    ],
    [
      { route: templateRewrite('/x') },
      'route.path_rewrite_policy.typed_config: unable to use envoy.path.rewrite.uri_template.uri_template_rewriter extension without envoy.path.match.uri_template.uri_template_matcher extension',
    ],
    [
      { route: { weightedClusters: { clusters: [{ name: 'c', weight: 0 }] } } },
      'route.weighted_clusters: Sum of weights in the weighted_cluster must be greater than 0.',
    ],
    [
      { route: { weightedClusters: { clusters: [{ name: 'c', weight: 1 }, { name: 'd' }] } } },
      "route.weighted_clusters.clusters[1]: Field 'weight' is missing",
    ],
    [
      { redirect: { pathRewrite: '/%NOTHING%' } },
      'redirect.path_rewrite: there is no operator NOTHING',
    ],
    [
      {
        directResponse: {
          status: 200,
          bodyFormat: { textFormatSource: { inlineString: '%NOTHING%' } },
        },
      },
      'direct_response.body_format.text_format_source: there is no operator NOTHING',
    ],
    [
      {
        name: 'r',
        route: {
          weightedClusters: {
            clusters: [
              { name: 'c', weight: 4294967295 },
              { name: 'd', weight: 1 },
            ],
          },
        },
      },
      'route.weighted_clusters: The sum of weights of all weighted clusters of route r exceeds 4294967295',
    ],
    [
      { route: { weightedClusters: { clusters: [{ weight: 1 }] } } },
      'route.weighted_clusters.clusters[0]: At least one of name or cluster_header need to be specified',
    ],
    [
      { route: { weightedClusters: { clusters: [{ name: 'c', clusterHeader: 'h', weight: 1 }] } } },
      'route.weighted_clusters.clusters[0]: Only one of name or cluster_header can be specified',
    ],
    [
      { route: { cluster: 'c', upgradeConfigs: [{ upgradeType: 'a' }, { upgradeType: 'A' }] } },
      'route.upgrade_configs[1]: Duplicate upgrade A',
    ],
  ];
  for (const [route, expected] of rows) {
    t.same(errorsOfRoute(route as Record<string, JsonValue>), [expected]);
  }
});

t.test('domains must be unique in the whole table, whatever their case', async (t) => {
  const hosts = (...domains: string[][]): JsonValue => ({
    name: 'table',
    virtualHosts: domains.map((names, index) => ({ name: `v${index}`, domains: names })),
  });
  t.same(errorsOf(hosts(['a.com', '*.a.com', 'a.*', '*'], ['b.com'])), []);
  t.same(errorsOf(hosts(['a.com'], ['b.com', 'A.com'])), [
    'virtual_hosts[1].domains[1]: Only unique values for domains are permitted. Duplicate entry of domain a.com in route table',
  ]);
  t.same(errorsOf(hosts(['*'], ['*'])), [
    'virtual_hosts[1].domains[0]: Only a single wildcard domain is permitted in route table',
  ]);
});

t.test('virtual clusters need headers', async (t) => {
  const host = { name: 'v', domains: ['*'], virtualClusters: [{ name: 'x' }] };
  t.same(errorsOf({ virtualHosts: [host] }), [
    "virtual_hosts[0].virtual_clusters[0]: virtual clusters must define 'headers'",
  ]);
});

t.test('unknown clusters are reported with what was probably meant', async (t) => {
  const json = {
    virtualHosts: [
      {
        name: 'v',
        domains: ['*'],
        routes: [{ match: { prefix: '/' }, route: { cluster: 'reveiws' } }],
      },
    ],
  };
  const options = { clusterNames: new Set(['reviews', 'ratings']) };
  t.match(readRoutes(json, options).errors, [
    {
      path: 'virtual_hosts[0].routes[0].route.cluster',
      reason: "route: unknown cluster 'reveiws'",
      suggestion: 'reviews',
    },
  ]);
  t.same(readRoutes(json, { ...options, validatesClusters: false }).errors, []);
  t.same(readRoutes({ ...json, validateClusters: false }, options).errors, []);
});

t.test('a direct response has a limit that the table can raise', async (t) => {
  const json = (more: Record<string, JsonValue>, length: number): JsonValue => ({
    ...more,
    virtualHosts: [
      {
        name: 'v',
        domains: ['*'],
        routes: [
          {
            match: { prefix: '/' },
            directResponse: { status: 200, body: { inlineString: 'x'.repeat(length) } },
          },
        ],
      },
    ],
  });
  t.same(errorsOf(json({}, 4096)), []);
  t.same(errorsOf(json({}, 4097)), [
    'virtual_hosts[0].routes[0].direct_response.body: response body size is 4097 bytes; maximum is 4096',
  ]);
  t.same(errorsOf(json({ maxDirectResponseBodySizeBytes: 5000 }, 4097)), []);
});

t.test('all mistakes are reported at once', async (t) => {
  const routes = [
    { match: { safeRegex: { regex: '(' } }, route: { cluster: 'c' } },
    { match: { safeRegex: { regex: ')' } }, route: { cluster: 'c' } },
  ];
  t.equal(errorsOf({ virtualHosts: [{ name: 'v', domains: ['*', '*'], routes }] }).length, 3);
});

t.test('what was read survives a structured clone', async (t) => {
  const { config } = readRoutes({
    virtualHosts: [
      {
        name: 'v',
        domains: ['*'],
        routes: [{ match: { safeRegex: { regex: 'a' } }, route: { cluster: 'c' } }],
      },
    ],
  });
  t.same(structuredClone(config), config);
});
