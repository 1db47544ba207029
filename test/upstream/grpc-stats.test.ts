import t from 'tap';
import { StatsStore } from '#stats/stats-store.ts';
import { WorkerStats } from '#stats/worker-stats.ts';
import { clusterStats } from '#upstream/cluster-stats.ts';
import { ClusterGrpcStats, GRPC_METHODS_MAX } from '#upstream/grpc-stats.ts';

interface Made {
  readonly stats: ClusterGrpcStats;
  readonly counters: () => Record<string, number>;
}

function make(): Made {
  const store = new StatsStore();
  const worker = new WorkerStats((made) => store.acceptAnnouncement(0, made));
  const address = store.allocate(clusterStats, 'cluster.c.');
  worker.addSegments(store.registerWorker(0).segments);
  const stats = new ClusterGrpcStats(worker.block(clusterStats, address, 'cluster.c.'));
  const counters = (): Record<string, number> => {
    worker.announceNow();
    const all = [...store.snapshot().counters];
    return Object.fromEntries(all.filter(([name]) => name.startsWith('cluster.c.grpc')).sort());
  };
  return { stats, counters };
}

t.test('calls are counted by method and status, with Envoy’s names', async (t) => {
  const { stats, counters } = make();
  const method = stats.of('grpc', { service: 'a.B', method: 'c' });
  method.ended('0');
  method.ended('14');
  method.ended(undefined);
  method.succeeded(false);
  method.requestMessages(3);
  method.responseMessages(2);
  stats.of('grpc-web', { service: 'a.B', method: 'c' }).ended('0');
  stats.others('grpc').ended('0');
  t.strictSame(counters(), {
    'cluster.c.grpc-web.a.B.c.0': 1,
    'cluster.c.grpc-web.a.B.c.success': 1,
    'cluster.c.grpc-web.a.B.c.total': 1,
    'cluster.c.grpc.0': 1,
    'cluster.c.grpc.a.B.c.0': 1,
    'cluster.c.grpc.a.B.c.14': 1,
    'cluster.c.grpc.a.B.c.failure': 2,
    'cluster.c.grpc.a.B.c.request_message_count': 3,
    'cluster.c.grpc.a.B.c.response_message_count': 2,
    'cluster.c.grpc.a.B.c.success': 1,
    'cluster.c.grpc.a.B.c.total': 3,
    'cluster.c.grpc.success': 1,
    'cluster.c.grpc.total': 1,
  });
});

t.test('a method has one set of statistics', async (t) => {
  const { stats } = make();
  const method = { service: 'a', method: 'b' };
  t.equal(stats.of('grpc', method), stats.of('grpc', { ...method }));
  t.not(stats.of('grpc', method), stats.of('grpc-web', method));
});

t.test('methods that clients invent are counted together from some number on', async (t) => {
  const { stats, counters } = make();
  for (let index = 0; index < GRPC_METHODS_MAX + 50; index++) {
    stats.of('grpc', { service: 's', method: `m${index}` }).ended('0');
  }
  t.equal(counters()['cluster.c.grpc.total'], 50);
  t.equal(Object.keys(counters()).filter((name) => name.endsWith('.total')).length, 1001);
  stats.of('grpc', { service: 's', method: 'm0' }).ended('0');
  t.equal(counters()['cluster.c.grpc.s.m0.total'], 2, 'the first ones stay');
});

t.test('statuses that upstreams invent are bounded, the totals are not', async (t) => {
  const { stats, counters } = make();
  for (let status = 0; status < 500; status++) stats.others('grpc').ended(`x${status}`);
  const names = Object.keys(counters());
  t.equal(names.filter((name) => name.includes('.x')).length, 32);
  t.equal(counters()['cluster.c.grpc.failure'], 500);
});

t.test('very long names and statuses get no counters of their own', async (t) => {
  const { stats, counters } = make();
  stats.of('grpc', { service: 's'.repeat(300), method: 'm' }).ended('x'.repeat(17));
  t.strictSame(counters(), { 'cluster.c.grpc.failure': 1, 'cluster.c.grpc.total': 1 });
});
