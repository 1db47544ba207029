import t from 'tap';
import { TestProcess } from './harness.ts';

t.test('upstream_rq_time is kept alone and by the origin of the request', async (t) => {
  const process = new TestProcess();
  process.add({ name: 'c' });
  const { responseTimeStats } = process.worker.cluster();
  responseTimeStats.record(5, 'external');
  responseTimeStats.record(7, 'external');
  responseTimeStats.record(9, 'internal');
  process.worker.stats.announceNow();
  const { histograms } = process.store.snapshot();
  const counts = ['', 'external.', 'internal.'].map((origin) => {
    const histogram = histograms.get(`cluster.c.${origin}upstream_rq_time`);
    return [histogram?.count, histogram?.sum];
  });
  t.same(counts, [
    [3, 21],
    [2, 12],
    [1, 9],
  ]);
});

t.test('a cluster without responses has no such histograms', async (t) => {
  const process = new TestProcess();
  process.add({ name: 'c' });
  const { histograms } = process.store.snapshot();
  t.same(
    [...histograms.keys()].filter((name) => name.includes('rq_time')),
    [],
  );
});
