import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { answer, bootstrapOf, fileAccessLog, httpListener } from '../tools/bootstrap.ts';
import { ask, keepAliveAgent } from '../tools/http-client.ts';
import { type RunningProa, SpawnedProa, startProa, until } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

type Test = Parameters<typeof temporaryFolder>[0];

/** A proxy that answers and logs the path of every request. */
async function startLogging(
  t: Test,
  flushIntervalMs: number,
): Promise<{ readonly proa: RunningProa; readonly log: string }> {
  const folder = temporaryFolder(t);
  const log = join(folder, 'access.log');
  const manager = { access_log: [fileAccessLog(log, '%REQ(:PATH)%\n')] };
  const listener = httpListener({ name: 'web', at: 0, routes: [answer(200, 'hello')], manager });
  const proa = await startProa(bootstrapOf([listener]), { folder, flushIntervalMs });
  t.teardown(() => proa.process.stop());
  return { proa, log };
}

function paths(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `/${from + index}`);
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} ends the process at once, with every line in the access log`, async (t) => {
    const { proa, log } = await startLogging(t, 600_000);
    const agent = keepAliveAgent(t);
    for (const path of paths(50)) await ask({ port: proa.port('web'), path, agent });
    // Open connections, idle or with half a request, hold nothing up.
    const socket = connect(proa.port('web'), '127.0.0.1').on('error', () => undefined);
    socket.write('POST /unfinished HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
    await sleep(50);
    const began = performance.now();
    proa.process.signal(signal);
    t.strictSame(await proa.process.ended, { code: 0, signal: null });
    t.ok(performance.now() - began < 1_000, 'within a second');
    t.strictSame(linesOf(log), [...paths(50), '/unfinished'], 'the last one was broken off');
    t.match(proa.process.stderr, new RegExp(`shutting down: ${signal}`));
    socket.destroy();
  });
}

t.test('a process that does not serve yet can be told to end', async (t) => {
  const path = join(temporaryFolder(t), 'c.json');
  writeFileSync(path, JSON.stringify(bootstrapOf([])));
  const proa = new SpawnedProa(['-c', path, '--concurrency', '1']);
  t.teardown(() => proa.stop());
  while (proa.isRunning && !proa.stderr.includes('admin address')) await sleep(1);
  proa.signal('SIGTERM');
  t.strictSame(await proa.ended, { code: 0, signal: null });
});

t.test('POST /quitquitquit ends the process, and answers first', async (t) => {
  const { proa, log } = await startLogging(t, 600_000);
  for (const path of paths(5)) await ask({ port: proa.port('web'), path });
  t.equal((await proa.admin('GET', '/quitquitquit')).status, 405, 'only with POST');
  t.match(await proa.admin('POST', '/quitquitquit'), { status: 200, body: /^OK\n$/ });
  const began = performance.now();
  t.strictSame(await proa.process.ended, { code: 0, signal: null });
  t.ok(performance.now() - began < 1_000, 'within a second');
  t.strictSame(linesOf(log), paths(5));
});

t.test('SIGUSR1 opens access logs again, and no line is lost', async (t) => {
  const { proa, log } = await startLogging(t, 30);
  const agent = keepAliveAgent(t);
  const port = proa.port('web');
  const rotated = [1, 2, 3].map((turn) => `${log}.${turn}`);
  let sent = 0;
  let isOver = false;
  const load = (async () => {
    while (!isOver) await ask({ port, path: `/${sent++}`, agent });
  })();
  for (const file of rotated) {
    await sleep(100);
    renameSync(log, file);
    proa.process.signal('SIGUSR1');
    t.ok(await until(() => existsSync(log)), 'there is a new file');
  }
  await sleep(100);
  isOver = true;
  await load;
  await proa.process.stop();
  t.ok(linesOf(log).length > 0, 'the last file is in use');
  t.strictSame([...rotated, log].flatMap(linesOf), paths(sent));
});

t.test('POST /reopen_logs does the same', async (t) => {
  const { proa, log } = await startLogging(t, 20);
  await ask({ port: proa.port('web'), path: '/before' });
  t.ok(await until(() => linesOf(log).length === 1));
  renameSync(log, `${log}.old`);
  t.equal((await proa.admin('POST', '/reopen_logs')).status, 200);
  await ask({ port: proa.port('web'), path: '/after' });
  t.ok(await until(() => existsSync(log) && linesOf(log).length === 1));
  t.strictSame(linesOf(log), ['/after']);
});

t.test('SIGHUP changes nothing', async (t) => {
  const { proa } = await startLogging(t, 20);
  proa.process.signal('SIGHUP');
  t.ok(await until(() => proa.process.stderr.includes('SIGHUP is ignored')));
  t.equal((await ask({ port: proa.port('web') })).body, 'hello');
});

t.test('SIGUSR1 opens the log of the program again, too', async (t) => {
  const folder = temporaryFolder(t);
  const log = join(folder, 'proa.log');
  const listener = httpListener({ name: 'web', at: 0, routes: [answer(200, 'hello')] });
  const proa = await startProa(bootstrapOf([listener]), { folder, args: ['--log-path', log] });
  t.teardown(() => proa.process.stop());
  const isIn = (file: string): boolean =>
    existsSync(file) && /SIGHUP/.test(readFileSync(file, 'utf8'));
  proa.process.signal('SIGHUP');
  t.ok(await until(() => isIn(log)));
  renameSync(log, `${log}.old`);
  proa.process.signal('SIGUSR1');
  t.ok(await until(() => existsSync(log)));
  t.notOk(isIn(log), 'it is a new one');
  proa.process.signal('SIGHUP');
  t.ok(await until(() => isIn(log)));
  t.equal(proa.process.output, '', 'nothing goes elsewhere');
});
