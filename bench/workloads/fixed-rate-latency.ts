import { runAtFixedRate } from '../load/fixed-rate.ts';
import type { Traffic } from '../load/traffic.ts';
import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import type { PeerName } from '../peers/peer.ts';
import type { BenchContext } from '../runner/context.ts';
import { type RunningPeer, startPeers } from '../runner/running-peer.ts';
import { startUpstream } from '../runner/running-upstream.ts';
import type { Sample, Target, Workload } from '../runner/workload.ts';

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
  const samples: Sample[] = [];
  for (let round = 1; round <= context.rounds; round += 1) {
    for (const each of running) {
      // A peer that cannot do half of the reference's peak would only show how long its queue got.
      if ((peak.get(each) ?? 0) < ratePerSecond * 1.1) continue;
      context.progress(`round ${round}/${context.rounds} ${each.peer.name} ${ratePerSecond}/s`);
      samples.push(await takeSample(context, each, ratePerSecond, round));
    }
  }
  return samples;
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

async function takeSample(
  context: BenchContext,
  running: RunningPeer,
  ratePerSecond: number,
  round: number,
): Promise<Sample> {
  const result = await runAtFixedRate(
    {
      port: running.port,
      connections: CONNECTIONS,
      ratePerSecond,
      durationSeconds: context.secondsPerSample,
      traffic: TRAFFIC,
    },
    context.placement,
  );
  return {
    peer: running.peer.name,
    round,
    value: result.p99Ms,
    invalid: result.errors > 0 ? `${result.errors} errors or missing answers` : undefined,
    details: {
      p50Ms: result.p50Ms,
      p90Ms: result.p90Ms,
      p999Ms: result.p999Ms,
      sendLatenessP99Ms: result.sendLatenessP99Ms,
      longestStallMs: result.longestStallMs,
      ratePerSecond,
      errors: result.errors,
    },
  };
}
