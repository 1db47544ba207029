import t from 'tap';
import type { Host } from '#upstream/host.ts';
import {
  addresses,
  assignment,
  choose,
  endpoint,
  type Json,
  settle,
  TestProcess,
} from '../harness.ts';

function dnsCluster(type: 'STRICT_DNS' | 'LOGICAL_DNS', fields: Json = {}): Json {
  return { name: 'c', type, ...assignment(endpoint('a.test:80')), ...fields };
}

async function start(cluster: Json, ...answer: readonly string[]): Promise<TestProcess> {
  const process = new TestProcess();
  if (answer.length > 0) process.dns.set('a.test', ...answer);
  process.add(cluster);
  await settle();
  return process;
}

function hostsOf(process: TestProcess): readonly Host[] {
  return process.worker.cluster().hosts;
}

t.test('each address of a STRICT_DNS name is a host', async (t) => {
  const process = await start(dnsCluster('STRICT_DNS'), '10.0.0.1', '10.0.0.2', '10.0.0.2');
  t.same(addresses(hostsOf(process)), ['10.0.0.1:80', '10.0.0.2:80']);
  t.same(
    hostsOf(process).map((host) => host.hostname),
    ['a.test', 'a.test'],
  );
  t.equal(process.stat('cluster.c.membership_total'), 2);
  t.equal(process.stat('cluster.c.membership_change'), 1);
  t.equal(process.stat('cluster.c.default.total_match_count'), 2);
  t.equal(process.stat('cluster.c.max_host_weight'), 1);
});

t.test('addresses that stay keep their hosts, those that go lose them', async (t) => {
  const process = await start(dnsCluster('STRICT_DNS'), '10.0.0.1', '10.0.0.2');
  const [kept, gone] = hostsOf(process);
  process.dns.set('a.test', '10.0.0.3', '10.0.0.1');
  await process.timers.advance(5_000);
  t.same(addresses(hostsOf(process)), ['10.0.0.3:80', '10.0.0.1:80']);
  t.equal(hostsOf(process)[1], kept);
  t.same(process.worker.removed, [gone]);
  t.equal(process.stat('cluster.c.membership_change'), 2);
  t.equal(process.stat('cluster_manager.cluster_updated'), 1);
});

t.test('the same addresses in another order change nothing', async (t) => {
  const process = await start(dnsCluster('STRICT_DNS'), '10.0.0.1', '10.0.0.2');
  process.dns.set('a.test', '10.0.0.2', '10.0.0.1');
  await process.timers.advance(5_000);
  t.same(addresses(hostsOf(process)), ['10.0.0.1:80', '10.0.0.2:80']);
  t.equal(process.stat('cluster.c.update_attempt'), 2);
  t.equal(process.stat('cluster.c.update_success'), 2);
  t.equal(process.stat('cluster.c.update_no_rebuild'), 1);
});

t.test('the last good addresses stay when resolving fails', async (t) => {
  for (const type of ['STRICT_DNS', 'LOGICAL_DNS'] as const) {
    const process = await start(dnsCluster(type), '10.0.0.1');
    process.dns.fail('a.test');
    await process.timers.advance(5_000);
    t.same(addresses(hostsOf(process)), ['10.0.0.1:80']);
    t.equal(process.stat('cluster.c.update_failure'), 1);
    t.equal(process.stat('cluster.c.update_success'), 1);
  }
});

t.test('a STRICT_DNS name without addresses has no hosts any more', async (t) => {
  const process = await start(dnsCluster('STRICT_DNS'), '10.0.0.1');
  process.dns.set('a.test');
  await process.timers.advance(5_000);
  t.same(hostsOf(process), []);
  t.equal(process.stat('cluster.c.update_success'), 2);
  t.equal(process.stat('cluster.c.membership_change'), 2);
});

t.test('a LOGICAL_DNS name without addresses keeps its host', async (t) => {
  const process = await start(dnsCluster('LOGICAL_DNS'), '10.0.0.1');
  process.dns.set('a.test');
  await process.timers.advance(5_000);
  t.same(addresses(hostsOf(process)), ['10.0.0.1:80']);
  t.equal(process.stat('cluster.c.update_failure'), 1);
});

t.test(
  'a LOGICAL_DNS cluster has one host whose address follows the first of the answer',
  async (t) => {
    const process = await start(dnsCluster('LOGICAL_DNS'), '10.0.0.1', '10.0.0.2');
    const [host] = hostsOf(process);
    t.same(addresses(hostsOf(process)), ['10.0.0.1:80']);
    process.dns.set('a.test', '10.0.0.1');
    await process.timers.advance(5_000);
    t.equal(process.stat('cluster.c.update_no_rebuild'), 1);
    process.dns.set('a.test', '10.0.0.2', '10.0.0.1');
    await process.timers.advance(5_000);
    t.same(addresses(hostsOf(process)), ['10.0.0.2:80']);
    t.equal(hostsOf(process)[0], host);
    t.same(process.worker.removed, []);
    t.equal(process.stat('cluster.c.membership_change'), 2);
  },
);

t.test('several names of a cluster are resolved each on its own', async (t) => {
  const process = new TestProcess();
  process.dns.set('a.test', '10.0.0.1');
  process.dns.fail('b.test');
  const group = (priority: number, name: string, weight: number): Json => ({
    priority,
    lb_endpoints: [endpoint(`${name}:80`, { load_balancing_weight: weight })],
  });
  process.add({
    name: 'c',
    type: 'STRICT_DNS',
    load_assignment: {
      cluster_name: 'c',
      endpoints: [group(0, 'a.test', 2), group(1, 'b.test', 3)],
    },
  });
  await settle();
  t.same(addresses(hostsOf(process)), ['10.0.0.1:80']);
  process.dns.set('b.test', '10.0.0.2', '10.0.0.1');
  await process.timers.advance(5_000);
  t.same(
    hostsOf(process).map((host) => [host.addressText, host.priority, host.weight]),
    [
      ['10.0.0.1:80', 0, 2],
      ['10.0.0.2:80', 1, 3],
      ['10.0.0.1:80', 1, 3],
    ],
  );
  t.equal(process.stat('cluster.c.max_host_weight'), 3);
  t.same([...choose(process.worker.cluster(), 10)], [['10.0.0.1:80', 10]]);
});

