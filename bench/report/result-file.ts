import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Peer } from '../peers/peer.ts';
import type { BenchContext } from '../runner/context.ts';
import type { WorkloadResult } from './report.ts';
import type { TargetResult } from './verdict.ts';

const FOLDER = join(import.meta.dirname, '..', 'results');

/** The machine and the versions, for the head of the report and the result file. */
export function describeEnvironment(context: BenchContext): Record<string, string> {
  const versions = context.peers.map((peer: Peer) => [peer.name, peer.version]);
  return {
    kernel: release(),
    cpu: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GB`,
    node: process.version,
    placement: context.placement.description,
    loadGenerator: context.loadGenerator.name,
    ...Object.fromEntries(versions),
  };
}

/** Writes every sample and gives the path of the file. */
export async function writeResultFile(
  context: BenchContext,
  began: Date,
  results: readonly WorkloadResult[],
  targets: readonly TargetResult[],
): Promise<string> {
  const path = join(FOLDER, `${began.toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
  const content = {
    began: began.toISOString(),
    ended: new Date().toISOString(),
    environment: describeEnvironment(context),
    rounds: context.rounds,
    secondsPerSample: context.secondsPerSample,
    workloads: results.map(({ workload, samples }) => ({
      name: workload.name,
      title: workload.title,
      unit: workload.unit,
      samples,
    })),
    targets: targets.map(({ workload, target, measured, verdict }) => ({
      workload: workload.name,
      ...target,
      measured,
      verdict,
    })),
  };
  await mkdir(FOLDER, { recursive: true });
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`);
  return path;
}
