import fc from 'fast-check';
import t from 'tap';
import type { AssignmentConfig } from '#upstream/cluster-config.ts';
import type { Host } from '#upstream/host.ts';
import { calculatePriorityLoad, type PriorityLoad } from '#upstream/lb/priority-load.ts';
import { hostsOf, prioritySetOf } from './hosts.ts';

interface Availability {
  readonly healthy: number;
  readonly degraded?: number;
  readonly all?: number;
}

/** The load of priorities of which so many of (by default 100) hosts are healthy or degraded. */
function loadOf(
  priorities: readonly Availability[],
  panicThresholdPercent = 50,
  policy: Partial<AssignmentConfig<Host>> = {},
): PriorityLoad {
  const hosts = priorities.map(({ healthy, degraded = 0, all = 100 }) => [
    ...hostsOf(healthy),
    ...hostsOf(degraded, { health: 'degraded' }),
    ...hostsOf(all - healthy - degraded, { health: 'unhealthy' }),
  ]);
  return calculatePriorityLoad(prioritySetOf(hosts, policy), panicThresholdPercent);
}

/* The rows of the tables in Envoy's documentation on priority levels, degraded endpoints and panic. */
t.test('load moves to the second priority as the first one loses hosts', async (t) => {
  const healthyOf = (first: number, second: number) =>
    loadOf([{ healthy: first }, { healthy: second }]).healthy;
  t.same(healthyOf(100, 100), [100, 0]);
  t.same(healthyOf(72, 100), [100, 0]);
  t.same(healthyOf(71, 100), [99, 1]);
  t.same(healthyOf(50, 100), [70, 30]);
  t.same(healthyOf(25, 100), [35, 65]);
  t.same(healthyOf(0, 100), [0, 100]);
});

t.test('what is left of all priorities is scaled up to everything', async (t) => {
  t.same(loadOf([{ healthy: 25 }, { healthy: 25 }], 0).healthy, [50, 50]);
  t.same(loadOf([{ healthy: 5 }, { healthy: 5 }, { healthy: 5 }], 0).healthy, [34, 33, 33]);
});

t.test('three priorities share what the ones before them cannot take', async (t) => {
  const healthyOf = (...healthy: number[]) =>
    loadOf(healthy.map((one) => ({ healthy: one }))).healthy;
  t.same(healthyOf(100, 100, 100), [100, 0, 0]);
  t.same(healthyOf(25, 100, 100), [35, 65, 0]);
  t.same(healthyOf(25, 25, 100), [35, 35, 30]);
});

t.test('degraded hosts come after the healthy ones of all priorities', async (t) => {
  const load = loadOf([
    { healthy: 20, degraded: 80 },
    { healthy: 10, degraded: 0 },
  ]);
  t.same(load.healthy, [28, 14]);
  t.same(load.degraded, [58, 0]);
  t.same(load.isInPanic, [false, false]);
});

t.test('a priority panics only while all together cannot take everything', async (t) => {
  t.same(loadOf([{ healthy: 1 }, { healthy: 100 }]).isInPanic, [false, false]);
  t.same(loadOf([{ healthy: 40 }, { healthy: 25 }]).isInPanic, [true, true]);
  t.same(loadOf([{ healthy: 55 }, { healthy: 5 }]).isInPanic, [false, true]);
});

t.test('in a panic of all priorities the load follows the number of hosts', async (t) => {
  const load = loadOf([
    { healthy: 0, all: 10 },
    { healthy: 0, all: 30 },
  ]);
  t.same(load.healthy, [25, 75]);
  t.same(load.degraded, [0, 0]);
  t.same(load.isInPanic, [true, true]);
});

t.test('the overprovisioning factor and weights decide how much a priority can take', async (t) => {
  const half = [{ healthy: 50 }, { healthy: 100 }];
  t.same(loadOf(half, 50, { overprovisioningFactor: 100 }).healthy, [50, 50]);
  t.same(loadOf(half, 50, { overprovisioningFactor: 200 }).healthy, [100, 0]);
  const hosts = [
    [...hostsOf(1, { weight: 6 }), ...hostsOf(4, { weight: 1, health: 'unhealthy' })],
    hostsOf(1),
  ];
  const weighted = { overprovisioningFactor: 100, weightedPriorityHealth: true };
  t.same(calculatePriorityLoad(prioritySetOf(hosts, weighted), 50).healthy, [60, 40]);
});

t.test('draining hosts count neither for nor against a priority', async (t) => {
  const hosts = [[...hostsOf(2), ...hostsOf(8, { health: 'draining' })], hostsOf(1)];
  t.same(calculatePriorityLoad(prioritySetOf(hosts), 50).healthy, [100, 0]);
});

t.test('without hosts everything goes to the first priority, where there is nobody', async (t) => {
  t.same(calculatePriorityLoad(prioritySetOf([]), 50).healthy, [100]);
  t.same(calculatePriorityLoad(prioritySetOf([[], []]), 0).healthy, [100, 0]);
});

t.test('the parts always add up to everything', async () => {
  const availability = fc.record({
    healthy: fc.nat(5),
    degraded: fc.nat(5),
    unhealthy: fc.nat(5),
  });
  fc.assert(
    fc.property(
      fc.array(availability, { minLength: 1, maxLength: 5 }),
      fc.nat(100),
      fc.integer({ min: 100, max: 300 }),
      (priorities, threshold, overprovisioningFactor) => {
        const specs = priorities.map(({ healthy, degraded, unhealthy }) => ({
          healthy,
          degraded,
          all: healthy + degraded + unhealthy,
        }));
        const { healthy, degraded } = loadOf(specs, threshold, { overprovisioningFactor });
        const parts = [...healthy, ...degraded];
        return (
          parts.reduce((sum, part) => sum + part, 0) === 100 && parts.every((part) => part >= 0)
        );
      },
    ),
  );
});