t.test('names are resolved again after the refresh rate', async (t) => {
  const process = await start(dnsCluster('STRICT_DNS', { dns_refresh_rate: '3s' }), '10.0.0.1 60');
  t.same(process.timers.delaysMs, [3_000]);
  await process.timers.advance(2_999);
  t.equal(process.dns.questions.length, 1);
  await process.timers.advance(1);
  t.equal(process.dns.questions.length, 2);
});

t.test(
  'names are resolved again when the shortest-lived record expires, if that is wanted',
  async (t) => {
    const cluster = dnsCluster('STRICT_DNS', { respect_dns_ttl: true });
    const process = await start(cluster, '10.0.0.1 60', '10.0.0.2 30');
    t.same(process.timers.delaysMs, [30_000]);
    process.dns.set('a.test', '10.0.0.1 0');
    await process.timers.advance(30_000);
    t.same(process.timers.delaysMs, [5_000]);
  },
);

t.test('a time beyond what timers can wait does not make them fire at once', async (t) => {
  const cluster = dnsCluster('STRICT_DNS', { dns_refresh_rate: '30000000s' });
  const process = await start(cluster, '10.0.0.1');
  t.same(process.timers.delaysMs, [2 ** 31 - 1]);
});

t.test('only the first record counts for a LOGICAL_DNS cluster', async (t) => {
  const cluster = dnsCluster('LOGICAL_DNS', { respect_dns_ttl: true });
  const process = await start(cluster, '10.0.0.1 60', '10.0.0.2 30');
  t.same(process.timers.delaysMs, [60_000]);
});

t.test('jitter is added to the time between resolutions', async (t) => {
  const process = await start(dnsCluster('STRICT_DNS', { dns_jitter: '1s' }), '10.0.0.1');
  const [delayMs = 0] = process.timers.delaysMs;
  t.ok(delayMs > 5_000 && delayMs < 6_000, String(delayMs));
});

t.test('failures are tried again after the refresh rate, or as the back-off says', async (t) => {
  const plain = new TestProcess();
  plain.dns.fail('a.test');
  plain.add(dnsCluster('STRICT_DNS'));
  await settle();
  t.same(plain.timers.delaysMs, [5_000]);

  const backingOff = new TestProcess();
  backingOff.dns.fail('a.test');
  const rate = { base_interval: '1s', max_interval: '4s' };
  backingOff.add(dnsCluster('STRICT_DNS', { dns_failure_refresh_rate: rate }));
  const bounds = [1_000, 2_000, 4_000, 4_000];
  await settle();
  for (const bound of bounds) {
    const [delayMs = Number.NaN] = backingOff.timers.delaysMs;
    t.ok(delayMs < bound, `${delayMs} of ${bound}`);
    await backingOff.timers.advance(delayMs);
  }
  t.equal(backingOff.stat('cluster.c.update_failure'), 5);
  backingOff.dns.set('a.test', '10.0.0.1');
  await backingOff.timers.advance(4_000);
  t.same(backingOff.timers.delaysMs, [5_000]);
  backingOff.dns.fail('a.test');
  await backingOff.timers.advance(5_000);
  t.ok((backingOff.timers.delaysMs[0] ?? Number.NaN) < 1_000);
});

t.test('the family of addresses is the one that the cluster asks for', async (t) => {
  const process = await start(dnsCluster('STRICT_DNS', { dns_lookup_family: 'V6_ONLY' }));
  t.same(process.dns.questions, [['a.test', 'V6_ONLY']]);
});

t.test(
  'the first resolution of each cluster is waited for, whether it succeeds or not',
  async (t) => {
    const process = new TestProcess();
    let isInitialized = false;
    process.dns.set('a.test', '10.0.0.1');
    process.dns.fail('b.test');
    process.add(dnsCluster('STRICT_DNS'), {
      name: 'd',
      type: 'LOGICAL_DNS',
      ...assignment(endpoint('b.test:80')),
    });
    void process.registry.whenInitialized().then(() => {
      isInitialized = true;
    });
    await Promise.resolve();
    t.equal(isInitialized, false);
    await settle();
    t.equal(isInitialized, true);
    await process.registry.whenInitialized();
    t.equal(process.stat('cluster_manager.cluster_updated'), 0);
  },
);

t.test('a cluster that is not to be waited for, or has no names, is not waited for', async (t) => {
  const process = new TestProcess();
  process.add(dnsCluster('STRICT_DNS', { wait_for_warm_on_init: false }), {
    name: 'd',
    type: 'STRICT_DNS',
  });
  let isInitialized = false;
  void process.registry.whenInitialized().then(() => {
    isInitialized = true;
  });
  await Promise.resolve();
  t.equal(isInitialized, true);
});

t.test('a closed registry resolves nothing any more', async (t) => {
  const process = await start(dnsCluster('STRICT_DNS'), '10.0.0.1');
  process.registry.close();
  t.same(process.timers.delaysMs, []);
  const late = new TestProcess();
  late.add(dnsCluster('STRICT_DNS'));
  late.registry.close();
  await settle();
  t.same(late.timers.delaysMs, []);
});
