import type { LoadResult, RunLoad } from '../load/load-generator.ts';
import type { Traffic } from '../load/traffic.ts';
import { cpuTimeOf, residentBytesOf } from '../machine/process-usage.ts';
import type { BenchContext } from './context.ts';
import { interleave } from './interleave.ts';
import { MEGABYTE } from './memory.ts';
import { type RunningPeer, type SetupPlan, startPeers } from './running-peer.ts';
import { startUpstream } from './running-upstream.ts';
import type { Reading, Sample } from './workload.ts';

const CONNECTIONS = 64;

export interface CpuPlan extends SetupPlan {
  readonly traffic: Traffic;
  readonly responseBytes: number;
}

/** What is measured whatever makes the load. */
export type MeasuredPlan = Omit<CpuPlan, 'traffic'>;

/**
 * CPU microseconds per request of the whole proxy process under a closed loop of 64 keep-alive connections.
 * All peers are up the whole time and take turns.
 */
export async function measureCpuPerRequest(
  context: BenchContext,
  plan: CpuPlan,
): Promise<Sample[]> {
  await using stack = new AsyncDisposableStack();
  const upstreamPort = await startUpstream(context, stack, plan.responseBytes);
  const runLoad = await context.loadGenerator.prepare(plan.traffic, context.folder);
  return await measureCpu(context, stack, upstreamPort, runLoad, plan);
}

/** The same with an upstream that is up already and any load. */
export async function measureCpu(
  context: BenchContext,
  stack: AsyncDisposableStack,
  upstreamPort: number,
  runLoad: RunLoad,
  plan: MeasuredPlan,
): Promise<Sample[]> {
  const running = await startPeers(context, stack, plan, upstreamPort);
  for (const each of running) {
    context.progress(`warming up ${each.peer.name}`);
    await runLoad({
      port: each.port,
      connections: CONNECTIONS,
      durationSeconds: context.warmUpSeconds,
    });
  }
  return await interleave(context, context.rounds, running, (each) =>
    takeReading(context, plan, each, runLoad),
  );
}

async function takeReading(
  context: BenchContext,
  plan: MeasuredPlan,
  running: RunningPeer,
  runLoad: RunLoad,
): Promise<Reading> {
  const before = cpuTimeOf(running.child.pid);
  const load = await runLoad({
    port: running.port,
    connections: CONNECTIONS,
    durationSeconds: context.secondsPerSample,
  });
  const after = cpuTimeOf(running.child.pid);
  const user = (after.userMicroseconds - before.userMicroseconds) / load.requests;
  const system = (after.systemMicroseconds - before.systemMicroseconds) / load.requests;
  return {
    value: user + system,
    invalid: reasonAgainst(load, plan.responseBytes),
    details: {
      userUs: user,
      systemUs: system,
      requestsPerSecond: load.requests / load.durationSeconds,
      p50Ms: load.p50Ms,
      p99Ms: load.p99Ms,
      residentMb: residentBytesOf(running.child.pid) / MEGABYTE,
      coreShare: ((user + system) * load.requests) / (load.durationSeconds * 1e6),
      errors: load.errors,
    },
  };
}

function reasonAgainst(load: LoadResult, responseBytes: number): string | undefined {
  if (load.requests === 0) return 'no request was answered';
  if (load.errors > 0) return `${load.errors} errors or answers other than 2xx`;
  if (load.bytesRead < load.requests * responseBytes) return 'responses were shorter than expected';
  return undefined;
}
