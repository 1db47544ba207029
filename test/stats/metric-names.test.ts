import fc from 'fast-check';
import t from 'tap';
import { BlockRecord } from '#stats/block-record.ts';
import { defaultTagRules } from '#stats/default-tags.ts';
import { MetricNames } from '#stats/metric-names.ts';
import { defineStatGroup } from '#stats/stat-group.ts';
import { TagExtractor } from '#stats/tag-extractor.ts';
import { patternRule } from '#stats/tag-rule.ts';

const group = defineStatGroup('shapes', {
  counters: [
    'upstream_rq_total',
    'upstream_rq_503',
    'upstream_rq_2xx',
    'ssl.ciphers.ECDHE-RSA',
    'ssl.versions.TLSv1.3',
    'grpc.service.method.total',
    'fault.down.aborts',
    'rbac.policy.p.allowed',
    'http_local_rate_limit.enabled',
    'user_agent.ios.total',
  ],
});

const words = ['a', 'b', 'cluster', 'http', 'grpc', 'ssl', 'fault', 'vhost', 'vcluster', 'rds'];
const segment = fc.oneof(fc.constantFrom(...words), fc.stringMatching(/^[a-z|_]{1,6}$/));
const prefix = fc
  .tuple(fc.constantFrom('cluster', 'http', 'vhost', 'x', 'tcp', 'listener'), segment, segment)
  .map(([first, ...rest]) => `${first}.${rest.filter((one) => one !== 'b').join('.')}.`);

t.test('what one block foretells is what taking the names of another apart gives', async (t) => {
  const names = new MetricNames(new TagExtractor(defaultTagRules));
  const seen = new Set<object>();
  let blocks = 0;
  fc.assert(
    fc.property(fc.array(prefix, { minLength: 2, maxLength: 20 }), (prefixes) =>
      prefixes.every((one) => {
        const { shape, beginning, labels } = names.ofBlock(blockOf(one));
        seen.add(shape);
        blocks++;
        return group.fields.every(({ name }, field) => {
          const expected = names.extract(one + name);
          const found = shape.fields[field];
          return (
            `${beginning}${found?.metric}` === expected.metric &&
            sameLabels({ ...found?.labels, ...labels }, expected.labels)
          );
        });
      }),
    ),
    { numRuns: 500 },
  );
  t.ok(seen.size * 3 < blocks, 'many blocks share a shape');
});

function blockOf(prefix: string, accepts?: (name: string) => boolean): BlockRecord {
  return new BlockRecord(group, prefix, 0, accepts);
}

function sameLabels(a: object, b: object): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}

t.test('own patterns are tried on every name, and blocks that turn out alike share', async (t) => {
  const rules = [
    patternRule('first', undefined, /(upstream_(\w+)_total)/),
    patternRule('name', 'cluster', /^cluster\.((\w+)\.)/),
  ];
  const names = new MetricNames(new TagExtractor(rules, [['pod', 'p']]));
  const a = names.ofBlock(blockOf('cluster.a.'));
  t.strictSame(a.shape.fields[0], { metric: 'envoy_cluster_', labels: { first: 'rq' } });
  t.strictSame(a.labels, { pod: 'p', name: 'a' });
  t.equal(names.ofBlock(blockOf('cluster.b.')).shape, a.shape);
});

t.test('fields that are not shown have no name', async (t) => {
  const names = new MetricNames(new TagExtractor([patternRule('any', undefined, /(x)/)]));
  const { shape } = names.ofBlock(blockOf('a.', (name) => name === 'a.upstream_rq_503'));
  t.strictSame(
    shape.fields.map((field) => field?.metric),
    [undefined, 'envoy_a_upstream_rq_503', ...Array(8).fill(undefined)],
  );
});

t.test('clusters share one shape', async (t) => {
  const names = new MetricNames(new TagExtractor(defaultTagRules));
  const one = names.ofBlock(blockOf('cluster.outbound|80||a.'));
  t.equal(names.ofBlock(blockOf('cluster.b.')).shape, one.shape);
});
