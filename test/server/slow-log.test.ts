import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { answer, bootstrapOf, fileAccessLog, httpListener } from '../tools/bootstrap.ts';
import { ask, keepAliveAgent } from '../tools/http-client.ts';
import { startProa, until } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

/** Together more than a pipe, the worker and the main thread are willing to keep. */
const REQUESTS = 4_000;
const LINE_BYTES = 8_000;

t.test('an access log that nobody takes delays no request, and the end by little', async (t) => {
  const folder = temporaryFolder(t);
  const pipe = join(folder, 'access.log');
  execFileSync('mkfifo', [pipe]);
  // Opened, so that writing begins, but not read.
  const reader = createReadStream(pipe, { highWaterMark: 1 });
  t.teardown(() => reader.destroy());
  const line = `${'x'.repeat(LINE_BYTES)}%REQ(:PATH)%\n`;
  const manager = { access_log: [fileAccessLog(pipe, line)] };
  const listener = httpListener({ name: 'web', at: 0, routes: [answer(200, 'hello')], manager });
  const proa = await startProa(bootstrapOf([listener]), { folder });
  t.teardown(() => proa.process.stop());
  const agent = keepAliveAgent(t);
  const port = proa.port('web');
  for (let count = 0; count < REQUESTS; count++) {
    const { body } = await ask({ port, path: `/${count}`, agent });
    if (body !== 'hello') t.fail(`request ${count} was answered ${body}`);
  }
  t.ok(
    await until(async () => ((await proa.stat('filesystem.write_dropped')) ?? 0) > 0),
    'what cannot be kept is dropped and counted',
  );
  t.equal((await proa.admin('GET', '/ready')).status, 200, 'the main thread has time');
  const began = performance.now();
  t.strictSame(await proa.process.stop(), { code: 0, signal: null });
  t.ok(performance.now() - began < 4_000, 'the end waits for the log, but not for ever');
});
