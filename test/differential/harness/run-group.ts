import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapOf, idOf, type Placement, upstreamNames } from './bootstrap.ts';
import { DeafListener } from './deaf-listener.ts';
import { mapTexts } from './normalise.ts';
import { type GroupRun, NOTHING_SEEN, type Observation } from './observation.ts';

import type { ProxyCommand } from './proxy-command.ts';
import { type ProxyProcess, startProxy } from './proxy-process.ts';
import { runScenario } from './run-scenario.ts';
import type { Group, Scenario } from './scenario.ts';
import { ScriptedUpstream } from './scripted-upstream.ts';
import type { Reply } from './upstream-script.ts';
import { reply } from './upstream-script.ts';
import { validateGroup } from './validate-group.ts';

/** Scenarios of one process that run at the same time. */
const PARALLEL_SCENARIOS = 8;

/**
 * Runs scenarios in as few proxy processes as possible: one, unless it refuses the configuration (then the
 * scenarios are halved until the culprit stands alone) or dies (then the others go on in a new one).
 */
export async function runGroup(
  command: ProxyCommand,
  group: Group,
  scenarios: readonly Scenario[] = group.scenarios,
): Promise<GroupRun> {
  if (group.validateOnly === true) return validateGroup(command, group, scenarios);
  const directory = await mkdtemp(join(tmpdir(), 'differential-'));
  const observations = new Map<string, Observation>();
  const outputs = new Map<string, string>();
  const batches: (readonly Scenario[])[] = [scenarios];
  try {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const run = await new Batch(command, group, directory).run(batch);
      if (run.refused === undefined) {
        for (const [name, each] of run.observations) observations.set(name, each);
        if (run.unfinished.length > 0) batches.push(run.unfinished);
        for (const [name, each] of run.observations) {
          if (each.crashed === true) outputs.set(name, run.output);
        }
      } else if (batch.length > 1) {
        const half = Math.ceil(batch.length / 2);
        batches.push(batch.slice(0, half), batch.slice(half));
      } else {
        const name = batch[0]?.name ?? '';
        observations.set(name, { refused: true, ...NOTHING_SEEN });
        outputs.set(name, run.refused);
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return { observations, outputs };
}

type BatchRun =
  | { readonly refused: string }
  | {
      readonly refused?: never;
      readonly observations: ReadonlyMap<string, Observation>;
      readonly unfinished: readonly Scenario[];
      readonly output: string;
    };

class Batch {
  readonly #command: ProxyCommand;
  readonly #group: Group;
  readonly #directory: string;
  readonly #upstreams = new Map<Placement, ReadonlyMap<string, ScriptedUpstream>>();
  readonly #observations = new Map<string, Observation>();
  #deaf: DeafListener | undefined;

  constructor(command: ProxyCommand, group: Group, directory: string) {
    this.#command = command;
    this.#group = group;
    this.#directory = directory;
  }

  async run(scenarios: readonly Scenario[]): Promise<BatchRun> {
    try {
      this.#deaf = await startDeafListener(scenarios);
      const placements = await Promise.all(scenarios.map((each, at) => this.#place(each, at)));
      const bootstrap = bootstrapOf(placements, this.#group.bootstrap);
      const commandLine = this.#group.commandLine ?? [];
      const start = await startProxy(this.#command, bootstrap, this.#directory, commandLine);
      if (!start.started) return { refused: start.output };
      const { proxy } = start;
      try {
        await this.#play(proxy, placements);
      } finally {
        await proxy.stop();
      }
      const unfinished = scenarios.filter(({ name }) => !this.#observations.has(name));
      return { observations: this.#observations, unfinished, output: proxy.output };
    } finally {
      await this.#deaf?.stop();
      await Promise.all(
        [...this.#upstreams.values()].flatMap((each) =>
          [...each.values()].map((one) => one.stop()),
        ),
      );
    }
  }

  async #place(scenario: Scenario, index: number): Promise<Placement> {
    const id = idOf(index);
    const path = (name: string) => join(this.#directory, `${id}.${Date.now()}.${name}.log`);
    const upstreams = new Map(
      upstreamNames(scenario).map((name) => [
        name,
        new ScriptedUpstream(repliesOf(scenario, name, id)),
      ]),
    );
    await Promise.all([...upstreams.values()].map((each) => each.start()));
    const placement = {
      scenario,
      id,
      upstreamPorts: {
        ...Object.fromEntries([...upstreams].map(([name, each]) => [name, each.port])),
        deaf: this.#deaf?.port ?? 0,
      },
      logPath: path('access'),
      extraLogPaths: (scenario.logs ?? []).map((_, at) => path(`extra${at}`)),
    };
    this.#upstreams.set(placement, upstreams);
    return placement;
  }

  async #play(proxy: ProxyProcess, placements: readonly Placement[]): Promise<void> {
    const together = placements.filter(({ scenario }) => scenario.alone !== true);
    const queue = together.values();
    const runner = async () => {
      for (const placement of queue) await this.#playOne(proxy, placement);
    };
    await Promise.all(Array.from({ length: PARALLEL_SCENARIOS }, runner));
    for (const placement of placements) {
      if (placement.scenario.alone === true) await this.#playOne(proxy, placement);
    }
  }

  async #playOne(proxy: ProxyProcess, placement: Placement): Promise<void> {
    if (!proxy.running) return;
    const { name } = placement.scenario;
    try {
      const upstreams = this.#upstreams.get(placement) ?? new Map();
      this.#observations.set(name, await runScenario(proxy, placement, upstreams));
    } catch (error) {
      const outcome = proxy.running ? { failed: String(error) } : { crashed: true as const };
      this.#observations.set(name, { ...outcome, ...NOTHING_SEEN });
    }
  }
}

async function startDeafListener(
  scenarios: readonly Scenario[],
): Promise<DeafListener | undefined> {
  const wanted = JSON.stringify(scenarios).includes('{{port:deaf}}');
  return wanted ? await DeafListener.start() : undefined;
}

function repliesOf(scenario: Scenario, name: string, id: string): readonly Reply[] {
  const given = name === 'backend' ? scenario.upstream : scenario.upstreams?.[name];
  const replies = given ?? reply(200, 'ok');
  const list = Array.isArray(replies) ? (replies as readonly Reply[]) : [replies as Reply];
  return mapTexts(list, (text) => text.replaceAll('{{id}}', id));
}
