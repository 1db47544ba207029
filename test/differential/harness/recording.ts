import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Observation } from './observation.ts';
import type { Group, Scenario } from './scenario.ts';

/** What Envoy answered to one scenario, and which text of the scenario that was. */
export interface Recorded {
  readonly scenario: string;
  readonly observation: Observation;
}

type Recording = Readonly<Record<string, Recorded>>;

const DIRECTORY = join(import.meta.dirname, '..', 'recorded');
const LINE_WIDTH = 180;

/** Identifies the definition of a scenario, so that a recording of an older one is not taken for an answer. */
export function fingerprint(group: Group, scenario: Scenario): string {
  const definition = [scenario, group.bootstrap ?? null, group.commandLine ?? null];
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 12);
}

/** The recorded answer to exactly this scenario, if there is one. */
export function recordedAnswer(group: Group, scenario: Scenario): Observation | undefined {
  const recorded = read(group)[scenario.name];
  if (recorded?.scenario !== fingerprint(group, scenario)) return undefined;
  return recorded.observation;
}

/** The recorded answer to the scenario of that name, of whatever definition. */
export function recordedUnder(groupName: string, scenarioName: string): Observation | undefined {
  return read({ name: groupName })[scenarioName]?.observation;
}

/** Records answers; those of other scenarios that still exist are kept. */
export async function record(
  group: Group,
  answers: ReadonlyMap<string, Observation>,
): Promise<void> {
  const old = read(group);
  const recording: Record<string, Recorded> = {};
  for (const scenario of group.scenarios) {
    const observation = answers.get(scenario.name);
    const kept = old[scenario.name];
    if (observation !== undefined) {
      recording[scenario.name] = { scenario: fingerprint(group, scenario), observation };
    } else if (kept !== undefined) {
      recording[scenario.name] = kept;
    }
  }
  await writeFile(pathOf(group), `${format(recording, 0)}\n`);
}

function read(group: Pick<Group, 'name'>): Recording {
  try {
    return JSON.parse(readFileSync(pathOf(group), 'utf8')) as Recording;
  } catch {
    return {};
  }
}

function pathOf(group: Pick<Group, 'name'>): string {
  return join(DIRECTORY, `${group.name}.json`);
}

/** JSON that puts on one line what fits on one. */
function format(value: unknown, indent: number): string {
  const line = JSON.stringify(value);
  if (line.length + indent <= LINE_WIDTH || typeof value !== 'object' || value === null)
    return line;
  const inner = ' '.repeat(indent + 1);
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(
    ([key, each]) =>
      `${inner}${isList ? '' : `${JSON.stringify(key)}: `}${format(each, indent + 1)}`,
  );
  const [opening, closing] = isList ? ['[', ']'] : ['{', '}'];
  return `${opening}\n${parts.join(',\n')}\n${' '.repeat(indent)}${closing}`;
}
