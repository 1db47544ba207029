import { runAtFixedRate } from '../load/fixed-rate.ts';
import type { Traffic } from '../load/traffic.ts';
import { cpuTimeOf } from '../machine/process-usage.ts';
import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import type { PeerName } from '../peers/peer.ts';
import type { BenchContext } from '../runner/context.ts';
import { interleave } from '../runner/interleave.ts';
import { type RunningPeer, startPeers } from '../runner/running-peer.ts';
import { startUpstream } from '../runner/running-upstream.ts';
import type { Reading, Sample, Target, Workload } from '../runner/workload.ts';

const CONNECTIONS = 64;
const PEAK_ATTEMPTS = 2;
const TRAFFIC: Traffic = {
  method: 'GET',
  hosts: ['shop.example.com'],
  pathPrefixes: ['/products/', '/api/v1/orders/', '/static/images/large/', '/search/results/'],
  bodyBytes: 0,
};

export const latencyAgainstEnvoy: Workload = fixedRateLatency('envoy', {
  relativeTo: 'envoy',
  must: 1,
  goal: undefined,
});

export const latencyAgainstHaproxy: Workload = fixedRateLatency('haproxy', {
  relativeTo: 'haproxy',
  must: undefined,
  goal: 1,
});

/** p99 at half of what the reference peer can do at most: the rate is the same for all in the run. */
function fixedRateLatency(reference: PeerName, target: Target): Workload {
  return {
    name: `latency-${reference}`,
    title: `p99 latency at half of ${reference}'s peak rate`,
    unit: 'ms',
    targets: [target],
    measure: (context) => measure(context, reference),
  };
}

async function measure(context: BenchContext, reference: PeerName): Promise<Sample[]> {
  await using stack = new AsyncDisposableStack();
  const upstreamPort = await startUpstream(context, stack, 1_024);
  const plan = { plainForwarding: true, bootstrap: envoyBootstrap };
  // In a hurry only the two that are compared.
  const peers = context.quick
    ? context.peers.filter(({ name }) => name === 'proa' || name === reference)
    : context.peers;
  const running = await startPeers({ ...context, peers }, stack, plan, upstreamPort);
  const paragon = running.find((each) => each.peer.name === reference);
  if (paragon === undefined) {
    context.say(`! ${reference} is missing, so there is no peak rate to take half of`);
    return [];
  }
  const peak = await peakRates(context, running);
  const ratePerSecond = Math.round((peak.get(paragon) ?? 0) / 2);
  return await interleave(context, context.rounds, running, async (each) =>
    (peak.get(each) ?? 0) < ratePerSecond * 1.1
      ? endless(ratePerSecond)
      : await takeReading(context, each, ratePerSecond),
  );
}

/** What a peer is given that cannot keep up: a run would only show how long its queue got in that time. */
function endless(ratePerSecond: number): Reading {
  return { value: Number.POSITIVE_INFINITY, invalid: undefined, details: { ratePerSecond } };
}

/** The most requests per second that closed loops with the same connections got; warms the peers up as well. */
async function peakRates(
  context: BenchContext,
  running: readonly RunningPeer[],
): Promise<Map<RunningPeer, number>> {
  const runLoad = await context.loadGenerator.prepare(TRAFFIC, context.folder);
  const peaks = new Map<RunningPeer, number>();
  for (const each of running) {
    context.progress(`peak rate of ${each.peer.name}`);
    for (let attempt = 1; attempt <= PEAK_ATTEMPTS; attempt += 1) {
      const load = await runLoad({
        port: each.port,
        connections: CONNECTIONS,
        durationSeconds: context.warmUpSeconds,
      });
      const rate = load.requests / load.durationSeconds;
      peaks.set(each, Math.max(peaks.get(each) ?? 0, rate));
    }
  }
  return peaks;
}

async function takeReading(
  context: BenchContext,
  running: RunningPeer,
  ratePerSecond: number,
): Promise<Reading> {
  const before = cpuTimeOf(running.child.pid);
  const load = {
    port: running.port,
    connections: CONNECTIONS,
    ratePerSecond,
    durationSeconds: context.secondsPerSample,
    traffic: TRAFFIC,
  };
  const { errors, requests, p99Ms, ...details } = await runAtFixedRate(load, context.placement);
  const after = cpuTimeOf(running.child.pid);
  const user = (after.userMicroseconds - before.userMicroseconds) / requests;
  const system = (after.systemMicroseconds - before.systemMicroseconds) / requests;
  return {
    value: p99Ms,
    invalid: errors > 0 ? `${errors} errors or missing answers` : undefined,
    details: { ...details, ratePerSecond, cpuUs: user + system },
  };
}
