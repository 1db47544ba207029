import fc from 'fast-check';
import t from 'tap';
import { defineStatGroup } from '#stats/stat-group.ts';
import { startAdmin } from './admin-client.ts';
import { parseExposition } from './exposition-format.ts';
import { FakeServices } from './fake-services.ts';

const group = defineStatGroup('exposition_test', {
  counters: ['upstream_rq_total'],
  gauges: ['upstream_rq_active'],
  histograms: ['upstream_rq_time'],
});

t.test('the parser refuses what is not the format', async (t) => {
  const refused: readonly (readonly [text: string, reason: RegExp])[] = [
    ['# TYPE a counter\na 1', /no end/],
    ['a 1\n', /no family/],
    ['# TYPE a counter\nb 1\n', /not of the family/],
    ['# TYPE a counter\na{b="c"d"} 1\n', /labels end/],
    ['# TYPE a counter\na{b="1",b="2"} 1\n', /comes twice/],
    ['# TYPE a counter\na 1\na 1\n', /a series of a comes twice/],
    ['# TYPE a counter\na 1\n# TYPE a counter\na{b="c"} 1\n', /a comes twice/],
    ['# TYPE a counter\na one\n', /not a line/],
    ['# TYPE a gauge\n', /is empty/],
    ['# TYPE a histogram\na_bucket{le="+Inf"} 1\na_sum 1\na_count 2\n', /not its count/],
    ['# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n', /fall/],
  ];
  for (const [text, reason] of refused) t.throws(() => parseExposition(text), reason, text);
});

t.test('the parser takes every character of a label but an unescaped line feed', async (t) => {
  const [family] = parseExposition('# TYPE a counter\na{b="\r\0\u2028"} 1\n');
  t.equal(family?.samples[0]?.labels.get('b'), '\r\0\u2028');
});

t.test('Prometheus can read every page, whatever clusters are called', async (t) => {
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { maxLength: 4 }),
      fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { maxLength: 20 }),
      async (names, values) => {
        const services = new FakeServices();
        for (const cluster of names) {
          const stats = services.stats.block(group, `cluster.${cluster}.`);
          stats.counter('upstream_rq_503').inc();
          stats.counter('upstream_rq_5xx').inc();
          for (const value of values) stats.record(group.field.upstream_rq_time, value);
        }
        services.stats.textReadout('control_plane.identifier').set(names.join(''));
        services.stats.flushHistograms();
        const admin = await startAdmin(t, { services });
        for (const query of ['', '?usedonly', '?text_readouts', '?histogram_buckets=summary']) {
          const text = await (await admin.get(`/stats/prometheus${query}`)).text();
          const families = parseExposition(text);
          const counter = families.find((family) => family.name === 'envoy_cluster_upstream_rq');
          if ((counter?.samples.length ?? 0) !== names.length) {
            throw new Error(`${counter?.samples.length} clusters of ${names.length}`);
          }
        }
      },
    ),
    { numRuns: 30 },
  );
});
