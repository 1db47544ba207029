import fc from 'fast-check';
import t from 'tap';
import { SeededRandom } from '#base/random.ts';
import type { LoadBalancingPolicy } from '#upstream/cluster-config.ts';
import { hostStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import { createPrioritySet } from '#upstream/host-set.ts';
import { balance, countChoices, hostOf, hostsOf, prioritySetOf } from './hosts.ts';

const roundRobin: LoadBalancingPolicy = { kind: 'roundRobin' };
const random: LoadBalancingPolicy = { kind: 'random' };
const leastRequest: Extract<LoadBalancingPolicy, { kind: 'leastRequest' }> = {
  kind: 'leastRequest',
  choiceCount: 2,
  activeRequestBias: 1,
  isFullScan: false,
};

/** The chance of so large a chi-square with so few degrees of freedom is far below one in a million. */
function looksUniform(counts: readonly number[]): boolean {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  return chiSquare < freedom + 8 * Math.sqrt(2 * freedom) + 20;
}

t.test('round robin gives each host its turn, in order', async (t) => {
  const hosts = hostsOf(4);
  const { balancer } = balance(prioritySetOf([hosts]), { policy: roundRobin });
  const first = hosts.indexOf(balancer.chooseHost() as Host);
  for (let turn = 1; turn < 12; turn++) {
    t.equal(balancer.chooseHost(), hosts[(first + turn) % 4]);
  }
});

t.test('round robin starts anywhere, so that workers do not march in step', async (t) => {
  const hosts = hostsOf(8);
  const starts = new Set<Host | undefined>();
  for (let seed = 0; seed < 40; seed++) {
    const { balancer } = balance(
      prioritySetOf([hosts]),
      { policy: roundRobin },
      new SeededRandom(seed),
    );
    starts.add(balancer.chooseHost());
  }
  t.equal(starts.size, 8);
});

t.test('round robin goes on where it was when hosts come and go', async (t) => {
  const hosts = hostsOf(3);
  const { balancer } = balance(prioritySetOf([hosts]), { policy: roundRobin });
  const first = hosts.indexOf(balancer.chooseHost() as Host);
  balancer.onHostsChanged(prioritySetOf([hosts]));
  t.equal(balancer.chooseHost(), hosts[(first + 1) % 3]);
});

t.test('weighted round robin is exact over every turn of the weights', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 8 }),
      fc.integer(),
      (weights, seed) => {
        const hosts = weights.map((weight) => hostOf({ weight }));
        const { balancer } = balance(
          prioritySetOf([hosts]),
          { policy: roundRobin },
          new SeededRandom(seed),
        );
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const counts = countChoices(balancer, hosts, 10 * total);
        return counts.every((count, index) => Math.abs(count - 10 * (weights[index] ?? 0)) <= 1);
      },
    ),
  );
});

t.test('weighted round robin takes over a changed weight', async (t) => {
  const hosts = [hostOf({ weight: 1 }), hostOf({ weight: 2 })] as const;
  const { balancer } = balance(prioritySetOf([hosts]), { policy: roundRobin });
  hosts[0].weight = 8;
  balancer.onHostsChanged(prioritySetOf([hosts]));
  t.same(countChoices(balancer, hosts, 100), [80, 20]);
});

t.test('random gives each host the same chance, whatever its weight', async (t) => {
  const hosts = [...hostsOf(5), hostOf({ weight: 100 })];
  const { balancer } = balance(prioritySetOf([hosts]), { policy: random });
  const counts = countChoices(balancer, hosts, 12_000);
  t.ok(looksUniform(counts), counts.join());
});

t.test('least request of two drawn hosts takes the one with fewer requests', async (t) => {
  const idle = hostOf();
  const busy = hostsOf(3, { active: 5 });
  const { balancer } = balance(prioritySetOf([[idle, ...busy]]), { policy: leastRequest });
  const [count = 0] = countChoices(balancer, [idle], 4_000);
  /* It is among two draws of four in 1 - (3/4)^2 = 7 of 16 cases. */
  t.ok(count > 1_650 && count < 1_850, `${count} of 4000`);
});

t.test('least request of many drawn hosts hardly ever misses the best one', async (t) => {
  const idle = hostOf();
  const policy = { ...leastRequest, choiceCount: 40 };
  const { balancer } = balance(prioritySetOf([[idle, ...hostsOf(3, { active: 1 })]]), { policy });
  t.equal(countChoices(balancer, [idle], 500)[0], 500);
});

