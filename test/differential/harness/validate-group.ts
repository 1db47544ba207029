import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapOf, idOf, type Placement, upstreamNames } from './bootstrap.ts';
import { type GroupRun, NOTHING_SEEN, type Observation } from './observation.ts';
import type { ProxyCommand } from './proxy-command.ts';
import { validate } from './proxy-process.ts';
import type { Group, Scenario } from './scenario.ts';

/** Processes at the same time. */
const PARALLEL_VALIDATIONS = 2;

/** Asks the proxy scenario by scenario whether it accepts the configuration. */
export async function validateGroup(
  command: ProxyCommand,
  group: Group,
  scenarios: readonly Scenario[],
): Promise<GroupRun> {
  const directory = await mkdtemp(join(tmpdir(), 'differential-'));
  const observations = new Map<string, Observation>();
  const outputs = new Map<string, string>();
  const queue = scenarios.entries();
  const runner = async () => {
    for (const [index, scenario] of queue) {
      const bootstrap = bootstrapOf([placementOf(scenario, index, directory)], {
        ...group.bootstrap,
        ...scenario.bootstrap,
      });
      const { accepted, output } = await validate(command, bootstrap, directory, index);
      observations.set(scenario.name, accepted ? NOTHING_SEEN : { refused: true, ...NOTHING_SEEN });
      outputs.set(scenario.name, output);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_VALIDATIONS }, runner));
  await rm(directory, { recursive: true, force: true });
  return { observations, outputs };
}

/** A scenario that is not going to be played: all its upstreams are the port 1. */
function placementOf(scenario: Scenario, index: number, directory: string): Placement {
  return {
    scenario,
    id: idOf(index),
    upstreamPorts: Object.fromEntries(upstreamNames(scenario).map((name) => [name, 1])),
    logPath: join(directory, 'access.log'),
    extraLogPaths: (scenario.logs ?? []).map((_, at) => join(directory, `extra${at}.log`)),
  };
}
