import { readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import {
  bootstrapOf,
  fileAccessLog,
  httpListener,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { ask, keepAliveAgent } from '../tools/http-client.ts';
import { httpServer } from '../tools/http-server.ts';
import { startProa, until } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

/** As the preloaded script says. */
const BLOCKED_MS = 1_000;
const PRELOADED = new URL('./block-main-thread.ts', import.meta.url).href;
/** A tenth of the time for which the main thread does nothing: requests that waited for it would show. */
const DELAY_LIMIT_MS = 100;
const ATTEMPTS = 3;

t.test('a main thread that is busy for a second delays no request', async (t) => {
  const { port } = await httpServer(t, (_request, response) => response.end('hello'));
  const folder = temporaryFolder(t);
  const log = join(folder, 'access.log');
  const manager = { access_log: [fileAccessLog(log, '%REQ(:PATH)%\n')] };
  const proa = await startProa(
    bootstrapOf(
      [httpListener({ name: 'web', at: 0, routes: [routeTo('backend')], manager })],
      [staticCluster('backend', port)],
    ),
    { folder, env: { NODE_OPTIONS: `--import=${PRELOADED}` } },
  );
  t.teardown(() => proa.process.stop());
  const agent = keepAliveAgent(t);
  const web = proa.port('web');
  for (let warmUp = 0; warmUp < 300; warmUp++) await ask({ port: web, path: '/warm-up', agent });

  // A machine with other work to do may be slow by itself, but hardly each time.
  let sent = 300;
  let slowestMs = Number.POSITIVE_INFINITY;
  for (let attempt = 1; attempt <= ATTEMPTS && slowestMs >= DELAY_LIMIT_MS; attempt++) {
    proa.process.signal('SIGUSR2');
    const times = await askFor(BLOCKED_MS - 100, web, agent);
    sent += times.length;
    slowestMs = Math.max(...times);
    t.ok(times.length > 50, `${times.length} requests were answered in the meantime`);
    const blocked = proa.process.stderr.split('the main thread was blocked').length - 1;
    t.equal(blocked, attempt - 1, 'it is blocked still');
    t.ok(await until(async () => (await proa.admin('GET', '/ready')).status === 200));
  }
  t.ok(slowestMs < DELAY_LIMIT_MS, `the slowest of them took ${slowestMs.toFixed(1)} ms`);
  await proa.process.stop();
  t.match(proa.process.stderr, /the main thread was blocked/, 'it was blocked');
  const logged = readFileSync(log, 'utf8').split('\n').length - 1;
  t.equal(logged, sent, 'every request is in the access log');
});

/** Asks every millisecond for so long, and gives the milliseconds that each answer took. */
async function askFor(durationMs: number, port: number, agent: Agent): Promise<number[]> {
  const times: number[] = [];
  const began = performance.now();
  while (performance.now() - began < durationMs) {
    const sent = performance.now();
    // On an old connection and, every tenth time, on a new one: both must be served.
    const isNew = times.length % 10 === 0;
    const { body } = await ask({ port, path: '/', ...(isNew ? {} : { agent }) });
    if (body !== 'hello') throw new Error(`the answer was ${body}`);
    times.push(performance.now() - sent);
    await sleep(1);
  }
  return times;
}