t.test(
  'least request of all hosts never misses the best one and breaks ties by chance',
  async (t) => {
    const best = hostsOf(3, { active: 1 });
    const policy = { ...leastRequest, isFullScan: true };
    const prioritySet = prioritySetOf([[...hostsOf(3, { active: 2 }), ...best]]);
    const { balancer } = balance(prioritySet, { policy });
    const counts = countChoices(balancer, best, 3_000);
    t.equal(
      counts.reduce((sum, count) => sum + count, 0),
      3_000,
    );
    t.ok(looksUniform(counts), counts.join());
  },
);

t.test('least request keeps hosts level when requests pile up', async (t) => {
  const hosts = hostsOf(10);
  const { balancer } = balance(prioritySetOf([hosts]), { policy: leastRequest });
  for (let request = 0; request < 1_000; request++) {
    balancer.chooseHost()?.stats.inc(hostStats.field.rq_active);
  }
  const active = hosts.map((host) => host.stats.get(hostStats.field.rq_active));
  t.ok(Math.max(...active) - Math.min(...active) <= 6, active.join());
});

t.test('weighted least request without active requests follows the weights', async (t) => {
  const hosts = [hostOf({ weight: 1 }), hostOf({ weight: 3 })];
  const { balancer } = balance(prioritySetOf([hosts]), { policy: leastRequest });
  t.same(countChoices(balancer, hosts, 100), [25, 75]);
});

t.test(
  'weighted least request reduces a host by its active requests, as the bias says',
  async (t) => {
    const sharesOf = (activeRequestBias: number): number[] => {
      const hosts = [hostOf({ weight: 2, active: 3 }), hostOf({ weight: 1 })];
      const policy = { ...leastRequest, activeRequestBias };
      const { balancer } = balance(prioritySetOf([hosts]), { policy });
      return countChoices(balancer, hosts, 600);
    };
    /* 2 / 4^1 against 1; 2 / 4^0.5 against 1; 2 against 1. */
    t.same(sharesOf(1), [200, 400]);
    t.same(sharesOf(0.5), [300, 300]);
    t.same(sharesOf(0), [400, 200]);
  },
);

t.test('locality-weighted balancing follows the weights of localities', async (t) => {
  const localities = [
    { weight: 1, hosts: hostsOf(1) },
    { weight: 3, hosts: hostsOf(4) },
    { weight: 0, hosts: hostsOf(2) },
  ].map((one, index) => ({
    ...one,
    priority: 0,
    locality: { region: '', zone: String(index), subZone: '' },
  }));
  const prioritySet = createPrioritySet({
    localities,
    overprovisioningFactor: 140,
    weightedPriorityHealth: false,
  });
  const sharesOf = (isLocalityWeighted: boolean): number[] => {
    const { balancer } = balance(prioritySet, { policy: roundRobin, isLocalityWeighted });
    return countChoices(
      balancer,
      localities.flatMap((one) => one.hosts),
      700,
    );
  };
  t.same(sharesOf(false), [100, 100, 100, 100, 100, 100, 100]);
  const [first, ...others] = sharesOf(true);
  t.equal(first, 175);
  t.same(others.slice(4), [0, 0]);
  for (const count of others.slice(0, 4)) t.ok(count >= 131 && count <= 132);
});

t.test(
  'a locality that loses hosts keeps its weight until overprovisioning is used up',
  async (t) => {
    const shareOf = (healthy: number): number => {
      const local = [...hostsOf(healthy), ...hostsOf(10 - healthy, { health: 'unhealthy' })];
      const remote = hostsOf(10);
      const prioritySet = createPrioritySet({
        localities: [local, remote].map((hosts, index) => ({
          hosts,
          weight: 1,
          priority: 0,
          locality: { region: '', zone: String(index), subZone: '' },
        })),
        overprovisioningFactor: 140,
        weightedPriorityHealth: false,
      });
      const { balancer } = balance(prioritySet, { policy: roundRobin, isLocalityWeighted: true });
      return countChoices(balancer, local, 1_700).reduce((sum, count) => sum + count, 0);
    };
    t.equal(shareOf(10), 850);
    t.equal(shareOf(8), 850);
    /* 0.5 * 1.4 = 0.7 against 1. */
    t.equal(shareOf(5), 700);
    t.equal(shareOf(0), 0);
  },
);

t.test('without any weights, localities do not matter', async (t) => {
  const hosts = hostsOf(3);
  const { balancer } = balance(prioritySetOf([hosts]), {
    policy: roundRobin,
    isLocalityWeighted: true,
  });
  t.same(countChoices(balancer, hosts, 30), [10, 10, 10]);
});
