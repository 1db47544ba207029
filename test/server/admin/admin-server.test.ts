import { get } from 'node:http';
import { createServer } from 'node:net';
import t from 'tap';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { AdminServer } from '#server/admin/admin-server.ts';
import { startAdmin } from './admin-client.ts';
import { FakeServices } from './fake-services.ts';

t.test('every page has the headers of an Envoy admin page', async (t) => {
  const admin = await startAdmin(t);
  const response = await admin.get('/ready');
  t.equal(response.headers.get('content-type'), 'text/plain; charset=UTF-8');
  t.equal(response.headers.get('cache-control'), 'no-cache, max-age=0');
  t.equal(response.headers.get('x-content-type-options'), 'nosniff');
  t.equal(response.headers.get('server'), 'envoy');
});

t.test('an unknown path is answered with 404 and the list of commands', async (t) => {
  const admin = await startAdmin(t);
  for (const path of ['/nope', '/READY', '/ready/', '/stats/nope']) {
    const response = await admin.get(path);
    t.equal(response.status, 404);
    t.match(
      await response.text(),
      /^invalid path\. admin commands are:\n {2}\/: Admin home page\n/,
    );
  }
});

t.test('what changes state needs POST', async (t) => {
  const admin = await startAdmin(t);
  const paths = ['/quitquitquit', '/logging', '/reset_counters', '/drain_listeners'];
  for (const path of paths) {
    const response = await admin.get(path);
    t.equal(response.status, 405);
    t.equal(await response.text(), 'Method GET not allowed, POST required.');
  }
  const put = await fetch(`http://127.0.0.1:${admin.port}/reopen_logs`, { method: 'PUT' });
  t.equal(await put.text(), 'Method PUT not allowed, POST required.');
  t.strictSame(admin.services.asked, []);
});

t.test('what only reads takes any method, and HEAD gets no body', async (t) => {
  const admin = await startAdmin(t);
  const put = await fetch(`http://127.0.0.1:${admin.port}/ready`, { method: 'PUT' });
  t.equal(await put.text(), 'LIVE\n');
  const head = await admin.raw('HEAD /ready HTTP/1.1');
  t.match(head, /^HTTP\/1\.1 200 OK\r\n/);
  t.notMatch(head, /LIVE/);
});

t.test('regular expressions may stand in the request target as they are', async (t) => {
  const admin = await startAdmin(t);
  admin.services.stats.main.counter('cluster_manager.cds.update_success').add(3);
  admin.services.stats.main.counter('cluster_manager.cds.update_attempt').add(4);
  const pattern = String.raw`^(cluster_manager\.cds|listener_manager\.lds)\.(update_success|x{2})$`;
  const response = await admin.raw(`GET /stats?usedonly&filter=${pattern} HTTP/1.1`);
  t.match(response, /^HTTP\/1\.1 200 OK\r\n/);
  t.match(response, /cluster_manager\.cds\.update_success: 3\n/);
  t.notMatch(response, /update_attempt/);
});

t.test('a plus sign in a query is itself', async (t) => {
  const admin = await startAdmin(t);
  admin.services.stats.main.counter('http.aab').inc();
  const response = await admin.get('/stats?filter=http.a+b');
  t.equal(await response.text(), 'http.aab: 1\n');
});

t.test('a percent sign that encodes nothing is itself', async (t) => {
  const admin = await startAdmin(t);
  t.equal((await admin.get('/stats?filter=%zz%')).status, 200);
});

t.test('long pages are compressed for clients that want it', async (t) => {
  const admin = await startAdmin(t);
  const encodings: [string, string | undefined][] = [
    ['gzip', 'gzip'],
    ['deflate, gzip;q=0.5', 'gzip'],
    ['*', 'gzip'],
    ['gzip;q=0', undefined],
    ['identity', undefined],
  ];
  for (const [accept, expected] of encodings) {
    const options = { port: admin.port, path: '/stats', headers: { 'accept-encoding': accept } };
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    get({ host: '127.0.0.1', ...options }, (response) => {
      response.resume();
      resolve(response.headers['content-encoding']);
    });
    t.equal(await promise, expected, accept);
  }
});

