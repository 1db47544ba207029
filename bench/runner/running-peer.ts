import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild } from '../machine/children.ts';
import { freePort, untilAnswering } from '../machine/loopback.ts';
import type { Peer } from '../peers/peer.ts';
import type { BenchContext } from './context.ts';

/** What a workload wants of the proxies, before the ports are known. */
export interface SetupPlan {
  /** True when the bootstrap only forwards, so that peers that do not read it can take part. */
  readonly plainForwarding: boolean;
  /** What peers that do not read the bootstrap speak to the upstream; HTTP/1.1 when it is left out. */
  readonly upstreamProtocol?: 'http1' | 'http2';
  bootstrap(ports: { readonly listenPort: number; readonly upstreamPort: number }): unknown;
}

export interface RunningPeer {
  readonly peer: Peer;
  readonly child: Child;
  readonly port: number;
  /** From before the process was made until it had answered a request. */
  readonly startMs: number;
}

/** Starts one proxy; throws when it does not come to answer. */
export async function startPeer(
  context: BenchContext,
  peer: Peer,
  plan: SetupPlan,
  upstreamPort: number,
): Promise<RunningPeer> {
  const ports = { listenPort: await freePort(), upstreamPort };
  const folder = join(context.folder, `${peer.name}-${ports.listenPort}`);
  await mkdir(folder);
  const { upstreamProtocol = 'http1' } = plan;
  const setup = { ...ports, upstreamProtocol, bootstrap: plan.bootstrap(ports) };
  const command = await peer.command(setup, folder);
  const child = startChild(context.placement.proxy(command));
  try {
    const startMs = await untilAnswering(ports.listenPort, child);
    return { peer, child, port: ports.listenPort, startMs };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/**
 * Starts all peers that can do what the plan wants, leaving out, loudly, those that fail to start; they are
 * stopped with the stack.
 */
export async function startPeers(
  context: BenchContext,
  stack: AsyncDisposableStack,
  plan: SetupPlan,
  upstreamPort: number,
): Promise<RunningPeer[]> {
  const running: RunningPeer[] = [];
  for (const peer of peersFor(context, plan)) {
    context.progress(`starting ${peer.name}`);
    try {
      const started = await startPeer(context, peer, plan, upstreamPort);
      stack.defer(() => started.child.stop());
      running.push(started);
    } catch (error) {
      context.say(`! ${peer.name} is left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return running;
}

/** The peers that have an equivalent of what the plan wants. */
export function peersFor(context: BenchContext, plan: SetupPlan): Peer[] {
  return context.peers.filter((peer) => plan.plainForwarding || peer.readsBootstrap);
}
