import { availableParallelism } from 'node:os';
import type { Command } from './children.ts';

/**
 * Which cores the proxy and everything around it (load generator and upstream) run on. With a core of its
 * own the proxy is what limits the throughput, and the two sides do not push each other around; measured
 * steadier than leaving it to the scheduler.
 */
export interface Placement {
  readonly description: string;
  proxy(command: Command): Command;
  surroundings(command: Command): Command;
}

export function choosePlacement(tasksetPath: string | undefined): Placement {
  const cores = availableParallelism();
  if (tasksetPath === undefined || cores < 2) {
    return {
      description: `not pinned (${cores} cores)`,
      proxy: (command) => command,
      surroundings: (command) => command,
    };
  }
  const last = cores - 1;
  const others = last === 1 ? '0' : `0-${last - 1}`;
  const pin = (list: string, command: Command): Command => ({
    file: tasksetPath,
    args: ['-c', list, command.file, ...command.args],
  });
  return {
    description: `proxy on core ${last}, load generator and upstream on ${others}`,
    proxy: (command) => pin(String(last), command),
    surroundings: (command) => pin(others, command),
  };
}
