import t from 'tap';
import { groups } from './groups.ts';
import { knownDifferences } from './known-differences.ts';

const scenarios = new Map(
  groups.map((group) => [group.name, group.scenarios.map((each) => each.name)]),
);

t.test('every known difference is about scenarios that exist, once each', async (t) => {
  const seen = new Set<string>();
  for (const known of knownDifferences) {
    for (const scenario of known.scenarios) {
      const id = `${known.group}: ${scenario}`;
      t.ok(scenarios.get(known.group)?.includes(scenario), id);
      t.notOk(seen.has(id), `${id} is listed once`);
      seen.add(id);
    }
    if (known.proa.kind === 'like') {
      t.ok(scenarios.get(known.proa.group)?.includes(known.proa.scenario), known.proa.scenario);
    }
  }
});

t.test('the scenarios of a group have names of their own', async (t) => {
  for (const [group, names] of scenarios) t.equal(new Set(names).size, names.length, group);
});
