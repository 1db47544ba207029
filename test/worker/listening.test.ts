import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { freePort } from '../../bench/machine/loopback.ts';
import { answer, bootstrapOf, httpListener, routeTo, staticCluster } from '../tools/bootstrap.ts';
import { ask } from '../tools/http-client.ts';
import { httpServer } from '../tools/http-server.ts';
import { SpawnedProa, until } from '../tools/proa-process.ts';
import { helloListener, startForTest } from '../tools/start-for-test.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

t.test('--concurrency says how many workers share a port', async (t) => {
  for (const configured of [await freePort(), 0]) {
    const listener = httpListener({ name: 'web', at: configured, routes: [answer(200, 'hello')] });
    const proa = await startForTest(t, [listener], [], { concurrency: 2 });
    t.equal(await proa.stat('server.concurrency'), 2);
    const port = proa.port('web');
    for (let count = 0; count < 100; count++) {
      t.equal((await ask({ port })).body, 'hello');
    }
    const perWorker = [0, 1].map((worker) =>
      proa.stat(`listener.127.0.0.1_${configured}.worker_${worker}.downstream_cx_total`),
    );
    const [first = 0, second = 0] = await Promise.all(perWorker);
    t.equal(first + second, 100);
    t.ok(first > 10 && second > 10, `the kernel gave ${first} and ${second} to them`);
  }
});

t.test('what cannot be shared is served by one of two workers', async (t) => {
  const folder = temporaryFolder(t);
  const unix = join(folder, 'web.sock');
  const port = await freePort();
  const alone = httpListener({
    name: 'alone',
    at: port,
    routes: [answer(200, 'alone')],
    listener: { enable_reuse_port: false },
  });
  const chosen = httpListener({
    name: 'chosen',
    at: 0,
    routes: [answer(200, 'chosen')],
    listener: { enable_reuse_port: false },
  });
  const proa = await startForTest(t, [helloListener(unix), alone, chosen], [], { concurrency: 2 });
  for (let count = 0; count < 8; count++) {
    t.equal((await ask({ socketPath: unix })).body, 'hello');
    t.equal((await ask({ port })).body, 'alone');
    t.equal((await ask({ port: proa.port('chosen') })).body, 'chosen');
  }
});

t.test('a socket file that an earlier process left behind is taken over', async (t) => {
  const folder = temporaryFolder(t);
  const unix = join(folder, 'web.sock');
  const first = await startForTest(t, [helloListener(unix)], [], { folder });
  first.process.signal('SIGKILL');
  await first.process.ended;
  await startForTest(t, [helloListener(unix)], [], { folder });
  t.equal((await ask({ socketPath: unix })).body, 'hello');
});

t.test('clusters reach upstreams at Unix sockets', async (t) => {
  const folder = temporaryFolder(t);
  const unix = join(folder, 'upstream.sock');
  await httpServer(t, (request, response) => response.end(`${request.url} by path`), unix);
  const proa = await startForTest(
    t,
    [httpListener({ name: 'web', at: join(folder, 'web.sock'), routes: [routeTo('backend')] })],
    [staticCluster('backend', unix)],
  );
  t.match(await ask({ socketPath: join(folder, 'web.sock'), path: '/x' }), {
    status: 200,
    body: '/x by path',
  });
  t.match((await proa.admin('GET', '/clusters')).body, `backend::${unix}::cx_total::1`);
});

t.test('the file of a Unix socket gets the permissions that are asked for', async (t) => {
  const folder = temporaryFolder(t);
  const web = join(folder, 'web.sock');
  const admin = join(folder, 'admin.sock');
  const listener = { ...helloListener(web), address: { pipe: { path: web, mode: 0o600 } } };
  const bootstrap = {
    ...bootstrapOf([listener]),
    admin: { address: { pipe: { path: admin, mode: 0o640 } } },
  };
  const path = join(folder, 'c.json');
  writeFileSync(path, JSON.stringify(bootstrap));
  const proa = new SpawnedProa(['-c', path, '--concurrency', '1']);
  t.teardown(() => proa.stop());
  await until(() => proa.stderr.includes('all workers serve'));
  t.equal(statSync(web).mode & 0o777, 0o600);
  t.equal(statSync(admin).mode & 0o777, 0o640);
  t.equal((await ask({ socketPath: web })).body, 'hello');
});

t.test('names in the abstract namespace are listened on and connected to', async (t) => {
  const name = `proa-${process.pid}-listening`;
  const upstream = `${name}-upstream`;
  await httpServer(t, (_request, response) => response.end('from afar'), `\0${upstream}`);
  const listener = httpListener({ name: 'web', at: `@${name}`, routes: [routeTo('backend')] });
  await startForTest(t, [listener], [staticCluster('backend', `@${upstream}`)]);
  t.equal((await ask({ socketPath: `\0${name}` })).body, 'from afar');
});
