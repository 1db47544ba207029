import t from 'tap';
import { formatHealthFlags } from '#upstream/health-flags.ts';
import { assignment, endpoint, TestProcess } from './harness.ts';

t.test('clusters and their members are counted as in Envoy', async (t) => {
  const process = new TestProcess();
  const group = (priority: number, ...endpoints: readonly Record<string, unknown>[]) => ({
    priority,
    lb_endpoints: endpoints,
  });
  process.add(
    {
      name: 'c',
      load_assignment: {
        cluster_name: 'c',
        endpoints: [
          group(
            0,
            endpoint('10.0.0.1:80'),
            endpoint('10.0.0.2:80', { health_status: 'UNHEALTHY' }),
            endpoint('10.0.0.3:80', { health_status: 'DRAINING' }),
          ),
          group(1, endpoint('10.0.0.4:80', { health_status: 'DEGRADED' })),
        ],
      },
    },
    { name: 'd' },
  );
  t.equal(process.stat('cluster_manager.cluster_added'), 2);
  t.equal(process.stat('cluster_manager.active_clusters'), 2);
  t.equal(process.stat('thread_local_cluster_manager.worker_0.clusters_inflated'), 2);
  t.equal(process.stat('cluster_manager.cluster_updated'), 0);
  t.equal(process.stat('cluster.c.membership_total'), 4);
  t.equal(process.stat('cluster.c.membership_healthy'), 1);
  t.equal(process.stat('cluster.c.membership_degraded'), 1);
  t.equal(process.stat('cluster.c.membership_excluded'), 1);
  t.equal(process.stat('cluster.c.membership_change'), 2);
  t.equal(process.stat('cluster.c.default.total_match_count'), 4);
  t.equal(process.stat('cluster.d.membership_change'), 0);
});

t.test('static clusters are there from the start', async (t) => {
  const process = new TestProcess();
  process.add({ name: 'c', ...assignment(endpoint('10.0.0.1:80')) });
  await process.registry.whenInitialized();
  t.equal(process.worker.cluster().hosts.length, 1);
});

t.test('the admin page can see clusters, limits and hosts', async (t) => {
  const process = new TestProcess();
  const metadata = { filter_metadata: { 'envoy.lb': { canary: true } } };
  process.add({
    name: 'c',
    alt_stat_name: 'alt',
    circuit_breakers: { thresholds: [{ max_requests: 5 }] },
    load_assignment: {
      cluster_name: 'c',
      endpoints: [
        {
          locality: { region: 'r', zone: 'z', sub_zone: 's' },
          priority: 0,
          lb_endpoints: [
            endpoint('10.0.0.1:80', { load_balancing_weight: 3, health_status: 'DRAINING' }),
            { endpoint: { address: { pipe: { path: '/run/x' } }, hostname: 'x' }, metadata },
          ],
        },
      ],
    },
  });
  const [view] = process.registry.clustersView();
  t.match(view, {
    name: 'c',
    observabilityName: 'alt',
    addedViaApi: false,
    defaultLimits: { maxRequests: 5, maxConnections: 1024 },
    highLimits: { maxRequests: 1024 },
    hosts: [
      {
        address: { kind: 'ip', host: '10.0.0.1', port: 80 },
        weight: 3,
        canary: false,
        locality: { region: 'r', zone: 'z', subZone: 's' },
      },
      { address: { kind: 'pipe', path: '/run/x' }, hostname: 'x', canary: true },
    ],
  });
  const [host] = view?.hosts ?? [];
  t.equal(formatHealthFlags(host?.healthFlags ?? 0), '/eds_status_draining');
  t.same(
    host?.counters.map(([name]) => name),
    ['cx_connect_fail', 'cx_total', 'rq_error', 'rq_success', 'rq_timeout', 'rq_total'],
  );
  t.same(
    host?.gauges.map(([name]) => name),
    ['cx_active', 'rq_active', 'rq_pending_active'],
  );
});

t.test('health flags are written as Envoy writes them', async (t) => {
  t.equal(formatHealthFlags(0), 'healthy');
  t.equal(formatHealthFlags(0b100), '/failed_eds_health');
  t.equal(formatHealthFlags(0b101), '/failed_active_hc/failed_eds_health');
});
