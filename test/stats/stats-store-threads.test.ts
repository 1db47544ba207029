import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import type { NamedStatsAnnouncement } from '#stats/named-stats.ts';
import { StatsStore } from '#stats/stats-store.ts';
import { type CountingWorkerData, countedGroup } from './counting-worker.ts';

const PREFIX = 'cluster.a.';

/** Starts a thread that counts `rounds` times and then waits. */
async function startWorker(store: StatsStore, id: number, rounds: number): Promise<Worker> {
  const address = store.allocate(countedGroup, PREFIX);
  const { segments } = store.registerWorker(id);
  const workerData: CountingWorkerData = { segments, address, prefix: PREFIX, rounds };
  const worker = new Worker(join(import.meta.dirname, 'counting-worker.ts'), { workerData });
  const counted = Promise.withResolvers<void>();
  worker.on('message', (message: NamedStatsAnnouncement | 'counted') => {
    if (message === 'counted') counted.resolve();
    else store.acceptAnnouncement(id, message);
  });
  worker.on('error', counted.reject);
  await counted.promise;
  return worker;
}

t.test('counts of two threads are added without losing one', async (t) => {
  const store = new StatsStore();
  const workers = await Promise.all([
    startWorker(store, 1, 200_000),
    startWorker(store, 2, 100_000),
  ]);
  const { counters, gauges, histograms } = store.snapshot();
  t.equal(counters.get('cluster.a.rq_total'), 300_000);
  t.equal(counters.get('cluster.a.rq_200'), 300_000);
  t.equal(gauges.get('cluster.a.rq_active'), 6);
  t.equal(histograms.get('cluster.a.rq_time')?.count, 300_000);
  t.equal(histograms.get('cluster.a.rq_time')?.sum, 300 * ((999 * 1000) / 2));
  await Promise.all(workers.map((worker) => worker.terminate()));
});

t.test('a terminated thread leaves its counts and takes its gauges', async (t) => {
  const store = new StatsStore();
  const first = await startWorker(store, 1, 5_000);
  await first.terminate();
  store.workerEnded(1);
  const second = await startWorker(store, 2, 1_000);
  const { counters, gauges, histograms } = store.snapshot();
  t.equal(counters.get('cluster.a.rq_total'), 6_000);
  t.equal(counters.get('cluster.a.rq_200'), 6_000);
  t.equal(gauges.get('cluster.a.rq_active'), 3);
  t.equal(histograms.get('cluster.a.rq_time')?.count, 6_000);
  await second.terminate();
});
