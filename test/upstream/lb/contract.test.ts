import fc from 'fast-check';
import t from 'tap';
import { SeededRandom } from '#base/random.ts';
import type { LoadBalancingPolicy } from '#upstream/cluster-config.ts';
import type { Host } from '#upstream/host.ts';
import { balance, countChoices, type HostSpec, hostOf, hostsOf, prioritySetOf } from './hosts.ts';

/** What every load balancer must do, whichever way it chooses. */
const policies: readonly (readonly [name: string, policy: LoadBalancingPolicy])[] = [
  ['round robin', { kind: 'roundRobin' }],
  ['random', { kind: 'random' }],
  [
    'least request',
    { kind: 'leastRequest', choiceCount: 2, activeRequestBias: 1, isFullScan: false },
  ],
  [
    'least request of all',
    { kind: 'leastRequest', choiceCount: 2, activeRequestBias: 1, isFullScan: true },
  ],
];

const anyHost = fc.record({
  weight: fc.integer({ min: 1, max: 5 }),
  health: fc.constantFrom('healthy', 'degraded', 'unhealthy', 'draining'),
  active: fc.integer({ min: 0, max: 3 }),
}) as fc.Arbitrary<HostSpec>;

for (const [name, policy] of policies) {
  t.test(name, async (t) => {
    t.test('has no host where there is none', async (t) => {
      const { balancer } = balance(prioritySetOf([]), { policy });
      t.equal(balancer.chooseHost(), undefined);
    });

    t.test('always chooses the only host', async (t) => {
      const host = hostOf();
      const { balancer } = balance(prioritySetOf([[host]]), { policy });
      for (let turn = 0; turn < 5; turn++) t.equal(balancer.chooseHost(), host);
    });

    t.test('uses every healthy host and no other', async (t) => {
      const hosts = [
        ...hostsOf(3),
        hostOf({ health: 'unhealthy' }),
        hostOf({ health: 'draining' }),
      ];
      const { balancer, panics } = balance(prioritySetOf([hosts]), { policy });
      const counts = countChoices(balancer, hosts, 300);
      for (const count of counts.slice(0, 3)) t.ok(count > 30);
      t.same(counts.slice(3), [0, 0]);
      t.equal(panics(), 0);
    });

    t.test('uses all hosts when too few are healthy, and counts it', async (t) => {
      const hosts = [hostOf(), ...hostsOf(3, { health: 'unhealthy' })];
      const { balancer, panics } = balance(prioritySetOf([hosts]), { policy });
      for (const count of countChoices(balancer, hosts, 400)) t.ok(count > 40);
      t.equal(panics(), 400);
    });

    t.test('stays with healthy hosts where panic is off', async (t) => {
      const hosts = [hostOf(), ...hostsOf(9, { health: 'unhealthy' })];
      const { balancer } = balance(prioritySetOf([hosts]), {
        policy,
        healthyPanicThresholdPercent: 0,
      });
      t.equal(countChoices(balancer, hosts, 20)[0], 20);
    });

    t.test('has no host when panic is off and none is healthy', async (t) => {
      const hosts = hostsOf(2, { health: 'unhealthy' });
      const { balancer, panics } = balance(prioritySetOf([hosts]), {
        policy,
        healthyPanicThresholdPercent: 0,
      });
      t.equal(balancer.chooseHost(), undefined);
      t.equal(panics(), 0);
    });

    t.test('has no host in a panic when that is wanted', async (t) => {
      const hosts = [hostOf(), ...hostsOf(3, { health: 'unhealthy' })];
      const { balancer, panics } = balance(prioritySetOf([hosts]), {
        policy,
        failTrafficOnPanic: true,
      });
      t.equal(balancer.chooseHost(), undefined);
      t.equal(panics(), 1);
    });

    t.test('uses degraded hosts for what healthy ones cannot take', async (t) => {
      const hosts = [...hostsOf(5), ...hostsOf(5, { health: 'degraded' })];
      const { balancer } = balance(prioritySetOf([hosts]), { policy });
      const counts = countChoices(balancer, hosts, 2_000);
      const degraded = counts.slice(5).reduce((sum, count) => sum + count, 0);
      /* Half of the hosts, times 1.4, take 70 percent. */
      t.ok(degraded > 500 && degraded < 700, `${degraded} of 2000`);
    });

    t.test('goes to the next priority for what the first one cannot take', async (t) => {
      const first = [...hostsOf(5), ...hostsOf(5, { health: 'unhealthy' })];
      const second = hostsOf(2);
      const { balancer } = balance(prioritySetOf([first, second]), { policy });
      const count = countChoices(balancer, second, 2_000).reduce((sum, one) => sum + one, 0);
      t.ok(count > 500 && count < 700, `${count} of 2000`);
    });

    t.test('takes over a changed membership at once', async (t) => {
      const before = hostsOf(3);
      const { balancer } = balance(prioritySetOf([before]), { policy });
      countChoices(balancer, before, 10);
      const after = [before[0] as Host, hostOf()];
      balancer.onHostsChanged(prioritySetOf([after]));
      const counts = countChoices(balancer, [...after, ...before.slice(1)], 200);
      t.ok((counts[0] as number) > 20 && (counts[1] as number) > 20);
      t.same(counts.slice(2), [0, 0]);
      balancer.onHostsChanged(prioritySetOf([]));
      t.equal(balancer.chooseHost(), undefined);
    });

    t.test('takes over changed health at once', async (t) => {
      const hosts = hostsOf(4);
      const { balancer } = balance(prioritySetOf([hosts]), { policy });
      const [failing] = hosts as [Host];
      failing.healthFlags = hostOf({ health: 'unhealthy' }).healthFlags;
      balancer.onHostsChanged(prioritySetOf([hosts]));
      t.equal(countChoices(balancer, [failing], 100)[0], 0);
    });

    t.test('chooses a host whenever there is one that may be used', async () => {
      fc.assert(
        fc.property(
          fc.array(fc.array(anyHost, { maxLength: 6 }), { maxLength: 3 }),
          fc.nat(100),
          fc.integer(),
          (specs, healthyPanicThresholdPercent, seed) => {
            const hosts = specs.map((priority) => priority.map(hostOf));
            const { balancer } = balance(
              prioritySetOf(hosts),
              { policy, healthyPanicThresholdPercent },
              new SeededRandom(seed),
            );
            const usable = hosts.flat().some((host) => host.health !== 'unhealthy');
            for (let turn = 0; turn < 20; turn++) {
              const host = balancer.chooseHost();
              if (host === undefined) {
                if (usable || (healthyPanicThresholdPercent > 0 && hosts.flat().length > 0)) {
                  return false;
                }
              } else if (!hosts.flat().includes(host)) {
                return false;
              }
            }
            return true;
          },
        ),
        { numRuns: 200 },
      );
    });
  });
}
