import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Batch } from './batch.ts';
import { type GroupRun, NOTHING_SEEN, type Observation } from './observation.ts';
import type { ProxyCommand } from './proxy-command.ts';
import type { Group, Scenario } from './scenario.ts';
import { validateGroup } from './validate-group.ts';

/** So many scenarios refused one by one, and none accepted: the proxy does not start at all. */
const HOPELESS_REFUSALS = 6;

/**
 * Runs scenarios in as few proxy processes as possible: one, unless it refuses the configuration (then those it
 * names are tried alone, or all are halved until the culprit stands alone) or dies (then the others go on in a
 * new one).
 */
export async function runGroup(
  command: ProxyCommand,
  group: Group,
  scenarios: readonly Scenario[] = group.scenarios,
): Promise<GroupRun> {
  if (group.validateOnly === true) return validateGroup(command, group, scenarios);
  const directory = await mkdtemp(join(tmpdir(), 'differential-'));
  try {
    return await new Schedule(command, group, directory).run(scenarios);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

class Schedule {
  readonly #command: ProxyCommand;
  readonly #group: Group;
  readonly #directory: string;
  readonly #observations = new Map<string, Observation>();
  readonly #outputs = new Map<string, string>();
  readonly #batches: (readonly Scenario[])[] = [];
  #hasStarted = false;

  constructor(command: ProxyCommand, group: Group, directory: string) {
    this.#command = command;
    this.#group = group;
    this.#directory = directory;
  }

  async run(scenarios: readonly Scenario[]): Promise<GroupRun> {
    this.#batches.push(scenarios);
    for (let next = this.#batches.pop(); next !== undefined; next = this.#batches.pop()) {
      if (next.length > 0) await this.#runBatch(next);
    }
    return { observations: this.#observations, outputs: this.#outputs };
  }

  async #runBatch(scenarios: readonly Scenario[]): Promise<void> {
    const run = await new Batch(this.#command, this.#group, this.#directory).run(scenarios);
    if (run.refused !== undefined) {
      this.#onRefused(scenarios, run.refused, run.suspects);
      return;
    }
    this.#hasStarted = true;
    for (const [name, each] of run.observations) {
      this.#observations.set(name, each);
      if (each.crashed === true) this.#outputs.set(name, run.output);
    }
    if (run.observations.size > 0) this.#batches.push(run.unfinished);
    else for (const each of run.unfinished) this.#give(each, { crashed: true }, run.output);
  }

  #onRefused(scenarios: readonly Scenario[], output: string, suspects: readonly Scenario[]): void {
    const hopeless = !this.#hasStarted && this.#observations.size >= HOPELESS_REFUSALS;
    if (scenarios.length === 1 || hopeless) {
      for (const each of scenarios) this.#give(each, { refused: true }, output);
    } else if (suspects.length > 0 && suspects.length < scenarios.length) {
      this.#batches.push(...suspects.map((each) => [each]));
      this.#batches.push(scenarios.filter((each) => !suspects.includes(each)));
    } else {
      const half = Math.ceil(scenarios.length / 2);
      this.#batches.push(scenarios.slice(0, half), scenarios.slice(half));
    }
  }

  #give(scenario: Scenario, outcome: Partial<Observation>, output: string): void {
    this.#observations.set(scenario.name, { ...outcome, ...NOTHING_SEEN });
    this.#outputs.set(scenario.name, output);
  }
}
