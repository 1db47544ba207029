import { join } from 'node:path';
import { type Command, startChild } from '../machine/children.ts';
import { freePort, untilAnswering } from '../machine/loopback.ts';
import { nginxUpstream } from '../upstream/nginx-upstream.ts';
import type { BenchContext } from './context.ts';

/** Starts the server behind the proxies and gives its port; it is stopped with the stack. */
export async function startUpstream(
  context: BenchContext,
  stack: AsyncDisposableStack,
  bodyBytes: number,
): Promise<number> {
  const port = await freePort();
  const command = await upstreamCommand(context, port, bodyBytes);
  const child = startChild(context.placement.surroundings(command));
  stack.defer(() => child.stop());
  await untilAnswering(port, child);
  return port;
}

async function upstreamCommand(
  context: BenchContext,
  port: number,
  bodyBytes: number,
): Promise<Command> {
  const folder = join(context.folder, `upstream-${port}`);
  if (context.nginxPath !== undefined) {
    return nginxUpstream(context.nginxPath, folder, port, bodyBytes);
  }
  const script = join(import.meta.dirname, '..', 'upstream', 'node-upstream.ts');
  return { file: process.execPath, args: [script, String(port), String(bodyBytes)] };
}
