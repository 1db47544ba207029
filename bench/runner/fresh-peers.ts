import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import type { BenchContext } from './context.ts';
import { interleave } from './interleave.ts';
import { type RunningPeer, type SetupPlan, startPeer } from './running-peer.ts';
import { startUpstream } from './running-upstream.ts';
import type { Reading, Sample } from './workload.ts';

const RESPONSE_BYTES = 1_024;
const PLAIN_ROUTER: SetupPlan = { plainForwarding: true, bootstrap: envoyBootstrap };

/** Takes each reading of a process that was started for it alone, with the plain router configuration. */
export async function measureFreshPeers(
  context: BenchContext,
  rounds: number,
  read: (running: RunningPeer) => Promise<Reading>,
): Promise<Sample[]> {
  await using stack = new AsyncDisposableStack();
  const upstreamPort = await startUpstream(context, stack, RESPONSE_BYTES);
  const contestants = context.peers.map((peer) => ({ peer }));
  return await interleave(context, rounds, contestants, async ({ peer }) => {
    const running = await startPeer(context, peer, PLAIN_ROUTER, upstreamPort);
    try {
      return await read(running);
    } finally {
      await running.child.stop();
    }
  });
}
