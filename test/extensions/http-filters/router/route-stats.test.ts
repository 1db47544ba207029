import t from 'tap';
import { RouteStats } from '#extensions/http-filters/router/route-stats.ts';
import type { Route } from '#routing/route.ts';
import { StatsStore } from '#stats/stats-store.ts';
import { WorkerStats } from '#stats/worker-stats.ts';

const route = { statPrefix: 'to', virtualHost: { name: 'all' } } as Route;

t.test('virtual clusters and routes count responses and how long they took', (t) => {
  const store = new StatsStore();
  const stats = new WorkerStats((announcement) => store.acceptAnnouncement(0, announcement));
  stats.addSegments(store.registerWorker(0).segments);
  const routeStats = new RouteStats(stats);
  t.same(routeStats.scopesOf({ ...route, statPrefix: '' } as Route, undefined), []);
  for (const scope of routeStats.scopesOf(route, 'vc') ?? []) {
    scope.charge(201, '');
    scope.recordTime(7, '');
    scope.recordTime(9, 'internal');
  }
  stats.announceNow();
  const { counters, histograms } = store.snapshot();
  for (const scope of ['vhost.all.vcluster.vc.', 'vhost.all.route.to.']) {
    t.equal(counters.get(`${scope}upstream_rq_201`), 1);
    t.equal(counters.get(`${scope}upstream_rq_2xx`), 1);
    t.equal(counters.get(`${scope}upstream_rq_completed`), 1);
    t.equal(counters.get(`${scope}upstream_rq_retry_success`), 0, 'shown from the beginning');
    t.ok(histograms.has(`${scope}upstream_rq_time`));
    t.ok(histograms.has(`${scope}internal.upstream_rq_time`));
  }
  t.end();
});
