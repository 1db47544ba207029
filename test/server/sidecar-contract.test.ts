import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import {
  addressOf,
  answer,
  bootstrapOf,
  fileAccessLog,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { ask } from '../tools/http-client.ts';
import { httpServer } from '../tools/http-server.ts';
import { type RunOptions, SpawnedProa, until, untilLive } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

// What Istio's pilot-agent, and the drivers that test other proxies, do with the program.

type Test = Parameters<typeof temporaryFolder>[0];

/** The user as which a sidecar runs. */
const SIDECAR_USER = 1337;
const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'proa');

/** In a sidecar's order, with its values. */
const SIDECAR_FLAGS = [
  ...['--drain-time-s', '45', '--drain-strategy', 'immediate', '--local-address-ip-version', 'v4'],
  ...['--file-flush-interval-msec', '1000', '--disable-hot-restart'],
  ...['--allow-unknown-static-fields', '-l', 'warning', '--component-log-level', 'misc:error'],
  ...['--skip-deprecated-logs', '--concurrency', '2'],
];

const CDS_AND_LDS =
  '/stats?usedonly&filter=^(cluster_manager\\.cds|listener_manager\\.lds)\\.(update_success|update_rejected)$';
const STATE_AND_WORKERS =
  '/stats?usedonly&filter=^(server\\.state|listener_manager\\.workers_started)';

const hello = (more: JsonObject = {}): JsonObject =>
  httpListener({
    name: 'inbound',
    at: 0,
    routes: [answer(200, 'hello')],
    listener: { traffic_direction: 'INBOUND' },
    ...more,
  });

/** Starts the program in its own folder, as an agent does: the path of the file is relative. */
async function startIn(
  t: Test,
  folder: string,
  bootstrap: JsonObject,
  flags: readonly string[],
  options: RunOptions = {},
): Promise<{ readonly spawned: SpawnedProa; readonly adminPort: number }> {
  mkdirSync(join(folder, 'etc', 'proxy'), { recursive: true });
  writeFileSync(join(folder, 'etc', 'proxy', 'envoy-rev.json'), JSON.stringify(bootstrap));
  if (options.uid !== undefined) chownSync(folder, options.uid, options.uid);
  const admin = ['--admin-address-path', join(folder, 'admin')];
  const spawned = new SpawnedProa(['-c', 'etc/proxy/envoy-rev.json', ...flags, ...admin], {
    cwd: folder,
    ...options,
  });
  t.teardown(() => spawned.stop());
  return { spawned, adminPort: await untilLive(spawned, join(folder, 'admin')) };
}

