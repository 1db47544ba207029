import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';

const launcher = join(import.meta.dirname, '../../bin/proa');
const shells = ['/bin/sh', '/bin/dash', '/bin/bash', '/bin/busybox'].filter((path) =>
  existsSync(path),
);

/** Prints what a launched program can see of its start. */
const program = `console.log(JSON.stringify({
  pid: process.pid, parent: process.ppid, node: process.execPath, file: import.meta.filename,
  flags: process.execArgv, argv: process.argv.slice(2), cwd: process.cwd(),
}));`;

interface Launched {
  readonly pid: number;
  readonly parent: number;
  readonly node: string;
  readonly file: string;
  readonly flags: readonly string[];
  readonly argv: readonly string[];
  readonly cwd: string;
}

/** A package with the real launcher, sources that tell about themselves, and tools to choose from. */
function makePackage(root: string, files: readonly ('src' | 'dist' | 'pinned')[]): string {
  mkdirSync(join(root, 'bin'), { recursive: true });
  copyFileSync(launcher, join(root, 'bin/proa'));
  chmodSync(join(root, 'bin/proa'), 0o755);
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  if (files.includes('src')) write(join(root, 'src/main.ts'), program);
  if (files.includes('dist')) write(join(root, 'dist/main.js'), program);
  if (files.includes('pinned')) pin(root);
  return join(root, 'bin/proa');
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function pin(root: string): void {
  const node = join(root, 'node_modules/node/bin/node');
  mkdirSync(dirname(node), { recursive: true });
  symlinkSync(process.execPath, node);
}

/** A directory for PATH: the tools of the launcher, and a Node of the given kind. */
function makePath(directory: string, node: 'recent' | 'old' | 'broken' | 'none'): string {
  mkdirSync(directory, { recursive: true });
  for (const tool of ['readlink', 'find', 'sh']) {
    const found = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found, join(directory, tool));
  }
  const file = join(directory, 'node');
  if (node === 'recent') symlinkSync(process.execPath, file);
  if (node === 'old') writeFileSync(file, '#!/bin/sh\necho v20.20.2\n', { mode: 0o755 });
  if (node === 'broken')
    writeFileSync(file, '#!/bin/sh\necho no libatomic >&2\nexit 127\n', { mode: 0o755 });
  return directory;
}

