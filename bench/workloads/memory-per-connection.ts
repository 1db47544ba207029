import { openIdleConnections } from '../load/idle-connections.ts';
import { requestHalves, requestTemplates, type Traffic } from '../load/traffic.ts';
import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import type { BenchContext } from '../runner/context.ts';
import { KILOBYTE, MEGABYTE, residentBytesAtRest } from '../runner/memory.ts';
import { type RunningPeer, startPeer } from '../runner/running-peer.ts';
import { startUpstream } from '../runner/running-upstream.ts';
import type { Sample, Workload } from '../runner/workload.ts';

const CONNECTIONS = 4_000;
const QUICK_CONNECTIONS = 2_000;
const TRAFFIC: Traffic = {
  method: 'GET',
  hosts: ['shop.example.com'],
  pathPrefixes: ['/'],
  bodyBytes: 0,
};
/** One is enough: what varies is divided by thousands of connections. */
const MAXIMUM_ROUNDS = 2;

export const memoryPerConnection: Workload = {
  name: 'memory-per-connection',
  title: 'per idle keep-alive connection',
  unit: 'KB',
  targets: [{ relativeTo: undefined, must: 8, goal: 4 }],
  measure: async (context) => {
    await using stack = new AsyncDisposableStack();
    const upstreamPort = await startUpstream(context, stack, 1_024);
    const plan = { plainForwarding: true, bootstrap: envoyBootstrap };
    const samples: Sample[] = [];
    const rounds = context.quick ? 1 : Math.min(context.rounds, MAXIMUM_ROUNDS);
    // The target is an amount; in a hurry the others are left out.
    const peers = context.quick
      ? context.peers.filter(({ name }) => name === 'proa' || name === 'envoy')
      : context.peers;
    for (let round = 1; round <= rounds; round += 1) {
      for (const peer of peers) {
        context.progress(`round ${round} ${peer.name}`);
        const running = await startPeer(context, peer, plan, upstreamPort);
        if (running === undefined) continue;
        samples.push(await takeSample(context, running, round));
        await running.child.stop();
      }
    }
    return samples;
  },
};

async function takeSample(
  context: BenchContext,
  running: RunningPeer,
  round: number,
): Promise<Sample> {
  // Requests on a few connections first, so that code and buffers that every process needs are not counted.
  const runLoad = await context.loadGenerator.prepare(TRAFFIC, context.folder);
  const { port } = running;
  await runLoad({ port, connections: 64, durationSeconds: context.warmUpSeconds });
  const before = await residentBytesAtRest(context, running);
  const count = context.quick ? QUICK_CONNECTIONS : CONNECTIONS;
  const requests = requestTemplates(TRAFFIC, count).map((template) =>
    requestHalves(template, 0).join('0123456789abcdef'),
  );
  const connections = await openIdleConnections(port, requests);
  const after = await residentBytesAtRest(context, running);
  connections.close();
  return {
    peer: running.peer.name,
    round,
    value: (after - before) / count / KILOBYTE,
    invalid: connections.open === count ? undefined : `${connections.open} of ${count} stayed open`,
    details: { connections: count, beforeMb: before / MEGABYTE, afterMb: after / MEGABYTE },
  };
}
