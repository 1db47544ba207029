import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { defaultTagRules } from '#stats/default-tags.ts';
import { labelsOf, metricName } from '#stats/prometheus-name.ts';
import { TagExtractor } from '#stats/tag-extractor.ts';
import { patternRule } from '#stats/tag-rule.ts';

interface Recorded {
  readonly name: string;
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
}

const extractor = new TagExtractor(defaultTagRules);

t.test('names are taken apart as Envoy 1.40 was seen to do it', async (t) => {
  const file = join(import.meta.dirname, 'envoy-metric-names.json');
  for (const { name, metric, labels } of JSON.parse(readFileSync(file, 'utf8')) as Recorded[]) {
    const extracted = extractor.extract(name);
    t.equal(metricName(extracted.name), metric, name);
    t.strictSame(Object.entries(labelsOf(extracted.tags)), Object.entries(labels), name);
  }
});

t.test('names that have no tags stay', async (t) => {
  for (const name of ['server.uptime', 'cluster_manager.cluster_added', 'listener.admin.x', 'a']) {
    t.strictSame(extractor.extract(name), { name, tags: [] });
  }
});

t.test('a tag needs something behind it', async (t) => {
  t.strictSame(extractor.extract('cluster.a'), { name: 'cluster.a', tags: [] });
});

t.test('IPv6 listeners are one tag', async (t) => {
  t.strictSame(extractor.extract('listener.[__1]_80.downstream_cx_total'), {
    name: 'listener.downstream_cx_total',
    tags: [['envoy.listener_address', '[__1]_80']],
  });
});

t.test('own patterns remove their first group and take the second as value', async (t) => {
  const rules = [
    patternRule('cluster_name', 'cluster', /^cluster\.((.+?(\..+?\.svc\.cluster\.local)?)\.)/),
    patternRule('reporter', undefined, /(reporter=\.=(.*?);\.;)/),
  ];
  const own = new TagExtractor(rules, [['pod', 'p1']]);
  t.strictSame(own.extract('cluster.a.default.svc.cluster.local.upstream_cx_total'), {
    name: 'cluster.upstream_cx_total',
    tags: [
      ['pod', 'p1'],
      ['cluster_name', 'a.default.svc.cluster.local'],
    ],
  });
  t.strictSame(own.extract('istio.reporter=.=source;.;requests'), {
    name: 'istio.requests',
    tags: [
      ['pod', 'p1'],
      ['reporter', 'source'],
    ],
  });
});

t.test('a pattern with one group takes that as value', async (t) => {
  const own = new TagExtractor([patternRule('zone', undefined, /\.zone\.(\w+)/)]);
  t.strictSame(own.extract('x.zone.eu.total'), { name: 'x.zone..total', tags: [['zone', 'eu']] });
});
