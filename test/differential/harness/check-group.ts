import type { Test } from 'tap';
import { compareWithEnvoy, knownDifferenceOf } from './comparison.ts';
import { describe } from './difference.ts';
import type { Observation } from './observation.ts';
import { proaCommand } from './proxy-command.ts';
import { recordedAnswer, recordedUnder } from './recording.ts';
import { runGroup } from './run-group.ts';
import type { Group, Scenario } from './scenario.ts';

/**
 * Plays a group against Proa and compares with what Envoy answered when it was recorded. What differs is played
 * once more in a process of its own, because a busy machine can delay a close or a log line beyond the
 * harness's patience; a difference has to show both times.
 */
export async function checkGroup(t: Test, group: Group): Promise<void> {
  const first = await failuresOf(group, group.scenarios);
  const again = first.size === 0 ? first : await failuresOf(group, [...first.keys()]);
  for (const scenario of group.scenarios) {
    const failure = again.get(scenario);
    if (failure === undefined && first.has(scenario))
      t.comment(`passed at the second attempt: ${scenario.name}`);
    if (failure === undefined) t.pass(scenario.name);
    else t.fail(scenario.name, { differences: failure.split('\n') });
  }
}

async function failuresOf(
  group: Group,
  scenarios: readonly Scenario[],
): Promise<Map<Scenario, string>> {
  const { observations, outputs } = await runGroup(proaCommand(), group, scenarios);
  const failures = new Map<Scenario, string>();
  for (const scenario of scenarios) {
    const output = outputs.get(scenario.name) ?? '';
    const failure = failureOf(group, scenario, observations.get(scenario.name));
    if (failure !== undefined) failures.set(scenario, `${failure}\n${output}`.trimEnd());
  }
  return failures;
}

function failureOf(
  group: Group,
  scenario: Scenario,
  observation: Observation | undefined,
): string | undefined {
  const recorded = recordedAnswer(group, scenario);
  if (recorded === undefined) {
    return 'Envoy’s answer to this scenario is not recorded: npm run differential -- --record';
  }
  if (observation === undefined) return 'the scenario was not played';
  const known = knownDifferenceOf(group.name, scenario.name);
  const found = compareWithEnvoy(recorded, observation, known, recordedUnder);
  if (found.length === 0) return undefined;
  return found.map((each) => describe(each, ['Envoy', 'Proa'])).join('\n');
}
