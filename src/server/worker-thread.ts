import { join } from 'node:path';
import { Worker as Thread } from 'node:worker_threads';
import { codeDirectory, isBuilt } from '#base/installation.ts';

/** Young objects of a worker: small, since requests leave nothing behind that lives long. */
const YOUNG_GENERATION_MB = 16;

/**
 * Starts a thread that loads what a worker needs, and then waits to be told which worker it is.
 * That takes as long as reading a configuration, so both are done at the same time.
 */
export function startThread(index: number): Thread {
  const entry = join(codeDirectory, 'worker', `worker-entry.${isBuilt ? 'js' : 'ts'}`);
  return new Thread(entry, {
    name: `worker_${index}`,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}
