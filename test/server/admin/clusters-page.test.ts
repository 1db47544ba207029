import t from 'tap';
import { startAdmin } from './admin-client.ts';
import { fakeClusters } from './fake-services.ts';

t.test('clusters are printed fact by fact', async (t) => {
  const admin = await startAdmin(t);
  const lines = (await (await admin.get('/clusters')).text()).split('\n');
  t.strictSame(lines.slice(0, 14), [
    'reviews::observability_name::reviews_alt',
    'reviews::outlier::success_rate_average::-1',
    'reviews::outlier::success_rate_ejection_threshold::-1',
    'reviews::outlier::local_origin_success_rate_average::-1',
    'reviews::outlier::local_origin_success_rate_ejection_threshold::-1',
    'reviews::default_priority::max_connections::5',
    'reviews::default_priority::max_pending_requests::1024',
    'reviews::default_priority::max_requests::1024',
    'reviews::default_priority::max_retries::3',
    'reviews::high_priority::max_connections::1024',
    'reviews::high_priority::max_pending_requests::1024',
    'reviews::high_priority::max_requests::1024',
    'reviews::high_priority::max_retries::3',
    'reviews::added_via_api::false',
  ]);
  t.strictSame(
    lines.slice(14, 27).map((line) => line.replace('reviews::10.0.0.1:9080::', '')),
    [
      'cx_active::1',
      'cx_total::2',
      'rq_error::0',
      'hostname::one',
      'health_flags::/failed_active_hc',
      'weight::3',
      'region::r1',
      'zone::z1',
      'sub_zone::',
      'canary::false',
      'priority::0',
      'success_rate::-1',
      'local_origin_success_rate::-1',
    ],
  );
  t.strictSame(lines.slice(-3), [
    'ratings::added_via_api::true',
    'ratings::eds_service_name::ratings-eds',
    '',
  ]);
});

t.test('the JSON leaves out what has its default value', async (t) => {
  const admin = await startAdmin(t);
  const response = await admin.get('/clusters?format=json');
  const text = await response.text();
  t.match(text, /^\{\n "cluster_statuses": \[\n {2}\{\n {3}"name": "reviews",\n/);
  const limits = {
    max_connections: 1024,
    max_pending_requests: 1024,
    max_requests: 1024,
    max_retries: 3,
  };
  const high = { priority: 'HIGH', ...limits };
  t.strictSame(JSON.parse(text), {
    cluster_statuses: [
      {
        name: 'reviews',
        host_statuses: [
          {
            address: { socket_address: { address: '10.0.0.1', port_value: 9080 } },
            stats: [
              { value: '2', name: 'cx_total' },
              { name: 'rq_error' },
              { type: 'GAUGE', value: '1', name: 'cx_active' },
            ],
            health_status: { failed_active_health_check: true, eds_health_status: 'HEALTHY' },
            weight: 3,
            hostname: 'one',
            locality: { region: 'r1', zone: 'z1' },
          },
        ],
        circuit_breakers: { thresholds: [{ ...limits, max_connections: 5 }, high] },
        observability_name: 'reviews_alt',
      },
      {
        name: 'ratings',
        added_via_api: true,
        circuit_breakers: { thresholds: [limits, high] },
        observability_name: 'ratings',
        eds_service_name: 'ratings-eds',
      },
    ],
  });
});

t.test('a filter chooses clusters by a pattern anywhere in the name', async (t) => {
  const admin = await startAdmin(t);
  t.notMatch(await (await admin.get('/clusters?filter=at.n')).text(), /reviews/);
  t.equal(await (await admin.get('/clusters?filter=nope')).text(), '');
  t.equal(await (await admin.get('/clusters?filter=nope&format=json')).text(), '{}\n');
  const wrong = await admin.get('/clusters?filter=%5B');
  t.equal(wrong.status, 400);
  t.equal(await wrong.text(), 'Invalid re2 regex');
});

t.test('a page of many clusters is whole and valid', async (t) => {
  const admin = await startAdmin(t);
  const [first] = fakeClusters as [(typeof fakeClusters)[number]];
  admin.services.clusterList = Array.from({ length: 2000 }, (_one, index) => ({
    ...first,
    name: `cluster-${index}`,
  }));
  const dump = (await (await admin.get('/clusters?format=json')).json()) as {
    cluster_statuses: { name: string }[];
  };
  t.equal(dump.cluster_statuses.length, 2000);
  t.equal(dump.cluster_statuses.at(-1)?.name, 'cluster-1999');
});
