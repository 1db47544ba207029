import t from 'tap';
import type { Cluster } from '#upstream/cluster.ts';
import { TestProcess } from './harness.ts';

const limits = { max_connections: 2, max_requests: 3, track_remaining: true };

function start(workers: number): { process: TestProcess; clusters: Cluster[] } {
  const process = new TestProcess(workers);
  process.add({
    name: 'c',
    circuit_breakers: { thresholds: [limits, { priority: 'HIGH', max_requests: 1 }] },
  });
  return { process, clusters: process.workers.map((worker) => worker.cluster()) };
}

t.test('a limit holds for all workers together', async (t) => {
  const { clusters } = start(2);
  const [one, two] = clusters.map((cluster) => cluster.resources('default').connections);
  if (one === undefined || two === undefined) throw new Error('two workers');
  t.equal(one.tryAcquire(), true);
  t.equal(two.tryAcquire(), true);
  t.equal(one.canAcquire(), false);
  t.equal(one.tryAcquire(), false);
  t.equal(two.count, 2);
  two.release();
  t.equal(one.canAcquire(), true);
  t.equal(one.tryAcquire(), true);
});

t.test('what must go on may exceed the limit', async (t) => {
  const [cluster] = start(1).clusters;
  const connections = cluster?.resources('default').connections;
  for (let count = 0; count < 3; count++) connections?.acquire();
  t.equal(connections?.count, 3);
  connections?.release();
  t.equal(connections?.tryAcquire(), false);
});

t.test('priorities and resources are counted apart', async (t) => {
  const [cluster] = start(1).clusters;
  const high = cluster?.resources('high');
  t.equal(high?.requests.tryAcquire(), true);
  t.equal(high?.requests.tryAcquire(), false);
  t.equal(high?.pendingRequests.tryAcquire(), true);
  t.equal(cluster?.resources('default').requests.count, 0);
});

t.test("a limit of zero lets nothing through, and Envoy's largest number everything", async (t) => {
  const process = new TestProcess();
  const thresholds = [{ max_retries: 0, max_requests: 4_294_967_295 }];
  process.add({ name: 'c', circuit_breakers: { thresholds } });
  const resources = process.worker.cluster().resources('default');
  t.equal(resources.retries.tryAcquire(), false);
  t.equal(resources.retries.count, 0);
  for (let count = 0; count < 10_000; count++) resources.requests.tryAcquire();
  t.equal(resources.requests.count, 10_000);
});

t.test('gauges show open circuit breakers and what remains', async (t) => {
  const { process, clusters } = start(2);
  const gauge = (name: string): number | undefined =>
    process.stat(`cluster.c.circuit_breakers.${name}`);
  t.equal(gauge('default.remaining_cx'), 2);
  t.equal(gauge('default.cx_open'), 0);
  for (const cluster of clusters) cluster.resources('default').connections.tryAcquire();
  t.equal(gauge('default.remaining_cx'), 0);
  t.equal(gauge('default.cx_open'), 1);
  t.equal(gauge('default.rq_open'), 0);
  t.equal(gauge('high.cx_open'), 0);
  t.equal(gauge('high.remaining_cx'), undefined);
  clusters[0]?.resources('default').connections.release();
  t.equal(gauge('default.remaining_cx'), 1);
  t.equal(gauge('default.cx_open'), 0);
});

t.test('what a worker held is free again when it has ended', async (t) => {
  const { process, clusters } = start(2);
  const [one, two] = clusters.map((cluster) => cluster.resources('default').requests);
  one?.tryAcquire();
  two?.tryAcquire();
  two?.tryAcquire();
  t.equal(one?.canAcquire(), false);
  process.registry.workerEnded(1);
  t.equal(one?.count, 1);
  process.registry.workerEnded(1);
  t.equal(one?.count, 1);
});

t.test('many clusters have their own counts across segments', async (t) => {
  const process = new TestProcess();
  const names = Array.from({ length: 1_000 }, (_, index) => `c${index}`);
  process.add(...names.map((name) => ({ name })));
  for (const name of names) {
    process.worker.cluster(name).resources('default').requests.acquire();
    process.worker.cluster(name).resources('high').retries.acquire();
  }
  t.ok(process.registry.fullUpdate().resourceSegments.length > 1);
  for (const name of names) {
    const resources = process.worker.cluster(name).resources('default');
    if (resources.requests.count !== 1 || resources.retries.count !== 0) t.fail(name);
  }
});
