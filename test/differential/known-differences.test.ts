import t from 'tap';
import { groups } from './groups.ts';
import { recordedUnder } from './harness/recording.ts';
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

/** The paths of changes that change nothing. */
function idleChanges(value: unknown, changes: unknown, path: string): readonly string[] {
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) {
    return JSON.stringify(value) === JSON.stringify(changes) ? [path] : [];
  }
  const parts: Readonly<Record<string, unknown>> = { ...Object(value) };
  return Object.entries(changes).flatMap(([name, change]) =>
    idleChanges(parts[name], change, `${path}.${name}`),
  );
}

t.test('every change that a known difference tells is one', async (t) => {
  for (const { group, scenarios, proa } of knownDifferences) {
    if (proa.kind !== 'like' && proa.kind !== 'changed') continue;
    for (const scenario of scenarios) {
      const envoy =
        proa.kind === 'like'
          ? recordedUnder(proa.group, proa.scenario)
          : recordedUnder(group, scenario);
      t.same(idleChanges(envoy, proa.but, 'but'), [], scenario);
    }
  }
});
