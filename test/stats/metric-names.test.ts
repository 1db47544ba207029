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

t.test('what a shape foretells is what taking the names apart gives', async (t) => {
  const extractor = new TagExtractor(defaultTagRules);
  const names = new MetricNames(extractor);
  let withShape = 0;
  fc.assert(
    fc.property(fc.array(prefix, { minLength: 2, maxLength: 20 }), (prefixes) => {
      for (const one of prefixes) {
        const block = new BlockRecord(group, one, 0, undefined);
        const shape = names.shapeOf(block);
        if (shape === undefined) continue;
        withShape++;
        for (const [field, { name }] of group.fields.entries()) {
          const expected = names.extract(one + name);
          const foretold = shape.fields[field];
          const beginning = names.prefixOf(block);
          const labels = { ...foretold?.labels, ...beginning.labels };
          if (`${beginning.metric}${foretold?.metric}` !== expected.metric) return false;
          if (!sameLabels(labels, expected.labels)) return false;
        }
      }
      return true;
    }),
    { numRuns: 500 },
  );
  t.ok(withShape > 500, 'many prefixes have a shape');
});

function sameLabels(a: object, b: object): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}

t.test('own patterns are tried on every name', async (t) => {
  const extractor = new TagExtractor([patternRule('first', undefined, /(upstream_(\w+)_total)/)]);
  const names = new MetricNames(extractor);
  const block = new BlockRecord(group, 'cluster.a.', 0, undefined);
  t.equal(names.shapeOf(block), undefined);
  t.strictSame(names.fieldsOf(block)[0], { metric: 'envoy_cluster_a_', labels: { first: 'rq' } });
});

t.test('clusters have a shape, so that thousands of them are cheap', async (t) => {
  const names = new MetricNames(new TagExtractor(defaultTagRules));
  const block = new BlockRecord(group, 'cluster.outbound|80||a.', 0, undefined);
  t.ok(names.shapeOf(block));
});
