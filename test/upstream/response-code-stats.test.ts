import t from 'tap';
import { TestProcess } from './harness.ts';

function countersAfter(
  ...responses: readonly (readonly [status: number, origin: 'internal' | 'external'])[]
): Map<string, number> {
  const process = new TestProcess();
  process.add({ name: 'c' });
  for (const [status, origin] of responses) {
    process.worker.cluster().responseCodeStats.charge(status, origin);
  }
  process.worker.stats.announceNow();
  const { counters } = process.store.snapshot();
  const charged = [...counters].filter(([, value]) => value > 0);
  return new Map(
    charged
      .filter(([name]) => name.startsWith('cluster.c.'))
      .map(([name, value]) => [name.slice('cluster.c.'.length), value]),
  );
}

t.test('a response moves the counters that it moves in Envoy', async (t) => {
  t.same(Object.fromEntries(countersAfter([200, 'external'])), {
    upstream_rq_200: 1,
    upstream_rq_2xx: 1,
    'external.upstream_rq_200': 1,
    'external.upstream_rq_2xx': 1,
    'external.upstream_rq_completed': 1,
  });
});

t.test('what a canary answers is counted once more', async (t) => {
  const process = new TestProcess();
  process.add({ name: 'c' });
  process.worker.cluster().responseCodeStats.charge(503, 'canary', true);
  process.worker.stats.announceNow();
  const { counters } = process.store.snapshot();
  t.same(
    [...counters].filter(([name, value]) => value > 0 && name.startsWith('cluster.c.')).sort(),
    [
      ['cluster.c.canary.upstream_rq_503', 1],
      ['cluster.c.canary.upstream_rq_5xx', 1],
      ['cluster.c.canary.upstream_rq_completed', 1],
    ],
  );
});

t.test('statuses, classes and origins are counted apart', async (t) => {
  const counters = countersAfter(
    [200, 'external'],
    [200, 'internal'],
    [204, 'internal'],
    [503, 'external'],
    [404, 'external'],
    [200, 'external'],
  );
  t.equal(counters.get('upstream_rq_200'), 3);
  t.equal(counters.get('upstream_rq_204'), 1);
  t.equal(counters.get('upstream_rq_2xx'), 4);
  t.equal(counters.get('upstream_rq_5xx'), 1);
  t.equal(counters.get('internal.upstream_rq_completed'), 2);
  t.equal(counters.get('external.upstream_rq_completed'), 4);
  t.equal(counters.get('external.upstream_rq_404'), 1);
  t.equal(counters.get('internal.upstream_rq_404'), undefined);
});

t.test('a status that HTTP does not know belongs to no class', async (t) => {
  const counters = countersAfter([999, 'external'], [42, 'external']);
  t.equal(counters.get('upstream_rq_unknown'), 2);
  t.equal(counters.get('external.upstream_rq_completed'), 2);
  t.same(
    [...counters.keys()].filter((name) => name.endsWith('xx')),
    [],
  );
});
