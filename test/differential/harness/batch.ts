import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootstrapOf, clusterNames, idOf, type Placement, upstreamNames } from './bootstrap.ts';
import { DeafListener } from './deaf-listener.ts';
import { type FakeUpstream, fakeUpstream } from './fake-upstream.ts';
import { NOTHING_SEEN, type Observation } from './observation.ts';
import type { ProxyCommand } from './proxy-command.ts';
import { type ProxyProcess, startProxy } from './proxy-process.ts';
import { runScenario } from './run-scenario.ts';
import type { Group, Scenario } from './scenario.ts';

/** Scenarios of one process that run at the same time. */
const PARALLEL_SCENARIOS = 8;

const DEATH_NOTICE_MS = 100;

export type BatchRun =
  /** The proxy did not start; what it wrote, and whose listener or cluster that names. */
  | { readonly refused: string; readonly suspects: readonly Scenario[] }
  | {
      readonly refused?: never;
      readonly observations: ReadonlyMap<string, Observation>;
      readonly unfinished: readonly Scenario[];
      readonly output: string;
    };

/** Scenarios that share one process of the proxy. */
export class Batch {
  readonly #command: ProxyCommand;
  readonly #group: Group;
  readonly #directory: string;
  readonly #upstreams = new Map<Placement, ReadonlyMap<string, FakeUpstream>>();
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
      if (!start.started) {
        return { refused: start.output, suspects: suspects(start.output, placements) };
      }
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
      upstreamNames(scenario).map((name) => [name, fakeUpstream(scenario, name, id)]),
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
      // A process that dies closes its sockets a moment before its end is known.
      await sleep(DEATH_NOTICE_MS);
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

/** The scenarios whose part of the bootstrap an error message names by its path. */
function suspects(output: string, placements: readonly Placement[]): Scenario[] {
  const clusters = placements.flatMap((each) => clusterNames(each.scenario).map(() => each));
  const named = new Set<Placement | undefined>();
  for (const [, list, index] of output.matchAll(/\b(listeners|clusters)\[(\d+)\]/g)) {
    named.add((list === 'listeners' ? placements : clusters)[Number(index)]);
  }
  return [...named].flatMap((each) => (each === undefined ? [] : [each.scenario]));
}