function launch(
  command: readonly string[],
  path: string,
  cwd: string,
): {
  readonly launched: Launched | undefined;
  readonly stderr: string;
  readonly code: number | null;
  readonly pid: number;
} {
  const [file = '', ...argv] = command;
  const run = spawnSync(file, argv, {
    cwd,
    encoding: 'utf8',
    env: { PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  const launched = run.stdout === '' ? undefined : (JSON.parse(run.stdout) as Launched);
  return { launched, stderr: run.stderr, code: run.status, pid: run.pid };
}

for (const shell of shells) {
  const how = shell.endsWith('busybox') ? [shell, 'sh'] : [shell];

  await t.test(
    `${shell}: becomes the Node on the path and keeps arguments as they are`,
    async (t) => {
      const root = t.testdir();
      const proa = makePackage(join(root, 'a package'), ['src', 'pinned']);
      const path = makePath(join(root, 'path'), 'recent');
      const argv = ['-c', 'a b.yaml', '', '$HOME', '*', "it's", '--log-format', '[%l] "%v"'];
      const { launched, stderr, pid } = launch([...how, proa, ...argv], path, root);
      t.equal(stderr, '');
      t.strictSame(launched?.argv, argv);
      t.equal(launched?.pid, pid, 'one process: the shell has become Node');
      t.equal(launched?.parent, process.pid);
      t.equal(launched?.cwd, root, 'relative paths stay what they were');
      t.equal(launched?.node, process.execPath);
      t.strictSame(launched?.flags, [
        '--disable-warning=ExperimentalWarning',
        '--min-semi-space-size=4',
        '--max-semi-space-size=4',
      ]);
    },
  );

  await t.test(
    `${shell}: takes the pinned Node where the path has an old, broken or no Node`,
    async (t) => {
      for (const kind of ['old', 'broken', 'none'] as const) {
        const root = t.testdir({});
        const proa = makePackage(join(root, 'package'), ['src', 'pinned']);
        const { launched, stderr } = launch([...how, proa], makePath(join(root, kind), kind), '/');
        t.equal(launched?.node, process.execPath, `${kind} ${stderr}`);
      }
    },
  );

  await t.test(`${shell}: says what is missing where no Node will do`, async (t) => {
    const expected = {
      old: /Node 26 or newer is needed: .*\/old\/node is v20\.20\.2\. .* "npm install" in .*\/package\./,
      broken: /Node 26 or newer is needed: .*\/broken\/node does not run \(no libatomic\)\./,
      none: /Node 26 or newer is needed: no node is on the PATH\./,
    } as const;
    for (const kind of ['old', 'broken', 'none'] as const) {
      const root = t.testdir({});
      const proa = makePackage(join(root, 'package'), ['src']);
      const { stderr, code } = launch([...how, proa], makePath(join(root, kind), kind), '/');
      t.match(stderr, expected[kind]);
      t.equal(code, 1);
      t.equal(stderr.split('\n').length, 2, 'in one line');
    }
  });
}

await t.test(
  'runs through chains of absolute and relative links, and when found on the path',
  async (t) => {
    const root = t.testdir();
    const proa = makePackage(join(root, 'deep/package'), ['src', 'pinned']);
    const path = makePath(join(root, 'path'), 'none');
    symlinkSync(proa, join(root, 'absolute'));
    symlinkSync('../absolute', join(root, 'path/proa'));
    symlinkSync('deep', join(root, 'linked'));
    const expected = join(root, 'deep/package/src/main.ts');
    t.equal(launch([join(root, 'absolute')], path, '/').launched?.file, expected);
    t.equal(launch([join(root, 'path/proa')], path, '/').launched?.file, expected);
    t.equal(launch(['./path/proa'], path, root).launched?.file, expected);
    t.equal(launch(['sh', '-c', 'proa'], path, '/').launched?.file, expected);
    t.equal(launch([join(root, 'linked/package/bin/proa')], path, '/').launched?.file, expected);
    t.equal(launch(['sh', 'proa'], path, join(root, 'deep/package/bin')).launched?.file, expected);
  },
);

await t.test('finds the pinned Node of the project that it is installed in', async (t) => {
  for (const place of ['node_modules/proa', 'node_modules/@scope/proa']) {
    const root = t.testdir({});
    const proa = makePackage(join(root, 'project', place), ['dist']);
    pin(join(root, 'project'));
    mkdirSync(join(root, 'project/node_modules/.bin'), { recursive: true });
    symlinkSync(
      `../${place.slice('node_modules/'.length)}/bin/proa`,
      join(root, 'project/node_modules/.bin/proa'),
    );
    const path = makePath(join(root, 'path'), 'old');
    const command = join(root, 'project/node_modules/.bin/proa');
    const { launched, stderr } = launch([command], path, '/');
    t.equal(launched?.file, join(dirname(proa), '../dist/main.js'), stderr);
  }
});

await t.test('runs what was built, with the condition that resolves imports there', async (t) => {
  const root = t.testdir();
  const proa = makePackage(root, ['src', 'dist', 'pinned']);
  const path = makePath(join(root, 'path'), 'none');
  age(join(root, 'src/main.ts'), 100);
  age(join(root, 'dist/main.js'), 50);
  const built = launch([proa], path, '/').launched;
  t.equal(built?.file, join(root, 'dist/main.js'));
  t.strictSame(built?.flags, [
    '--disable-warning=ExperimentalWarning',
    '--min-semi-space-size=4',
    '--max-semi-space-size=4',
  ]);
  write(join(root, 'src/deep/changed.ts'), '');
  t.equal(
    launch([proa], path, '/').launched?.file,
    join(root, 'src/main.ts'),
    'sources changed since',
  );
});

await t.test('says so where there is nothing to run', async (t) => {
  const root = t.testdir();
  const path = makePath(join(root, 'path'), 'recent');
  const empty = makePackage(join(root, 'empty'), []);
  t.match(launch([empty], path, '/'), {
    code: 1,
    stderr: /neither dist\/main\.js nor src\/main\.ts/,
  });
  const installed = makePackage(join(root, 'node_modules/proa'), ['src']);
  t.match(launch([installed], path, '/'), {
    code: 1,
    stderr: /runs no TypeScript in node_modules/,
  });
});

await t.test('signals reach the program, and its exit code is that of the command', async (t) => {
  const root = t.testdir();
  const proa = makePackage(root, ['pinned']);
  write(
    join(root, 'src/main.ts'),
    `process.on('SIGTERM', () => process.exit(43));
     setInterval(() => undefined, 1000);
     console.log('ready');`,
  );
  const child = spawn(proa, [], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  t.strictSame(await once(child, 'exit'), [43, null]);
});

function age(file: string, seconds: number): void {
  const time = Date.now() / 1000 - seconds;
  utimesSync(file, time, time);
}