t.test('a compressed page reads as the plain one', async (t) => {
  const admin = await startAdmin(t);
  admin.services.stats.main.counter('a.b').add(7);
  const response = await admin.get('/stats?filter=^a', { 'accept-encoding': 'gzip' });
  t.equal(response.headers.get('content-encoding'), 'gzip');
  t.equal(await response.text(), 'a.b: 7\n');
});

t.test('only allowed paths are answered', async (t) => {
  const admin = await startAdmin(t, { allowPaths: [(path) => path === '/ready'] });
  t.equal((await admin.get('/ready?x')).status, 200);
  const refused = await admin.get('/clusters');
  t.equal(refused.status, 403);
  t.equal(await refused.text(), 'request to path /clusters not allowed');
});

t.test('a form that is too long is refused', async (t) => {
  const admin = await startAdmin(t);
  const response = await admin.post('/runtime_modify', `a=${'x'.repeat(1_100_000)}`);
  t.equal(response.status, 413);
  t.equal(admin.services.adminValues.size, 0);
});

t.test('each request is written to the access logs', async (t) => {
  const contexts: FormatterContext[] = [];
  const { promise: logged, resolve } = Promise.withResolvers<void>();
  const log = (context: FormatterContext) => {
    contexts.push(context);
    resolve();
  };
  const admin = await startAdmin(t, { accessLogs: [{ log }] });
  await (await admin.get('/ready?x', { 'user-agent': 'tester' })).text();
  await logged;
  const [{ requestHeaders, streamInfo } = {}] = contexts;
  t.equal(requestHeaders?.method, 'GET');
  t.equal(requestHeaders?.path, '/ready?x');
  t.equal(requestHeaders?.get('user-agent'), 'tester');
  t.equal(streamInfo?.responseCode, 200);
  t.equal(streamInfo?.bytesSent, 'LIVE\n'.length);
  t.match(streamInfo?.remoteAddress, { kind: 'ip', host: '127.0.0.1' });
});

t.test('traffic is counted under http.admin and listener.admin', async (t) => {
  const admin = await startAdmin(t);
  await (await admin.get('/nope')).text();
  await (await admin.get('/ready')).text();
  const page = await (await admin.get('/stats?usedonly&filter=admin')).text();
  t.match(page, /^http\.admin\.downstream_rq_4xx: 1$/m);
  t.match(page, /^http\.admin\.downstream_rq_2xx: 1$/m);
  t.match(page, /^http\.admin\.downstream_rq_total: 3$/m);
  t.match(page, /^http\.admin\.downstream_rq_active: 1$/m);
  t.match(page, /^listener\.admin\.http\.admin\.downstream_rq_completed: 2$/m);
  t.match(page, /^listener\.admin\.downstream_cx_total: 3$/m);
  t.match(page, /^listener\.admin\.main_thread\.downstream_cx_total: 3$/m);
  t.match(page, /^listener\.admin\.downstream_pre_cx_active: 0$/m);
});

t.test('a page that fails is answered with 500 and told about', async (t) => {
  const defects: unknown[] = [];
  const services = new FakeServices();
  const failure = new Error('defect');
  services.listeners = () => {
    throw failure;
  };
  const admin = await startAdmin(t, { services, onDefect: (error) => defects.push(error) });
  t.equal((await admin.get('/listeners')).status, 500);
  t.strictSame(defects, [failure]);
});

t.test('an address that is taken is an error that names it', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.teardown(() => taken.close());
  const { port } = taken.address() as { port: number };
  const server = new AdminServer({ services: new FakeServices() });
  const bound = await server.listen({ kind: 'ip', host: '127.0.0.1', port });
  t.match(bound, { ok: false });
  t.match(!bound.ok && bound.error, `cannot bind the admin address 127.0.0.1:${port}: `);
});
