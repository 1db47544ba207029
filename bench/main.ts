import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { autocannonGenerator } from './load/autocannon.ts';
import type { LoadGenerator } from './load/load-generator.ts';
import { wrkGenerator } from './load/wrk.ts';
import { killRemainingChildren } from './machine/children.ts';
import { findOrInstallTools, type Tools } from './machine/debian-packages.ts';
import { becomeTheOnlyBenchmark } from './machine/exclusive.ts';
import { choosePlacement, type Placement } from './machine/placement.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { findEnvoy } from './peers/envoy.ts';
import { findHaproxy } from './peers/haproxy.ts';
import { findNginx } from './peers/nginx.ts';
import type { FoundPeer, Peer, PeerName } from './peers/peer.ts';
import { findProa } from './peers/proa.ts';
import { ProgressLine } from './report/progress-line.ts';
import { targetTable, type WorkloadResult, workloadTable } from './report/report.ts';
import { describeEnvironment, writeResultFile } from './report/result-file.ts';
import { markdownTable, textTable } from './report/table.ts';
import { judge } from './report/verdict.ts';
import type { BenchContext } from './runner/context.ts';
import type { Sample, Workload } from './runner/workload.ts';
import { ALL_WORKLOADS } from './workloads/all.ts';

const progress = new ProgressLine(process.stderr);

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const folder = await mkdtemp(join(tmpdir(), 'proa-bench-'));
  endCleanly(folder);
  const context = await createContext(options, folder);
  if (context.nginxPath === undefined) {
    progress.say(
      '! a slow server of our own stands in for nginx behind the proxies: throughput will be low',
    );
  }
  if (context.peers.length === 0) {
    progress.say('There is no peer to measure.');
    return 1;
  }
  await becomeTheOnlyBenchmark((line) => progress.say(line));
  const began = new Date();
  const results = await measureAll(context, options);
  progress.clear();
  await report(context, began, results);
  await rm(folder, { recursive: true, force: true });
  const isSound = results.every(
    ({ samples }) => samples.length > 0 && samples.every((sample) => sample.invalid === undefined),
  );
  return isSound ? 0 : 1;
}

function readOptions(): Options | number {
  const names = ALL_WORKLOADS.map((workload) => workload.name);
  try {
    const options = parseOptions(process.argv.slice(2), names);
    if (!options.help) return options;
    const lines = ALL_WORKLOADS.map(
      (workload) => `  ${workload.name.padEnd(22)}${workload.title}\n`,
    );
    process.stdout.write(USAGE + lines.join(''));
    return 0;
  } catch (error) {
    progress.say(`${error instanceof Error ? error.message : String(error)} (see --help)`);
    return 1;
  }
}

/** Whatever ends this process, no other process and no scratch file outlives it. */
function endCleanly(folder: string): void {
  process.once('exit', () => {
    killRemainingChildren();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.once(signal, () => process.exit(128 + number));
  }
}

async function createContext(options: Options, folder: string): Promise<BenchContext> {
  const tools = await findOrInstallTools((line) => progress.say(line));
  for (const sentence of tools.missing) progress.say(`! ${sentence}`);
  const placement = choosePlacement(tools.paths.taskset);
  return {
    peers: await findPeers(options, tools),
    rounds: options.rounds,
    secondsPerSample: options.secondsPerSample,
    warmUpSeconds: options.quick ? 1 : 3,
    quick: options.quick,
    loadGenerator: chooseLoadGenerator(options, tools, placement),
    placement,
    nginxPath: tools.paths.nginx,
    folder,
    say: (text) => progress.say(text),
    progress: (text) => progress.show(text),
  };
}

async function findPeers(options: Options, tools: Tools): Promise<Peer[]> {
  const finders: Record<PeerName, () => FoundPeer | Promise<FoundPeer>> = {
    proa: () => findProa(options.proaCommand),
    envoy: findEnvoy,
    haproxy: () => findHaproxy(tools.paths.haproxy),
    nginx: () => findNginx(tools.paths.nginx),
  };
  const found = await Promise.all(options.peers.map((name) => finders[name]()));
  return found.filter((peer): peer is Peer => {
    if (!('missing' in peer)) return true;
    progress.say(`! ${peer.name} is left out: ${peer.missing}`);
    return false;
  });
}

function chooseLoadGenerator(options: Options, tools: Tools, placement: Placement): LoadGenerator {
  if (options.load === 'wrk' && tools.paths.wrk !== undefined) {
    return wrkGenerator(tools.paths.wrk, placement);
  }
  if (options.load === 'wrk') progress.say('! autocannon stands in for wrk, at much less load');
  return autocannonGenerator(placement);
}

async function measureAll(context: BenchContext, options: Options): Promise<WorkloadResult[]> {
  const chosen = ALL_WORKLOADS.filter(
    ({ name }) => options.only.length === 0 || options.only.includes(name),
  );
  const results: WorkloadResult[] = [];
  for (const workload of chosen) {
    progress.begin(workload.name);
    results.push({ workload, samples: await measureOne(workload, context) });
  }
  return results;
}

/** What went wrong in one workload does not cost the others their results. */
async function measureOne(workload: Workload, context: BenchContext): Promise<Sample[]> {
  try {
    return await workload.measure(context);
  } catch (error) {
    progress.say(`! ${workload.name} failed: ${error instanceof Error ? error.stack : error}`);
    return [];
  }
}

async function report(
  context: BenchContext,
  began: Date,
  results: readonly WorkloadResult[],
): Promise<void> {
  const targets = results.flatMap(({ workload, samples }) => judge(workload, samples));
  const environment = Object.entries(describeEnvironment(context));
  const parts = [
    environment.map(([name, value]) => `${name}: ${value}`).join('\n'),
    ...results.map(
      (result) =>
        `${result.workload.title} (${result.workload.name})\n\n${textTable(workloadTable(result, context.peers))}`,
    ),
    textTable(targetTable(targets)),
    `As Markdown:\n\n${markdownTable(targetTable(targets))}`,
    `Every sample: ${await writeResultFile(context, began, results, targets)}`,
  ];
  process.stdout.write(`\n${parts.join('\n\n')}\n`);
}

process.exitCode = await main();
