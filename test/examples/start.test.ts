import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { delimiter, join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { type PortName, portFlags } from '../../scripts/start-options.ts';
import { portProblems } from '../../scripts/start-ports.ts';

const root = join(import.meta.dirname, '../..');
const script = join(root, 'scripts/start.ts');

type Ports = ReadonlyMap<PortName, number>;

async function listenAnywhere(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

async function freePorts(): Promise<Ports> {
  const names = Object.keys(portFlags) as PortName[];
  const listening = await Promise.all(names.map(listenAnywhere));
  const ports = new Map(names.map((name, index) => [name, listening[index]?.port as number]));
  await Promise.all(listening.map(({ server }) => new Promise((done) => server.close(done))));
  t.teardown(() => {
    rmSync(join(root, '.cache/bookinfo', String(ports.get('gateway'))), {
      recursive: true,
      force: true,
    });
  });
  return ports;
}

function flagsFor(ports: Ports): string[] {
  return [...ports].flatMap(([name, port]) => [`--${portFlags[name]}`, String(port)]);
}

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
}

function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [script, '--no-build', ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
  const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, output: () => output, exit };
}

async function until(what: () => boolean | Promise<boolean>, started?: Started): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < 40_000; waitedMs += 50) {
    if (await what()) return true;
    if (started !== undefined && started.child.exitCode !== null) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

const isUp = (started: Started): Promise<boolean> =>
  until(() => started.output().includes('Ctrl-C ends everything.'), started);
const allFree = (ports: Ports): Promise<boolean> =>
  until(async () => (await portProblems(ports)).length === 0);

await t.test('Bookinfo runs behind the proxies until Ctrl-C', async (t) => {
  const ports = await freePorts();
  const started = start(['--requests', '80', ...flagsFor(ports)]);
  t.ok(await isUp(started), started.output());
  const output = started.output();
  t.match(output, /Reviews in 80 requests through the gateway:/);
  const rows = [...output.matchAll(/^ {2}(reviews-v\d) +(\S+ %) +(\S+) % +(\d+)$/gm)];
  t.strictSame(
    rows.map(([, name, configured]) => `${name} ${configured}`),
    ['reviews-v1 25.0 %', 'reviews-v2 25.0 %', 'reviews-v3 50.0 %'],
  );
  t.equal(
    rows.reduce((sum, row) => sum + Number(row[4]), 0),
    80,
    'every request was answered',
  );
  t.notMatch(output, /failed/);

  const gateway = `http://127.0.0.1:${ports.get('gateway')}`;
  const page = await request(`${gateway}/productpage`);
  t.equal(page.statusCode, 200);
  t.match(await page.body.text(), /Served by <b class="v\d">reviews v\d<\/b>/);
  const home = await request(gateway);
  t.match([home.statusCode, home.headers['location']], [302, /\/productpage$/]);
  await home.body.dump();
  const addresses = [...output.matchAll(/http:\/\/\S+/g)].map(([url]) => url);
  t.equal(addresses.length, 5);
  for (const url of addresses) {
    const { statusCode, body } = await request(url);
    await body.dump();
    t.equal(statusCode, 200, url);
  }

  started.child.kill('SIGINT');
  t.strictSame(await started.exit, [0, null]);
  t.strictSame(await portProblems(ports), [], 'nothing is left');
});

await t.test('Ctrl-C ends a start that is not done yet', async (t) => {
  const ports = await freePorts();
  const proxy = join(t.testdir(), 'proxy');
  writeFileSync(proxy, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
  const started = start(flagsFor(ports), { PROA_PROXY: proxy });
  const productpage = `http://127.0.0.1:${ports.get('productpage')}/health`;
  t.ok(await until(async () => (await request(productpage).catch(() => undefined)) !== undefined));
  started.child.kill('SIGINT');
  t.strictSame(await started.exit, [0, null]);
  t.notMatch(started.output(), /npm start:|Reviews in/);
  t.strictSame(await portProblems(ports), [], 'nothing is left');
});

await t.test('nothing is left when the start script is killed', async (t) => {
  const ports = await freePorts();
  const started = start(['--requests', '8', ...flagsFor(ports)]);
  t.ok(await isUp(started), started.output());
  started.child.kill('SIGKILL');
  await started.exit;
  t.ok(await allFree(ports));
});

await t.test(
  'every taken port is named with the flag that moves it, before anything starts',
  async (t) => {
    const ports = new Map(await freePorts());
    const taken = await Promise.all([listenAnywhere(), listenAnywhere()]);
    t.teardown(() => taken.forEach(({ server }) => void server.close()));
    const [first, second] = taken.map(({ port }) => port) as [number, number];
    ports.set('gateway', first).set('reviews-v2', second);
    ports.set('details', ports.get('ratings') as number);
    const started = start(flagsFor(ports));
    t.strictSame(await started.exit, [1, null]);
    t.strictSame(started.output().trimEnd().split('\n'), [
      `npm start: port ${first} for gateway is taken; choose another with --gateway-port <port>`,
      `npm start: port ${ports.get('ratings')} is for details already, so ratings needs another: --ratings-port <port>`,
      `npm start: port ${second} for reviews-v2 is taken; choose another with --reviews-v2-port <port>`,
    ]);
  },
);

await t.test('a proxy that ends is told with its last lines, and ends everything', async (t) => {
  const ports = await freePorts();
  const proxy = join(t.testdir(), 'proxy');
  writeFileSync(proxy, '#!/bin/sh\necho "cannot sail: $1 $2"\nexit 7\n', { mode: 0o755 });
  const started = start(flagsFor(ports), { PROA_PROXY: proxy });
  t.strictSame(await started.exit, [1, null]);
  t.match(started.output(), /npm start: sidecar ended with exit code 7\. Its last lines \(.*\):\n/);
  t.match(started.output(), /cannot sail: -c .*productpage-sidecar\.yaml/);
  t.notMatch(started.output(), /Reviews in/, 'and nothing was measured');
  t.strictSame(await portProblems(ports), [], 'nothing is left');
});

await t.test('a proxy that cannot be run is told', async (t) => {
  const ports = await freePorts();
  const started = start(flagsFor(ports), { PROA_PROXY: '/nonexistent/proxy' });
  t.strictSame(await started.exit, [1, null]);
  t.match(started.output(), /npm start: sidecar cannot be started: .*ENOENT/);
});

await t.test('wrong flags end the start with an explanation', async (t) => {
  const started = start(['--gatewayport', '1']);
  t.strictSame(await started.exit, [1, null]);
  t.match(started.output(), /--gatewayport: unknown flag; did you mean "--gateway-port"\?/);
});

await t.test('npm start runs the pinned Node wherever the path has an old one', async (t) => {
  const old = t.testdir();
  writeFileSync(join(old, 'node'), '#!/bin/sh\necho v20.20.2\n', { mode: 0o755 });
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((entry) => !entry.includes('node_modules'));
  const npm = path.map((entry) => join(entry, 'npm')).join(' ');
  // npm itself runs on this Node; what its scripts find on the path is the old one, or the pinned.
  const found = spawnSync(
    'sh',
    ['-c', `for npm in ${npm}; do [ -f $npm ] && readlink -f $npm && break; done`],
    {
      encoding: 'utf8',
    },
  ).stdout.trim();
  const { status, stdout, stderr } = spawnSync(process.execPath, [found, 'start', '--', '--help'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: [old, ...path].join(delimiter) },
  });
  t.equal(status, 0, stderr);
  t.match(stdout, /Starts Bookinfo behind Proa: npm start -- \[flags\]/);
});

await t.test('what is too old or missing is told before the start', async (t) => {
  const directory = t.testdir();
  const broken = 'node: error while loading shared libraries: libatomic.so.1';
  const check = (node: string, npm: string): { code: number | null; stderr: string } => {
    const path = join(directory, node);
    mkdirSync(path, { recursive: true });
    const version = `#!/bin/sh\n${node === 'broken' ? `echo '${broken}' >&2; exit 127` : `echo ${node}`}\n`;
    if (node !== 'none') writeFileSync(join(path, 'node'), version, { mode: 0o755 });
    const { status, stderr } = spawnSync('/bin/sh', [join(root, 'scripts/check-node.sh')], {
      cwd: directory,
      encoding: 'utf8',
      env: { PATH: path, npm_config_user_agent: npm },
    });
    return { code: status, stderr };
  };
  const recent = 'npm/11.1.0 node/v26.0.0 linux x64';
  t.match(check('v20.20.2', recent), {
    code: 1,
    stderr: /Node 26 or newer is needed, found v20\.20\.2/,
  });
  t.match(check('none', recent), { code: 1, stderr: /found one that does not run \(.*not found/ });
  t.match(check('broken', recent), { code: 1, stderr: /libatomic1 on Debian and Ubuntu/ });
  t.match(check('v26.1.0', 'npm/6.14.1 node/v26.1.0'), {
    code: 1,
    stderr: /npm 9 or newer .* 6\.14\.1/,
  });
  t.match(check('v26.1.0', recent), {
    code: 1,
    stderr: /dependencies are missing\. Run "npm install"/,
  });
  mkdirSync(join(directory, 'node_modules/undici'), { recursive: true });
  t.match(check('v26.1.0', recent), { code: 0, stderr: '' });
  t.match(check('v27.0.0', ''), { code: 0, stderr: '' }, 'started by something else than npm');
});
