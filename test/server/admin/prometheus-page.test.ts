import t from 'tap';
import { defineStatGroup } from '#stats/stat-group.ts';
import { startAdmin } from './admin-client.ts';
import { FakeServices } from './fake-services.ts';

const clusters = defineStatGroup('prometheus_test_cluster', {
  counters: ['upstream_rq_total'],
  gauges: ['upstream_rq_active'],
  histograms: ['upstream_cx_length_ms'],
});

function servicesWithStats(): FakeServices {
  const services = new FakeServices();
  const { stats } = services;
  const a = stats.block(clusters, 'cluster.a.');
  a.add(clusters.field.upstream_rq_total, 3);
  a.counter('upstream_rq_503').inc();
  a.counter('upstream_rq_5xx').inc();
  a.record(clusters.field.upstream_cx_length_ms, 7);
  stats.block(clusters, 'cluster.b"\\.');
  stats.textReadout('control_plane.identifier').set('v"1');
  return services;
}

const MINE = 'filter=^(cluster|control)';

t.test('series of one metric stand together, tags are labels', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const response = await admin.get(`/stats/prometheus?${MINE}`);
  t.equal(response.headers.get('content-type'), 'text/plain; charset=UTF-8');
  const bounds = '0.5 1 5 10 25 50 100 250 500 1000 2500 5000 10000 30000 60000 300000 600000';
  const buckets = (cluster: string, value: number) =>
    [...bounds.split(' '), '1800000', '3600000', '+Inf'].map((bound, index) => {
      const count = index < 3 ? 0 : value;
      return `envoy_cluster_upstream_cx_length_ms_bucket{envoy_cluster_name="${cluster}",le="${bound}"} ${count}`;
    });
  const b = String.raw`b\"\\`;
  t.strictSame((await response.text()).split('\n'), [
    '# TYPE envoy_cluster_upstream_rq counter',
    'envoy_cluster_upstream_rq{envoy_response_code="503",envoy_cluster_name="a"} 1',
    '# TYPE envoy_cluster_upstream_rq_total counter',
    'envoy_cluster_upstream_rq_total{envoy_cluster_name="a"} 3',
    `envoy_cluster_upstream_rq_total{envoy_cluster_name="${b}"} 0`,
    '# TYPE envoy_cluster_upstream_rq_xx counter',
    'envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="a"} 1',
    '# TYPE envoy_cluster_upstream_rq_active gauge',
    'envoy_cluster_upstream_rq_active{envoy_cluster_name="a"} 0',
    `envoy_cluster_upstream_rq_active{envoy_cluster_name="${b}"} 0`,
    '# TYPE envoy_cluster_upstream_cx_length_ms histogram',
    ...buckets('a', 1),
    'envoy_cluster_upstream_cx_length_ms_sum{envoy_cluster_name="a"} 7',
    'envoy_cluster_upstream_cx_length_ms_count{envoy_cluster_name="a"} 1',
    ...buckets(b, 0),
    `envoy_cluster_upstream_cx_length_ms_sum{envoy_cluster_name="${b}"} 0`,
    `envoy_cluster_upstream_cx_length_ms_count{envoy_cluster_name="${b}"} 0`,
    '',
  ]);
});

t.test('both addresses of the page give the same', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const one = await (await admin.get(`/stats/prometheus?${MINE}`)).text();
  const other = await (await admin.get(`/stats?format=prometheus&${MINE}`)).text();
  t.equal(one, other);
});

t.test('usedonly leaves out what was never written', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const page = await (await admin.get(`/stats/prometheus?usedonly&${MINE}`)).text();
  t.notMatch(page, 'envoy_cluster_upstream_rq_active');
  t.notMatch(page, 'b\\"');
  t.match(page, 'envoy_cluster_upstream_rq_total{envoy_cluster_name="a"} 3\n');
});

t.test('text readouts are gauges with their text as a label, when asked for', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const page = await (await admin.get(`/stats/prometheus?text_readouts&${MINE}`)).text();
  t.match(
    page,
    '# TYPE envoy_control_plane_identifier gauge\n' +
      'envoy_control_plane_identifier{text_value="v\\"1"} 0\n',
  );
  t.notMatch(await (await admin.get('/stats/prometheus')).text(), 'text_value');
});

t.test('a summary has the quantiles of the interval', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  admin.services.stats.flushHistograms();
  const target = `/stats/prometheus?usedonly&histogram_buckets=summary&${MINE}`;
  const page = await (await admin.get(target)).text();
  t.match(page, '# TYPE envoy_cluster_upstream_cx_length_ms summary\n');
  t.match(
    page,
    'envoy_cluster_upstream_cx_length_ms{envoy_cluster_name="a",quantile="0.5"} 7.05\n',
  );
  t.match(page, 'envoy_cluster_upstream_cx_length_ms_count{envoy_cluster_name="a"} 1\n');
});

t.test('other ways to show histograms are refused in the words of Envoy', async (t) => {
  const admin = await startAdmin(t);
  const cases: [string, string][] = [
    ['disjoint', 'unsupported prometheus histogram bucket mode'],
    ['detailed', 'unsupported prometheus histogram bucket mode'],
    [
      'prometheusnative',
      'unsupported prometheusnative histogram type when not using protobuf exposition format',
    ],
  ];
  for (const [mode, text] of cases) {
    const response = await admin.get(`/stats/prometheus?histogram_buckets=${mode}`);
    t.equal(response.status, 400);
    t.equal(await response.text(), text);
  }
});

t.test('OpenMetrics is sent only to clients that take nothing else', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const openMetrics = 'application/openmetrics-text;version=1.0.0';
  const page = async (accept: string) => {
    const response = await admin.get(`/stats/prometheus?usedonly&${MINE}`, { accept });
    return { type: response.headers.get('content-type'), text: await response.text() };
  };
  for (const accept of ['*/*', `${openMetrics},text/plain;version=0.0.4;q=0.5,*/*;q=0.1`]) {
    const { type, text } = await page(accept);
    t.equal(type, 'text/plain; charset=UTF-8');
    t.notMatch(text, '# EOF');
  }
  const { type, text } = await page(`${openMetrics}, text/plain;q=0`);
  t.match(type, 'application/openmetrics-text');
  t.match(text, '# TYPE envoy_cluster_upstream_rq_total unknown\n');
  t.match(text, /# EOF\n$/);
});

t.test('families of many series are whole, with one type line', async (t) => {
  const services = new FakeServices();
  for (let index = 0; index < 9000; index++) services.stats.block(clusters, `cluster.c${index}.`);
  const admin = await startAdmin(t, { services });
  const page = await (await admin.get('/stats/prometheus?filter=upstream_rq_total')).text();
  const lines = page.trimEnd().split('\n');
  t.equal(lines.length, 9001);
  t.equal(new Set(lines).size, 9001);
  t.equal(lines.filter((line) => line.startsWith('#')).length, 1);
});

t.test('a removed cluster is gone from the next page', async (t) => {
  const services = servicesWithStats();
  const admin = await startAdmin(t, { services });
  const page = async () => (await admin.get(`/stats/prometheus?${MINE}`)).text();
  const address = services.stats.allocate(clusters, 'cluster.a.');
  services.stats.release(address);
  t.match(await page(), 'envoy_cluster_name="a"', 'one user is left');
  services.stats.release(address);
  t.notMatch(await page(), 'envoy_cluster_name="a"');
});
