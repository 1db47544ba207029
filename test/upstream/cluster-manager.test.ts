import t from 'tap';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { ClusterUpdate, HostSnapshot } from '#upstream/cluster-update.ts';
import type { Host } from '#upstream/host.ts';
import {
  addresses,
  assignment,
  choose,
  endpoint,
  type Json,
  settle,
  TestProcess,
} from './harness.ts';

const twoHosts: Json = {
  name: 'c',
  ...assignment(endpoint('10.0.0.1:80'), endpoint('10.0.0.2:80')),
};

/** An update of one cluster's hosts, made from what the main thread knows of it. */
function hostsUpdate(
  process: TestProcess,
  change: (hosts: readonly HostSnapshot[]) => readonly HostSnapshot[],
): ClusterUpdate {
  const [snapshot] = process.registry.fullUpdate().set;
  if (snapshot === undefined) throw new Error('no cluster');
  const localities = snapshot.assignment.localities.map((group) => ({
    ...group,
    hosts: change(group.hosts),
  }));
  return {
    resourceSegments: [],
    set: [],
    removed: [],
    hosts: [{ cluster: 'c', assignment: { ...snapshot.assignment, localities } }],
  };
}

t.test('a worker has the clusters that the main thread announced', async (t) => {
  const process = new TestProcess();
  process.add(twoHosts, { name: 'other' });
  const { manager } = process.worker;
  t.same(addresses(manager.get('c')?.hosts ?? []), ['10.0.0.1:80', '10.0.0.2:80']);
  t.same(manager.get('other')?.hosts, []);
  t.equal(manager.get('missing'), undefined);
});

t.test('a worker that starts later gets everything at once', async (t) => {
  const process = new TestProcess(2);
  process.add(twoHosts);
  const [, second] = process.workers;
  const late = new TestProcess();
  late.add({ name: 'c' });
  t.same(addresses(second?.cluster().hosts ?? []), ['10.0.0.1:80', '10.0.0.2:80']);
  t.same(
    process.registry.fullUpdate().set.map(({ config }) => config.name),
    ['c'],
  );
  t.equal(process.registry.fullUpdate().resourceSegments.length, 1);
});

t.test('hosts that stay are the same objects; those that go are told to be drained', async (t) => {
  const process = new TestProcess();
  process.add(twoHosts);
  const { worker } = process;
  const cluster = worker.cluster();
  const [kept, gone] = cluster.hosts as [Host, Host];
  gone.pool = {};
  worker.apply(
    hostsUpdate(process, ([first]) => {
      const one = first as HostSnapshot;
      const address = { kind: 'ip', host: '10.0.0.3', port: 80 } as const;
      return [
        { ...one, weight: 9 },
        { ...one, id: 99, address },
      ];
    }),
  );
  t.equal(worker.cluster(), cluster);
  t.equal(cluster.hosts[0], kept);
  t.equal(kept.weight, 9);
  t.same(addresses(cluster.hosts), ['10.0.0.1:80', '10.0.0.3:80']);
  t.same(worker.removed, [gone]);
  t.equal(choose(cluster, 50).get('10.0.0.2:80'), undefined);
});

t.test('a change of health takes a host out of use and keeps its connections', async (t) => {
  const process = new TestProcess();
  process.add(twoHosts);
  const { worker } = process;
  const [, second] = worker.cluster().hosts as [Host, Host];
  worker.apply(
    hostsUpdate(process, (hosts) =>
      hosts.map((host, index) => ({ ...host, healthFlags: index === 1 ? 1 : 0 })),
    ),
  );
  t.equal(second.health, 'unhealthy');
  t.same([...choose(worker.cluster(), 20)], [['10.0.0.1:80', 20]]);
  t.same(worker.removed, []);
});

t.test(
  'a cluster that is set again is another cluster, and the hosts of the old one go',
  async (t) => {
    const process = new TestProcess();
    process.add(twoHosts);
    const { worker } = process;
    const before = worker.cluster();
    const { set } = process.registry.fullUpdate();
    worker.apply({ resourceSegments: [], set, removed: [], hosts: [] });
    t.not(worker.cluster(), before);
    t.same(worker.removed, before.hosts);
  },
);

t.test('a removed cluster is gone, and so are its hosts', async (t) => {
  const process = new TestProcess();
  process.add(twoHosts);
  const { worker } = process;
  const { hosts } = worker.cluster();
  worker.apply({ resourceSegments: [], set: [], removed: ['c'], hosts: [] });
  t.equal(worker.manager.get('c'), undefined);
  t.same(worker.removed, hosts);
});

t.test('hosts of a cluster that is no longer there are passed over', async (t) => {
  const process = new TestProcess();
  process.add(twoHosts);
  const update = hostsUpdate(process, (hosts) => hosts);
  process.worker.apply({ ...update, hosts: [], removed: ['c'] });
  process.worker.apply(update);
  t.equal(process.worker.manager.get('c'), undefined);
});

t.test('statistics of clusters and hosts reach the main thread under their names', async (t) => {
  const process = new TestProcess(2);
  process.add({ ...twoHosts, name: 'a:b', alt_stat_name: 'x:y' });
  for (const worker of process.workers) {
    const cluster = worker.cluster('a:b');
    cluster.stats.inc(clusterStats.field.upstream_rq_total);
    cluster.hosts[0]?.stats.inc(hostStats.field.rq_total);
    cluster.responseCodeStats.charge(200, 'external');
    worker.stats.announceNow();
  }
  t.equal(process.stat('cluster.x_y.upstream_rq_total'), 2);
  t.equal(process.stat('cluster.x_y.external.upstream_rq_2xx'), 2);
  const [host] = process.registry.clustersView()[0]?.hosts ?? [];
  t.same(new Map(host?.counters).get('rq_total'), 2);
});

t.test("the memory of a removed host's statistics is used again once it is released", async (t) => {
  const process = new TestProcess();
  process.add({ name: 'c', type: 'STRICT_DNS', ...assignment(endpoint('a.test:80')) });
  await settle();
  const setAddress = async (address: string): Promise<HostSnapshot> => {
    process.dns.set('a.test', address);
    await process.timers.advance(5_000);
    const [snapshot] = process.registry.fullUpdate().set;
    return snapshot?.assignment.localities[0]?.hosts[0] as HostSnapshot;
  };
  const first = await setAddress('10.0.0.1');
  const [host] = process.worker.cluster().hosts as [Host];
  host.pool = {};
  const second = await setAddress('10.0.0.2');
  const third = await setAddress('10.0.0.3');
  t.not(second.statsAddress, first.statsAddress);
  t.not(third.statsAddress, first.statsAddress);
  process.worker.cluster().releaseHost(host);
  process.worker.stats.announceNow();
  process.store.main.announceNow();
  const fourth = await setAddress('10.0.0.4');
  const fifth = await setAddress('10.0.0.5');
  t.ok([fourth, fifth].some((one) => one.statsAddress === first.statsAddress));
});
