import t from 'tap';
import type { Cluster } from '#upstream/cluster.ts';
import { hostStats } from '#upstream/cluster-stats.ts';
import { assignment, choose, endpoint, TestProcess } from '../harness.ts';

const { rq_active } = hostStats.field;

/** Two workers that always take the host with the fewest requests. */
function twoWorkers(): { process: TestProcess; first: Cluster; second: Cluster } {
  const process = new TestProcess(2);
  const policy = 'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest';
  process.add({
    name: 'c',
    ...assignment(endpoint('10.0.0.1:80'), endpoint('10.0.0.2:80')),
    load_balancing_policy: {
      policies: [
        {
          typed_extension_config: {
            name: 'least_request',
            typed_config: {
              '@type': `type.googleapis.com/${policy}`,
              selection_method: 'FULL_SCAN',
            },
          },
        },
      ],
    },
  });
  process.introduceWorkers();
  const [first, second] = process.workers.map((worker) => worker.cluster()) as [Cluster, Cluster];
  return { process, first, second };
}

t.test('least request counts the requests of all workers', async (t) => {
  const { first, second } = twoWorkers();
  for (let active = 0; active < 3; active++) first.hosts[0]?.stats.inc(rq_active);
  second.hosts[1]?.stats.inc(rq_active);
  t.equal(second.hosts[0]?.stats.get(rq_active), 0);
  t.equal(second.hosts[0]?.stats.total(rq_active), 3);
  t.same([...choose(second, 50).keys()], ['10.0.0.2:80']);
  t.same([...choose(first, 50).keys()], ['10.0.0.2:80']);
  for (let active = 0; active < 3; active++) first.hosts[0]?.stats.dec(rq_active);
  t.same([...choose(second, 50).keys()], ['10.0.0.1:80']);
});

t.test('what a worker had when it ended counts no more', async (t) => {
  const { process, first, second } = twoWorkers();
  first.hosts[0]?.stats.inc(rq_active);
  t.same([...choose(second, 50).keys()], ['10.0.0.2:80']);
  process.store.workerEnded(0);
  process.introduceWorkers();
  t.equal(second.hosts[0]?.stats.total(rq_active), 0);
  t.equal(choose(second, 50).size, 2);
});

t.test('hosts that come later are counted as soon as their memory is known', async (t) => {
  const { process } = twoWorkers();
  // More hosts than one piece of memory has room for.
  const later = Array.from({ length: 1000 }, (_, at) => endpoint(`10.1.${at >> 8}.${at & 255}:80`));
  process.add({ name: 'later', ...assignment(...later) });
  const [first, second] = process.workers.map((worker) => worker.cluster('later'));
  first?.hosts.at(-1)?.stats.inc(rq_active);
  t.equal(second?.hosts.at(-1)?.stats.total(rq_active), 0, 'not known yet, and no error');
  process.introduceWorkers();
  t.equal(second?.hosts.at(-1)?.stats.total(rq_active), 1);
});
