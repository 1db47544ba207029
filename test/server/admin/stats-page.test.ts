import t from 'tap';
import { defineStatGroup } from '#stats/stat-group.ts';
import { startAdmin } from './admin-client.ts';
import { FakeServices } from './fake-services.ts';

const things = defineStatGroup('things', {
  counters: ['rq_total', 'rq_5xx'],
  gauges: ['rq_active'],
  histograms: ['rq_time'],
});

function servicesWithStats(): FakeServices {
  const services = new FakeServices();
  const { stats } = services;
  const block = stats.block(things, 'things.a.');
  block.add(things.field.rq_total, 12);
  block.set(things.field.rq_active, 0);
  stats.block(things, 'things.b.');
  stats.main.counter('things.a.rq_200').inc();
  block.record(things.field.rq_time, 2);
  stats.textReadout('things.version_text').set('v1');
  stats.textReadout('things.unset_text');
  return services;
}

/** What is not about the admin server itself. */
const MINE = 'filter=^things';
const QUANTILES = 'P0 P25 P50 P75 P90 P95 P99 P99.5 P99.9 P100'.split(' ');

function summary(interval: string, cumulative: string): string {
  return QUANTILES.map((quantile) => `${quantile}(${interval},${cumulative})`).join(' ');
}

t.test('text comes in three sorted lists', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  t.equal(
    await (await admin.get(`/stats?${MINE}`)).text(),
    'things.unset_text: ""\n' +
      'things.version_text: "v1"\n' +
      'things.a.rq_200: 1\n' +
      'things.a.rq_5xx: 0\n' +
      'things.a.rq_active: 0\n' +
      'things.a.rq_total: 12\n' +
      'things.b.rq_5xx: 0\n' +
      'things.b.rq_active: 0\n' +
      'things.b.rq_total: 0\n' +
      `things.a.rq_time: ${summary('nan', '2.05')}\n` +
      'things.b.rq_time: No recorded values\n',
  );
});

t.test('usedonly leaves out what was never written, and keeps zeros that were', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  t.equal(
    await (await admin.get(`/stats?usedonly&${MINE}`)).text(),
    'things.version_text: "v1"\n' +
      'things.a.rq_200: 1\n' +
      'things.a.rq_active: 0\n' +
      'things.a.rq_total: 12\n' +
      `things.a.rq_time: ${summary('nan', '2.05')}\n`,
  );
});

t.test('a type chooses a list', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const names = async (type: string) => {
    const text = await (await admin.get(`/stats?usedonly&${MINE}&type=${type}`)).text();
    return text.split('\n').map((line) => line.split(':')[0]);
  };
  t.strictSame(await names('Counters'), ['things.a.rq_200', 'things.a.rq_total', '']);
  t.strictSame(await names('Gauges'), ['things.a.rq_active', '']);
  t.strictSame(await names('Histograms'), ['things.a.rq_time', '']);
  t.strictSame(await names('TextReadouts'), ['things.version_text', '']);
});

t.test('the filter may be inverted', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const target = '/stats?usedonly&type=Counters&invert_filter&filter=admin|rq_2';
  t.equal(await (await admin.get(target)).text(), 'things.a.rq_total: 12\n');
});

t.test('an interval ends with a flush', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const page = async () => (await admin.get(`/stats?usedonly&type=Histograms&${MINE}`)).text();
  admin.services.stats.flushHistograms();
  t.equal(await page(), `things.a.rq_time: ${summary('2.05', '2.05')}\n`);
  admin.services.stats.flushHistograms();
  t.equal(await page(), `things.a.rq_time: ${summary('nan', '2.05')}\n`);
});

t.test('histograms are shown in buckets as asked for', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const page = async (mode: string) => {
    const target = `/stats?usedonly&type=Histograms&${MINE}&histogram_buckets=${mode}`;
    return (await admin.get(target)).text();
  };
  t.equal(
    await page('cumulative'),
    'things.a.rq_time: B0.5(0,0) B1(0,0) B5(0,1) B10(0,1) B25(0,1) B50(0,1) B100(0,1) B250(0,1) ' +
      'B500(0,1) B1000(0,1) B2500(0,1) B5000(0,1) B10000(0,1) B30000(0,1) B60000(0,1) ' +
      'B300000(0,1) B600000(0,1) B1.8e+06(0,1) B3.6e+06(0,1)\n',
  );
  t.match(await page('disjoint'), /B1\(0,0\) B5\(0,1\) B10\(0,0\) .*B3\.6e\+06\(0,0\)\n$/);
  t.equal(
    await page('detailed'),
    `things.a.rq_time:\n  totals=2,0.1:1\n  intervals=\n  summary=${summary('nan', '2.05')}\n`,
  );
  for (const mode of ['summary', 'none']) {
    t.equal(await page(mode), `things.a.rq_time: ${summary('nan', '2.05')}\n`);
  }
});

