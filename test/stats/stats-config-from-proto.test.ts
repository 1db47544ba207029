import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import t from 'tap';
import { ParseContext } from '#config/parse-context.ts';
import { messageType } from '#config/registry.ts';
import { boundsOf, defaultStatsConfig, type StatsConfig } from '#stats/stats-config.ts';
import { parseStatsConfig } from '#stats/stats-config-from-proto.ts';

function parse(json: JsonValue): { config: StatsConfig; errors: string[] } {
  const context = ParseContext.root('stats_config');
  const message = fromJson(messageType('envoy.config.metrics.v3.StatsConfig'), json);
  const config = parseStatsConfig(message, context);
  return { config, errors: context.errors.map(({ path, reason }) => `${path}: ${reason}`) };
}

const NAME = 'cluster.a.upstream_rq_503';

t.test('without a message everything has its default', async (t) => {
  const config = parseStatsConfig(undefined, ParseContext.root());
  t.equal(config, defaultStatsConfig);
});

t.test('own tags come beside the default ones', async (t) => {
  const { config } = parse({
    stats_tags: [
      { tag_name: 'pod', fixed_value: 'p1' },
      { tag_name: 'kind', regex: '^cluster\\.(.*\\.)?upstream_((rq))' },
    ],
  });
  t.strictSame(config.tagExtractor.extract('cluster.a.upstream_rq_503').tags, [
    ['pod', 'p1'],
    ['envoy.response_code', '503'],
    ['envoy.cluster_name', 'a'],
    ['kind', 'rq'],
  ]);
});

t.test('without default tags only those asked for remain', async (t) => {
  const { config, errors } = parse({
    use_all_default_tags: false,
    stats_tags: [{ tag_name: 'envoy.response_code' }],
  });
  t.strictSame(errors, []);
  t.strictSame(config.tagExtractor.extract(NAME), {
    name: 'cluster.a.upstream_rq',
    tags: [['envoy.response_code', '503']],
  });
});

t.test('the patterns that istiod sends find what Envoy found with them', async (t) => {
  const { config, errors } = parse({
    use_all_default_tags: false,
    stats_tags: [
      { tag_name: 'cluster_name', regex: '^cluster(\\.(.+);)' },
      {
        tag_name: 'http_conn_manager_prefix',
        regex: '^http\\.(((?:[_.[:digit:]\\w]*|[_\\[\\]aAbBcCdDeEfF[:digit:]\\w\\:]*));\\.)',
      },
      { tag_name: 'response_code', regex: '_rq(_(\\d{3}))$' },
      { tag_name: 'response_code_class', regex: '_rq(_(\\dxx))$' },
      {
        tag_name: 'listener_address',
        regex: '^listener\\.(((?:[_.[:digit:]]*|[_\\[\\]aAbBcCdDeEfF[:digit:]]*))\\.)',
      },
    ],
  });
  t.strictSame(errors, []);
  const cases: [string, string, Record<string, string>][] = [
    [
      'cluster.a|b.c;.upstream_rq_200',
      'cluster.upstream_rq',
      { cluster_name: 'a|b.c', response_code: '200' },
    ],
    [
      'cluster.x;.internal.upstream_rq_2xx',
      'cluster.internal.upstream_rq',
      { cluster_name: 'x', response_code_class: '2xx' },
    ],
    [
      'http.in_0.0.0.0_80;.rq_total',
      'http.rq_total',
      { http_conn_manager_prefix: 'in_0.0.0.0_80' },
    ],
    ['listener.0.0.0.0_80.cx_total', 'listener.cx_total', { listener_address: '0.0.0.0_80' }],
    ['listener.[__]_80.cx_total', 'listener.cx_total', { listener_address: '[__]_80' }],
    ['server.uptime', 'server.uptime', {}],
  ];
  for (const [name, extracted, tags] of cases) {
    const found = config.tagExtractor.extract(name);
    t.equal(found.name, extracted, name);
    t.strictSame(Object.fromEntries(found.tags), tags, name);
  }
});

t.test('a tag that nobody knows how to find is an error', async (t) => {
  const { errors } = parse({
    stats_tags: [{ tag_name: 'mine' }, { tag_name: 'bad', regex: '(' }],
  });
  t.strictSame(errors, [
    "stats_config.stats_tags[0]: No regex specified for tag specifier and no default regex for name: 'mine'",
    'stats_config.stats_tags[1].regex: invalid regular expression',
  ]);
});

t.test('statistics are included or excluded by lists, or rejected altogether', async (t) => {
  const patterns = { patterns: [{ prefix: 'cluster.a.' }, { suffix: 'uptime' }] };
  const names = ['cluster.a.x', 'cluster.b.x', 'server.uptime'];
  const accepted = (json: JsonValue) => {
    const { accepts } = parse({ stats_matcher: json }).config;
    return names.filter((name) => accepts === undefined || accepts(name));
  };
  t.strictSame(accepted({ inclusion_list: patterns }), ['cluster.a.x', 'server.uptime']);
  t.strictSame(accepted({ exclusion_list: patterns }), ['cluster.b.x']);
  t.strictSame(accepted({ reject_all: true }), []);
  t.strictSame(accepted({ reject_all: false }), names);
});

t.test('a pattern of the matcher must match a whole name', async (t) => {
  const { accepts } = parse({
    stats_matcher: { inclusion_list: { patterns: [{ safe_regex: { regex: 'a\\.b' } }] } },
  }).config;
  t.equal(accepts?.('a.b'), true);
  t.equal(accepts?.('a.b.c'), false);
});

t.test('the first settings that match a histogram give its buckets, sorted', async (t) => {
  const { config } = parse({
    histogram_bucket_settings: [
      { match: { prefix: 'cluster.' }, buckets: [10, 1, 5] },
      { match: { prefix: 'cluster.a.' }, buckets: [2] },
    ],
  });
  t.strictSame(boundsOf(config, 'cluster.a.time'), [1, 5, 10]);
  t.equal(boundsOf(config, 'http.a.time').length, 19);
});
