import { isMainThread } from 'node:worker_threads';

// Preloaded by NODE_OPTIONS into every thread: the main thread does nothing else for a second when
// it gets SIGUSR2, as if it read a very large configuration.
const BLOCK_MS = 1_000;

if (isMainThread) {
  process.on('SIGUSR2', () => {
    const until = performance.now() + BLOCK_MS;
    while (performance.now() < until);
    process.stderr.write('the main thread was blocked\n');
  });
}
