import { parseArgs } from 'node:util';
import { groups } from './groups.ts';
import { compareWithEnvoy, knownDifferenceOf } from './harness/comparison.ts';
import { describe, observationDifferences } from './harness/difference.ts';
import type { GroupRun } from './harness/observation.ts';
import { envoyCommand, type ProxyCommand, proaCommand } from './harness/proxy-command.ts';
import { record, recordedUnder } from './harness/recording.ts';
import { runGroup } from './harness/run-group.ts';
import type { Group } from './harness/scenario.ts';

const USAGE = `Plays the table of scenarios against the real Envoy and Proa and prints where they differ.

  npm run differential -- [options]

  --group TEXT      only groups whose name contains this
  --scenario TEXT   only scenarios whose name contains this
  --record          play Envoy alone and write its answers to test/differential/recorded
  --against-itself  play Envoy twice: whatever differs is a defect of the harness
  --show            print what Envoy (or, with --proa, Proa) showed, as JSON
  --proa            with --show: play Proa
  --brief           print the names of the scenarios that differ, without the differences
`;

const { values: options } = parseArgs({
  options: {
    group: { type: 'string', default: '' },
    scenario: { type: 'string', default: '' },
    record: { type: 'boolean', default: false },
    'against-itself': { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
    proa: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const proa = proaCommand();
  const envoy = options.show && options.proa ? proa : await envoyCommand();
  if (envoy === undefined) return 1;
  let different = 0;
  let played = 0;
  for (const group of groups.filter(({ name }) => name.includes(options.group))) {
    const scenarios = group.scenarios.filter(({ name }) => name.includes(options.scenario));
    if (scenarios.length === 0) continue;
    const started = Date.now();
    played += scenarios.length;
    const count = await playGroup({ ...group, scenarios }, group, envoy, proa);
    different += count;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    say(`${group.name}: ${scenarios.length} scenarios, ${count} different, ${seconds} s`);
  }
  say(`${played} scenarios, ${different} different`);
  return different === 0 ? 0 : 1;
}

async function playGroup(
  selected: Group,
  whole: Group,
  envoy: ProxyCommand,
  proa: ProxyCommand,
): Promise<number> {
  const left = await runGroup(envoy, selected);
  if (options.show) return show(left);
  if (options.record) {
    await record(whole, left.observations);
    return reportFailures(left, selected.validateOnly === true);
  }
  const right = await runGroup(options['against-itself'] ? envoy : proa, selected);
  return reportDifferences(selected, left, right);
}

function show({ observations, outputs }: GroupRun): number {
  for (const [name, each] of observations) {
    say(`${name}\n${JSON.stringify(each, undefined, 2)}`);
    const output = outputs.get(name)?.trim() ?? '';
    if (output !== '') say(output);
  }
  return 0;
}

/** Scenarios that Envoy itself could not play: to be mended in the table. */
function reportFailures({ observations, outputs }: GroupRun, quiet: boolean): number {
  let failures = 0;
  for (const [name, each] of observations) {
    const failure = each.failed ?? (each.crashed === true ? 'crashed' : undefined);
    const waited = each.client.find((one) => one.timedOut !== undefined)?.timedOut;
    if (each.refused === true && !quiet) say(`  ${name}: refused\n${outputs.get(name) ?? ''}`);
    if (waited !== undefined) say(`  ${name}: the client waited in vain to ${waited}`);
    if (failure === undefined) continue;
    failures += 1;
    say(`  ${name}: ${failure}\n${outputs.get(name) ?? ''}`);
  }
  return failures;
}

function reportDifferences(group: Group, left: GroupRun, right: GroupRun): number {
  let different = 0;
  for (const { name } of group.scenarios) {
    const one = left.observations.get(name);
    const other = right.observations.get(name);
    if (one === undefined || other === undefined) continue;
    const found = options['against-itself']
      ? observationDifferences(one, other)
      : compareWithEnvoy(one, other, knownDifferenceOf(group.name, name), recordedUnder);
    if (found.length === 0) continue;
    different += 1;
    say(`  ${name}`);
    if (options.brief) continue;
    const names = options['against-itself']
      ? (['first', 'second'] as const)
      : (['Envoy', 'Proa'] as const);
    for (const each of found) say(describe(each, names));
    const output = right.outputs.get(name)?.trim();
    if (output !== undefined) say(`    ${output.split('\n').slice(-12).join('\n    ')}`);
  }
  return different;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