/** The answer to a request whose target is sent as it is: clients of most libraries would encode it. */
function askRaw(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.on('error', reject).on('close', () => resolve(text));
    socket.write(`GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  });
}

async function portOf(adminPort: number, name: string): Promise<number> {
  const { body } = await ask({ port: adminPort, path: '/listeners' });
  return Number(new RegExp(`^${name}::.*:(\\d+)$`, 'm').exec(body)?.[1]);
}

function listens(port: number): Promise<boolean> {
  return ask({ port }).then(
    () => true,
    () => false,
  );
}

t.test("an agent's flags, readiness questions and drains", async (t) => {
  const bootstrap = bootstrapOf([hello()], [], { an_unknown_field: 1 });
  const { spawned, adminPort } = await startIn(t, temporaryFolder(t), bootstrap, SIDECAR_FLAGS);
  t.match(await askRaw(adminPort, CDS_AND_LDS), /^HTTP\/1\.1 200 OK\r\n/);
  const state = await askRaw(adminPort, STATE_AND_WORKERS);
  t.match(state, /^HTTP\/1\.1 200 OK\r\n/);
  t.match(state, /\r\n\r\n.*listener_manager\.workers_started: 1\n.*server\.state: 0\n/s);
  const port = await portOf(adminPort, 'inbound');
  for (const query of ['?inboundonly&graceful&skip_exit', '?graceful&skip_exit']) {
    const drained = await ask({
      port: adminPort,
      path: `/drain_listeners${query}`,
      method: 'POST',
    });
    t.match(drained, { status: 200, body: 'OK\n' });
    const asked = await ask({ port });
    t.match(
      asked,
      { status: 200, headers: { connection: 'close' } },
      'it serves, and says farewell',
    );
  }
  t.equal((await askRaw(adminPort, '/ready')).split('\r\n')[0], 'HTTP/1.1 200 OK');
  spawned.signal('SIGKILL');
  t.strictSame(await spawned.ended, { code: null, signal: 'SIGKILL' });
  t.equal(await listens(port), false, 'nothing is left of it');
});

t.test('another driver: its own log format, a short drain, and the end', async (t) => {
  const folder = temporaryFolder(t);
  const { spawned, adminPort } = await startIn(t, folder, bootstrapOf([hello()]), [
    ...['--log-format', '[node %T] %v', '-l', 'info', '--concurrency', '1'],
    ...['--disable-hot-restart', '--drain-time-s', '1'],
  ]);
  t.match(spawned.stderr, /^\[node \d\d:\d\d:\d\d\] /m);
  const port = await portOf(adminPort, 'inbound');
  await ask({ port: adminPort, path: '/drain_listeners?inboundonly&graceful', method: 'POST' });
  t.equal(await listens(port), true);
  t.ok(await until(async () => !(await listens(port)), 5_000), 'after the drain time it is gone');
  const quit = await ask({ port: adminPort, path: '/quitquitquit', method: 'POST' });
  t.equal(quit.status, 200);
  const began = performance.now();
  t.strictSame(await spawned.ended, { code: 0, signal: null });
  t.ok(performance.now() - began < 3_000, 'gone within three seconds');
});

t.test('a driver that says little: debug logs, hot restart not switched off', async (t) => {
  const flags = ['--drain-time-s', '1', '-l', 'debug'];
  const { adminPort } = await startIn(t, temporaryFolder(t), bootstrapOf([hello()]), flags);
  t.equal((await ask({ port: adminPort, path: '/ready' })).status, 200);
});

t.test('a scrape through a listener arrives as it was sent', async (t) => {
  const seen: unknown[] = [];
  const { port } = await httpServer(t, ({ url, headers }, response) => {
    const { accept, 'accept-encoding': encoding } = headers;
    seen.push(url, accept, encoding, headers['x-prometheus-scrape-timeout-seconds']);
    response.end('metrics');
  });
  const scraped = httpListener({
    name: 'scrape',
    at: 0,
    routes: [routeTo('agent', '/stats/prometheus')],
  });
  const bootstrap = bootstrapOf([scraped], [staticCluster('agent', port)]);
  const { adminPort } = await startIn(t, temporaryFolder(t), bootstrap, SIDECAR_FLAGS);
  const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3';
  const path = '/stats/prometheus?usedonly&filter=a|b';
  const headers = {
    accept,
    'accept-encoding': 'gzip',
    'x-prometheus-scrape-timeout-seconds': '10',
  };
  const asked = await ask({ port: await portOf(adminPort, 'scrape'), path, headers });
  t.match(asked, { status: 200, body: 'metrics' });
  t.strictSame(seen, [path, accept, 'gzip', '10']);
});

t.test('the admin interface can be a cluster of the proxy itself', async (t) => {
  const folder = temporaryFolder(t);
  const adminAt = join(folder, 'admin.sock');
  const listeners = [
    httpListener({ name: 'scrape', at: 0, routes: [routeTo('admin', '/stats/prometheus')] }),
  ];
  const bootstrap = {
    ...bootstrapOf(listeners, [staticCluster('admin', adminAt)]),
    admin: { address: addressOf(adminAt) },
  };
  const path = join(folder, 'c.json');
  writeFileSync(path, JSON.stringify(bootstrap));
  const spawned = new SpawnedProa(['-c', path, '--concurrency', '1']);
  t.teardown(() => spawned.stop());
  const isReady = await until(
    async () =>
      (await ask({ socketPath: adminAt, path: '/ready' }).catch(() => undefined))?.status === 200,
  );
  t.ok(isReady, spawned.output);
  const { body } = await ask({ socketPath: adminAt, path: '/listeners' });
  const port = Number(/^scrape::.*:(\d+)$/m.exec(body)?.[1]);
  const scraped = await ask({ port, path: '/stats/prometheus' });
  t.match(scraped, { status: 200, body: /^envoy_server_live(?:\{\})? 1$/m });
});

/** Why the program cannot be run as another user here; nothing when it can. */
function whyNotAsSidecar(): string | false {
  if (process.getuid?.() !== 0) return 'only root can run a program as another user';
  const probe = spawnSync('/bin/sh', ['-c', '"$0" --version', LAUNCHER], {
    uid: SIDECAR_USER,
    gid: SIDECAR_USER,
    cwd: '/',
  });
  return probe.status === 0 ? false : `user ${SIDECAR_USER} cannot read ${LAUNCHER} or its Node`;
}

const whyNot = whyNotAsSidecar();
if (whyNot !== false) process.stderr.write(`NOT TESTED: running as another user: ${whyNot}\n`);

t.test('as another user, with logs to the standard output', { skip: whyNot }, async (t) => {
  const manager = { access_log: [fileAccessLog('/dev/stdout', 'saw %REQ(:PATH)%\n')] };
  const { spawned, adminPort } = await startIn(
    t,
    temporaryFolder(t),
    bootstrapOf([hello({ manager })]),
    SIDECAR_FLAGS,
    { uid: SIDECAR_USER, env: { HOME: '/root' } },
  );
  const status = readFileSync(`/proc/${spawned.pid}/status`, 'latin1');
  t.match(status, new RegExp(`^Uid:\\t${SIDECAR_USER}\\t${SIDECAR_USER}\\t`, 'm'));
  t.equal((await ask({ port: await portOf(adminPort, 'inbound'), path: '/x' })).body, 'hello');
  t.ok(await until(() => spawned.stdout === 'saw /x\n'));
  t.strictSame(await spawned.stop(), { code: 0, signal: null });
});
