import { type ChildProcess, spawn } from 'node:child_process';

/** Waits for the end of its input, which comes with the end of whoever holds the other side. */
const WATCH = 'read -r _; kill -9 "$0"';

/**
 * Sees to it that a process does not outlive this one, even when this one is killed without a word,
 * as test runners do to a test that takes too long.
 */
export function endWithMe(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const watcher = spawn('/bin/sh', ['-c', WATCH, String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => undefined);
  watcher.unref();
  // Nobody writes to it; it must not hold this process up.
  (watcher.stdin as unknown as { unref(): void }).unref();
  // Before its number can be another's.
  child.once('exit', () => watcher.kill('SIGKILL'));
}
