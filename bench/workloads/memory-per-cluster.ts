import { envoyBootstrap, staticCluster } from '../peers/envoy-bootstrap.ts';
import type { Peer } from '../peers/peer.ts';
import type { BenchContext } from '../runner/context.ts';
import { KILOBYTE, MEGABYTE, residentBytesAtRest } from '../runner/memory.ts';
import { startPeer } from '../runner/running-peer.ts';
import { startUpstream } from '../runner/running-upstream.ts';
import type { Sample, Workload } from '../runner/workload.ts';

const CLUSTERS = 1_000;
const MAXIMUM_ROUNDS = 2;

/** The same configuration with and without a thousand further clusters of one host each. */
export const memoryPerCluster: Workload = {
  name: 'memory-per-cluster',
  title: 'per static cluster with one host',
  unit: 'KB',
  targets: [{ relativeTo: undefined, must: 20, goal: 10 }],
  measure: async (context) => {
    await using stack = new AsyncDisposableStack();
    const upstreamPort = await startUpstream(context, stack, 1_024);
    const samples: Sample[] = [];
    const rounds = context.quick ? 1 : Math.min(context.rounds, MAXIMUM_ROUNDS);
    for (let round = 1; round <= rounds; round += 1) {
      for (const peer of context.peers) {
        context.progress(`round ${round} ${peer.name}`);
        const few = await residentBytesWith(context, peer, 0, upstreamPort);
        const many = await residentBytesWith(context, peer, CLUSTERS, upstreamPort);
        if (few === undefined || many === undefined) continue;
        samples.push({
          peer: peer.name,
          round,
          value: (many - few) / CLUSTERS / KILOBYTE,
          invalid: undefined,
          details: { beforeMb: few / MEGABYTE, afterMb: many / MEGABYTE },
        });
      }
    }
    return samples;
  },
};

async function residentBytesWith(
  context: BenchContext,
  peer: Peer,
  count: number,
  upstreamPort: number,
): Promise<number | undefined> {
  const clusters = Array.from({ length: count }, (_, index) =>
    staticCluster(`outbound-8080-service-${index}`, upstreamPort),
  );
  const plan = {
    plainForwarding: false,
    bootstrap: (ports: { listenPort: number; upstreamPort: number }) =>
      envoyBootstrap({ ...ports, clusters }),
  };
  const running = await startPeer(context, peer, plan, upstreamPort);
  if (running === undefined) return undefined;
  const bytes = await residentBytesAtRest(context, running);
  await running.child.stop();
  return bytes;
}
