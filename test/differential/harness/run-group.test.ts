import { join } from 'node:path';
import t from 'tap';
import { get } from './client-script.ts';
import type { ProxyCommand } from './proxy-command.ts';
import { runGroup } from './run-group.ts';
import type { Group, Scenario } from './scenario.ts';

/** Stands in for a proxy that refuses some configurations and dies of some requests. */
const command: ProxyCommand = {
  name: 'Proa',
  command: [process.execPath, join(import.meta.dirname, 'fixtures', 'brittle-proxy.js')],
};

function scenario(name: string, more: Partial<Scenario> = {}): Scenario {
  return { name, client: [get('/')], ...more };
}

function group(...scenarios: readonly Scenario[]): Group {
  return { name: 'brittle', scenarios };
}

t.test('a refused scenario does not keep the others from being played', async (t) => {
  const { observations, outputs } = await runGroup(
    command,
    group(
      scenario('good'),
      scenario('refused by name', { listener: { refuse: 'by name' } }),
      scenario('refused', { listener: { refuse: 'silently' } }),
      scenario('also good'),
    ),
  );
  t.same(
    [...observations]
      .filter(([, each]) => each.refused === true)
      .map(([name]) => name)
      .sort(),
    ['refused', 'refused by name'],
  );
  for (const name of ['good', 'also good']) {
    t.match(observations.get(name)?.client[0], { responses: [{ head: ['HTTP/1.1 200 OK'] }] });
  }
  t.match(outputs.get('refused by name'), 'listeners[');
});

t.test('a proxy that does not start at all is not tried for every scenario', async (t) => {
  const names = Array.from({ length: 12 }, (_, at) => `${at}`);
  const refusing = names.map((name) => scenario(name, { listener: { refuse: 'silently' } }));
  const { observations } = await runGroup(command, group(...refusing));
  t.same([...observations.keys()].sort(), names.sort());
});

t.test('the scenario that a proxy dies of is told, and the others go on', async (t) => {
  const { observations } = await runGroup(
    command,
    group(
      scenario('deadly', { client: [get('/die')], alone: true }),
      scenario('after', { alone: true }),
    ),
  );
  t.equal(observations.get('deadly')?.crashed, true);
  t.match(observations.get('after')?.client[0], { responses: { length: 1 } });
});
