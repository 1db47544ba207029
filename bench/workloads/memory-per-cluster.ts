import { envoyBootstrap, staticCluster } from '../peers/envoy-bootstrap.ts';
import type { Peer } from '../peers/peer.ts';
import type { BenchContext } from '../runner/context.ts';
import { interleave } from '../runner/interleave.ts';
import { KILOBYTE, MEGABYTE, memoryRounds, residentBytesAtRest } from '../runner/memory.ts';
import { peersFor, type SetupPlan, startPeer } from '../runner/running-peer.ts';
import { startUpstream } from '../runner/running-upstream.ts';
import type { Workload } from '../runner/workload.ts';

const CLUSTERS = 1_000;

/** The same configuration with and without a thousand further clusters of one host each. */
export const memoryPerCluster: Workload = {
  name: 'memory-per-cluster',
  title: 'per static cluster with one host',
  unit: 'KB',
  targets: [{ relativeTo: undefined, must: 20, goal: 10 }],
  measure: async (context) => {
    await using stack = new AsyncDisposableStack();
    const upstreamPort = await startUpstream(context, stack, 1_024);
    const contestants = peersFor(context, planWith(0)).map((peer) => ({ peer }));
    return await interleave(context, memoryRounds(context), contestants, async ({ peer }) => {
      const few = await residentBytesWith(context, peer, planWith(0), upstreamPort);
      const many = await residentBytesWith(context, peer, planWith(CLUSTERS), upstreamPort);
      return {
        value: (many - few) / CLUSTERS / KILOBYTE,
        invalid: undefined,
        details: { beforeMb: few / MEGABYTE, afterMb: many / MEGABYTE },
      };
    });
  },
};

function planWith(count: number): SetupPlan {
  return {
    plainForwarding: false,
    bootstrap: (ports) => {
      const clusters = Array.from({ length: count }, (_, index) =>
        staticCluster(`outbound-8080-service-${index}`, ports.upstreamPort),
      );
      return envoyBootstrap({ ...ports, clusters });
    },
  };
}

async function residentBytesWith(
  context: BenchContext,
  peer: Peer,
  plan: SetupPlan,
  upstreamPort: number,
): Promise<number> {
  const running = await startPeer(context, peer, plan, upstreamPort);
  try {
    return await residentBytesAtRest(context, running);
  } finally {
    await running.child.stop();
  }
}
