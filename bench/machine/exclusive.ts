import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** An abstract Unix socket: the kernel lets one process have it, and frees it however that process ends. */
const NAME = '\0proa-bench';
const RETRY_MS = 500;

/** Resolves once no other benchmark runs on this machine; two at once would measure each other. */
export async function becomeTheOnlyBenchmark(say: (line: string) => void): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const server = createServer().unref();
    server.listen(NAME);
    try {
      await once(server, 'listening');
      return;
    } catch {
      if (attempt === 0) say('Another benchmark is running on this machine; waiting for it to end');
      await delay(RETRY_MS);
    }
  }
}
