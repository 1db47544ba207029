import { availableParallelism } from 'node:os';
import type { Command } from './children.ts';

/** Where and how urgently the proxy and everything around it (load generator, upstream) run. */
export interface Placement {
  readonly description: string;
  proxy(command: Command): Command;
  surroundings(command: Command): Command;
}

/** As a user may not, root runs all parts of the measurement before the other programs of the machine. */
const RAISED_NICENESS = '-15';

/**
 * With a core of its own the proxy is what limits the throughput, and the two sides do not push each other
 * around; measured steadier than leaving it to the scheduler.
 */
export function choosePlacement(tasksetPath: string | undefined): Placement {
  const urgency = process.getuid?.() === 0 ? ['nice', '-n', RAISED_NICENESS] : [];
  const cores = availableParallelism();
  const last = cores - 1;
  const others = last === 1 ? '0' : `0-${last - 1}`;
  const isPinned = tasksetPath !== undefined && cores >= 2;
  const placed = (list: string, command: Command): Command => {
    const pinning = isPinned ? [tasksetPath, '-c', list] : [];
    const [file = '', ...args] = [...urgency, ...pinning, command.file, ...command.args];
    return { file, args };
  };
  const where = isPinned
    ? `proxy on core ${last}, load generator and upstream on ${others}`
    : `not pinned (${cores} cores)`;
  return {
    description: urgency.length === 0 ? where : `${where}, niceness ${RAISED_NICENESS}`,
    proxy: (command) => placed(String(last), command),
    surroundings: (command) => placed(others, command),
  };
}
