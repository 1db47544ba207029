import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import { MEGABYTE, residentBytesAtRest } from '../runner/memory.ts';
import { startPeer } from '../runner/running-peer.ts';
import { startUpstream } from '../runner/running-upstream.ts';
import type { Sample, Workload } from '../runner/workload.ts';

/** Memory varies little between starts of the same program. */
const MAXIMUM_ROUNDS = 3;

export const memoryAtRest: Workload = {
  name: 'memory-at-rest',
  title: 'whole process at rest, one worker',
  unit: 'MB',
  targets: [{ relativeTo: undefined, must: 110, goal: 65 }],
  measure: async (context) => {
    await using stack = new AsyncDisposableStack();
    const upstreamPort = await startUpstream(context, stack, 1_024);
    const plan = { plainForwarding: true, bootstrap: envoyBootstrap };
    const samples: Sample[] = [];
    const rounds = context.quick ? 1 : Math.min(context.rounds, MAXIMUM_ROUNDS);
    for (let round = 1; round <= rounds; round += 1) {
      for (const peer of context.peers) {
        context.progress(`round ${round} ${peer.name}`);
        const running = await startPeer(context, peer, plan, upstreamPort);
        if (running === undefined) continue;
        const value = (await residentBytesAtRest(context, running)) / MEGABYTE;
        await running.child.stop();
        samples.push({ peer: peer.name, round, value, invalid: undefined, details: {} });
      }
    }
    return samples;
  },
};