t.test('JSON is one list with all histograms in its last element', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const response = await admin.get(`/stats?format=json&usedonly&${MINE}`);
  t.equal(response.headers.get('content-type'), 'application/json');
  const quantiles = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100];
  t.strictSame(await response.json(), {
    stats: [
      { name: 'things.version_text', value: 'v1' },
      { name: 'things.a.rq_200', value: 1 },
      { name: 'things.a.rq_active', value: 0 },
      { name: 'things.a.rq_total', value: 12 },
      {
        histograms: {
          supported_quantiles: quantiles,
          computed_quantiles: [
            {
              name: 'things.a.rq_time',
              values: quantiles.map(() => ({ cumulative: 2.05, interval: null })),
            },
          ],
        },
      },
    ],
  });
});

t.test('JSON shows buckets as asked for, and is valid when nothing matches', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  const page = async (query: string) => (await admin.get(`/stats?format=json&${query}`)).json();
  const histograms = `usedonly&type=Histograms&${MINE}&histogram_buckets`;
  t.match(await page(`${histograms}=cumulative`), {
    stats: [
      {
        histograms: [
          {
            name: 'things.a.rq_time',
            buckets: [
              { upper_bound: 0.5, interval: 0, cumulative: 0 },
              { upper_bound: 1, interval: 0, cumulative: 0 },
              { upper_bound: 5, interval: 0, cumulative: 1 },
            ],
          },
        ],
      },
    ],
  });
  t.match(await page(`${histograms}=disjoint`), {
    stats: [{ histograms: [{ buckets: [{}, {}, { cumulative: 1 }, { cumulative: 0 }] }] }],
  });
  t.match(await page(`${histograms}=detailed`), {
    stats: [
      {
        histograms: {
          supported_percentiles: [0, 25],
          details: [
            { totals: [{ lower_bound: 2, width: 0.1, count: 1 }], intervals: [], percentiles: [] },
          ],
        },
      },
    ],
  });
  t.strictSame(await page('filter=nope'), { stats: [] });
  t.strictSame(await page(`type=Counters&usedonly&${MINE}`), {
    stats: [
      { name: 'things.a.rq_200', value: 1 },
      { name: 'things.a.rq_total', value: 12 },
    ],
  });
});

t.test('the HTML page shows every statistic once', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  admin.services.stats.main.counter('things.<b>').inc();
  for (const format of ['html', 'active-html']) {
    const response = await admin.get(`/stats?format=${format}&usedonly&${MINE}`);
    t.equal(response.headers.get('content-type'), 'text/html; charset=UTF-8');
    const page = await response.text();
    t.match(page, '<td>things.a.rq_total</td><td>12</td>');
    t.match(page, '<td>things.&lt;b&gt;</td>');
    t.match(page, '<td>P0(nan,2.05)');
    t.match(page, /<\/html>\n$/);
  }
});

t.test('resetting counters leaves gauges and histograms', async (t) => {
  const admin = await startAdmin(t, { services: servicesWithStats() });
  admin.services.stats.main.gauge('things.g').set(4);
  t.equal(await (await admin.post('/reset_counters')).text(), 'OK\n');
  t.equal(
    await (await admin.get(`/stats?usedonly&${MINE}`)).text(),
    'things.version_text: "v1"\n' +
      'things.a.rq_200: 0\n' +
      'things.a.rq_active: 0\n' +
      'things.a.rq_total: 0\n' +
      'things.g: 4\n' +
      `things.a.rq_time: ${summary('nan', '2.05')}\n`,
  );
});

t.test('wrong parameters are refused in the words of Envoy', async (t) => {
  const admin = await startAdmin(t);
  const cases: [string, string][] = [
    ['type=bad', 'invalid &type= param'],
    ['format=bad', 'usage: /stats?format=(html|active-html|json|prometheus|text)\n\n'],
    ['filter=%5B', 'Invalid re2 regex: missing ]: ['],
    ['hidden=bad', 'usage: /stats?hidden=(include|only|exclude)\n\n'],
    ['invert_filter', 'invert_filter can only be used if filter is also provided'],
    [
      'histogram_buckets=bad',
      'usage: /stats?histogram_buckets=(cumulative|disjoint|detailed|summary|prometheusnative)\n',
    ],
    [
      'histogram_buckets=prometheusnative',
      'Invalid histogram_buckets type for non prometheus stats type',
    ],
  ];
  for (const [query, text] of cases) {
    const response = await admin.get(`/stats?${query}`);
    t.equal(response.status, 400, query);
    t.equal(await response.text(), text, query);
  }
});

t.test('recent lookups are never tracked', async (t) => {
  const admin = await startAdmin(t);
  t.equal(
    await (await admin.get('/stats/recentlookups')).text(),
    'Lookup tracking is not enabled. Use /stats/recentlookups/enable to enable.\n\ntotal: 0\n',
  );
  for (const action of ['clear', 'disable', 'enable']) {
    t.equal(await (await admin.post(`/stats/recentlookups/${action}`)).text(), 'OK\n');
  }
});
