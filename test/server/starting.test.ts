import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, cpus } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { addressOf, answer, bootstrapOf, fileAccessLog, httpListener } from '../tools/bootstrap.ts';
import { ask, keepAliveAgent } from '../tools/http-client.ts';
import { httpServer } from '../tools/http-server.ts';
import { runProa, SpawnedProa, until, untilLive } from '../tools/proa-process.ts';
import { helloListener, startForTest } from '../tools/start-for-test.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

t.test('a port that is taken is named, and the process exits with 1', async (t) => {
  const { port } = await httpServer(t, (_request, response) => response.end());
  const path = join(temporaryFolder(t), 'c.json');
  writeFileSync(path, JSON.stringify(bootstrapOf([helloListener(port)])));
  for (const concurrency of ['1', '2']) {
    const { code, stderr } = await runProa(['-c', path, '--concurrency', concurrency]);
    t.equal(code, 1);
    const problem = `listener \\\\"web\\\\" cannot be opened: .*127\\.0\\.0\\.1:${port}`;
    t.match(stderr, new RegExp(`"critical".*${problem}`));
  }
});

t.test('an admin port that is taken is named, and the process exits with 1', async (t) => {
  const { port } = await httpServer(t, (_request, response) => response.end());
  const path = join(temporaryFolder(t), 'c.json');
  const bootstrap = { ...bootstrapOf([helloListener(0)]), admin: { address: addressOf(port) } };
  writeFileSync(path, JSON.stringify(bootstrap));
  const { code, stderr } = await runProa(['-c', path, '--concurrency', '1']);
  t.equal(code, 1);
  t.match(stderr, new RegExp(`"critical".*admin.*127\\.0\\.0\\.1:${port}`));
});

t.test('without --concurrency there are as many workers as processors', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'c.json');
  const adminPath = join(folder, 'admin');
  writeFileSync(path, JSON.stringify(bootstrapOf([helloListener(0)])));
  const spawned = new SpawnedProa(['-c', path, '--admin-address-path', adminPath]);
  t.teardown(() => spawned.stop());
  const adminPort = await untilLive(spawned, adminPath);
  const { body } = await ask({ port: adminPort, path: '/stats?filter=^server.concurrency$' });
  t.equal(body, `server.concurrency: ${cpus().length}\n`);
});

t.test('--admin-address-path tells where the admin interface is', async (t) => {
  const folder = temporaryFolder(t);
  const proa = await startForTest(t, [helloListener(0)], [], { folder });
  const name = readdirSync(folder).find((each) => each.startsWith('admin-')) as string;
  const written = readFileSync(join(folder, name), 'utf8').trim();
  t.equal(written.replace(/^127\.0\.0\.1:/, ''), String(proa.adminPort));
});

t.test('an access log can be the standard output, by path and by name', async (t) => {
  const byName = {
    name: 'envoy.access_loggers.stdout',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
      log_format: { text_format_source: { inline_string: 'and %REQ(:METHOD)%\n' } },
    },
  };
  const manager = { access_log: [fileAccessLog('/dev/stdout', 'saw %REQ(:PATH)%\n'), byName] };
  const listener = httpListener({ name: 'web', at: 0, routes: [answer(200, '')], manager });
  const proa = await startForTest(t, [listener]);
  const lines = (): string[] => proa.process.stdout.split('\n').slice(0, -1).toSorted();
  const agent = keepAliveAgent(t);
  for (const path of ['/1', '/2', '/3']) await ask({ port: proa.port('web'), path, agent });
  t.ok(await until(() => lines().length === 6));
  t.strictSame(lines(), ['and GET', 'and GET', 'and GET', 'saw /1', 'saw /2', 'saw /3']);
  // A pipe cannot be moved away: the signal changes nothing.
  proa.process.signal('SIGUSR1');
  await ask({ port: proa.port('web'), path: '/4', agent });
  t.ok(await until(() => lines().includes('saw /4')));
});

t.test('an access log that cannot be opened ends the start', async (t) => {
  const path = join(temporaryFolder(t), 'c.json');
  const manager = { access_log: [fileAccessLog('/nowhere/access.log', 'x')] };
  const listener = httpListener({ name: 'web', at: 0, routes: [answer(200, '')], manager });
  writeFileSync(path, JSON.stringify(bootstrapOf([listener])));
  const { code, stderr } = await runProa(['-c', path]);
  t.equal(code, 1);
  t.match(stderr, /unable to open file '\/nowhere\/access\.log': No such file or directory/);
});

t.test('it runs in the foreground, and a killing signal is told to who waits', async (t) => {
  const proa = await startForTest(t, [helloListener(0)]);
  proa.process.signal('SIGKILL');
  const { code, signal } = await proa.process.ended;
  t.strictSame([code, signal, constants.signals.SIGKILL], [null, 'SIGKILL', 9]);
});
