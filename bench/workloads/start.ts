import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import { startPeer } from '../runner/running-peer.ts';
import { startUpstream } from '../runner/running-upstream.ts';
import type { Sample, Workload } from '../runner/workload.ts';

/** Starts are short and vary more than anything else, so there are more of them than rounds. */
const STARTS_PER_ROUND = 2;

export const start: Workload = {
  name: 'start',
  title: 'start to first accepted request',
  unit: 'ms',
  targets: [{ relativeTo: undefined, must: 300, goal: 150 }],
  measure: async (context) => {
    await using stack = new AsyncDisposableStack();
    const upstreamPort = await startUpstream(context, stack, 1_024);
    const plan = { plainForwarding: true, bootstrap: envoyBootstrap };
    const samples: Sample[] = [];
    for (let round = 1; round <= context.rounds * STARTS_PER_ROUND; round += 1) {
      for (const peer of context.peers) {
        context.progress(`start ${round} of ${peer.name}`);
        const running = await startPeer(context, peer, plan, upstreamPort);
        if (running === undefined) continue;
        await running.child.stop();
        const { startMs } = running;
        samples.push({ peer: peer.name, round, value: startMs, invalid: undefined, details: {} });
      }
    }
    return samples;
  },
};
