import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild } from '../machine/children.ts';
import { freePort, untilAnswering } from '../machine/loopback.ts';
import type { Peer, ProxySetup } from '../peers/peer.ts';
import type { BenchContext } from './context.ts';

/** What a workload wants of the proxies, before the ports are known. */
export interface SetupPlan {
  readonly plainForwarding: boolean;
  bootstrap(ports: { readonly listenPort: number; readonly upstreamPort: number }): unknown;
}

export interface RunningPeer {
  readonly peer: Peer;
  readonly child: Child;
  readonly port: number;
  /** From before the process was made until it had answered a request. */
  readonly startMs: number;
}

/** Starts one proxy; `undefined` when it has no equivalent of the set-up, or, loudly, when it fails. */
export async function startPeer(
  context: BenchContext,
  peer: Peer,
  plan: SetupPlan,
  upstreamPort: number,
): Promise<RunningPeer | undefined> {
  const ports = { listenPort: await freePort(), upstreamPort };
  const setup: ProxySetup = {
    ...ports,
    bootstrap: plan.bootstrap(ports),
    plainForwarding: plan.plainForwarding,
  };
  const folder = join(context.folder, `${peer.name}-${ports.listenPort}`);
  await mkdir(folder);
  const command = await peer.command(setup, folder);
  if (command === undefined) return undefined;
  const child = startChild(context.placement.proxy(command));
  try {
    const startMs = await untilAnswering(ports.listenPort, child);
    return { peer, child, port: ports.listenPort, startMs };
  } catch (error) {
    await child.stop();
    context.say(
      `! ${peer.name} is left out here: ${error instanceof Error ? error.message : error}`,
    );
    return undefined;
  }
}

/** Starts all peers that can do what the plan wants; they are stopped with the stack. */
export async function startPeers(
  context: BenchContext,
  stack: AsyncDisposableStack,
  plan: SetupPlan,
  upstreamPort: number,
): Promise<RunningPeer[]> {
  const running: RunningPeer[] = [];
  for (const peer of context.peers) {
    context.progress(`starting ${peer.name}`);
    const started = await startPeer(context, peer, plan, upstreamPort);
    if (started === undefined) continue;
    stack.defer(() => started.child.stop());
    running.push(started);
  }
  return running;
}
