import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import t from 'tap';
import { temporaryFolder } from '../tools/temporary-folder.ts';
import { readDockerfile, repository } from './dockerfile.ts';

/*
 * Does by hand what the Dockerfile says, without an engine: what it copies is copied, what it runs is
 * run. Only what comes from elsewhere is taken from this machine: Node, and the packages.
 */

const { instructionsOf, copies } = readDockerfile();
const folder = temporaryFolder(t);
const build = join(folder, 'build');
const image = join(folder, 'image');
const programs = join(folder, 'programs');

/** Commands whose work this machine has done already, or that are about the base image. */
const DONE_HERE = [
  /^npm install --ignore-scripts$/,
  /^npm prune --omit=dev --ignore-scripts$/,
  /^apt-get update$/,
  /^apt-get install --yes --no-install-recommends [a-z0-9 ]+$/,
  /^rm -rf \/var\/lib\/apt\/lists\/\*$/,
];

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

function dependenciesOf(path: string): string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  return Object.keys(dependencies);
}

/** The packages that stay after "npm prune --omit=dev": only these are there in the image. */
function linkProductionPackages(target: string): void {
  const linked = new Set<string>();
  const pending = dependenciesOf(join(repository, 'package.json'));
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (linked.has(name)) continue;
    linked.add(name);
    const source = join(repository, 'node_modules', name);
    mkdirSync(dirname(join(target, name)), { recursive: true });
    symlinkSync(source, join(target, name));
    pending.push(...dependenciesOf(join(source, 'package.json')));
  }
}

function copyInto(source: string, target: string): void {
  const isFolder = source.endsWith('/');
  const place = target.endsWith('/') && !isFolder ? join(target, basename(source)) : target;
  mkdirSync(dirname(place), { recursive: true });
  cpSync(source, place, { recursive: true });
}

function run(file: string, args: readonly string[], cwd = folder) {
  const env = { ...process.env, PATH: `${programs}:${process.env['PATH']}`, NODE_PATH: '' };
  return spawnSync(file, args, { cwd, env, encoding: 'utf8', timeout: 60_000 });
}

mkdirSync(programs, { recursive: true });
symlinkSync(process.execPath, join(programs, 'node'));

await t.test('the stage that builds finds all that its commands need', async (t) => {
  for (const { sources, target } of copies.filter(({ stage }) => stage === 'build')) {
    for (const source of sources) {
      copyInto(
        join(repository, source),
        source === 'src/'
          ? join(build, 'src')
          : join(build, target, source.endsWith('/') ? '' : source),
      );
    }
  }
  rmSync(join(build, 'src/gen'), { recursive: true, force: true });
  symlinkSync(join(repository, 'node_modules'), join(build, 'node_modules'));
  const commands = instructionsOf('RUN').flatMap(({ stage, rest }) =>
    rest.split('&&').map((command) => ({ stage, command: command.trim() })),
  );
  for (const { stage, command } of commands) {
    if (DONE_HERE.some((pattern) => pattern.test(command))) continue;
    t.equal(stage, 'build', `who runs ${command}`);
    const [, script = ''] = /^npm run (\S+)$/.exec(command) ?? [];
    t.not(script, '', `${command} is a script of package.json`);
    const { status, stderr } = run('npm', ['run', '--silent', script], build);
    t.equal(status, 0, stderr);
  }
  t.ok(existsSync(join(build, 'dist/main.js')));
});

await t.test('what is copied into the image runs there', async (t) => {
  for (const { stage, from, sources, target } of copies) {
    if (stage === 'build') continue;
    for (const source of sources) {
      if (source === '/usr/local/bin/node') continue;
      if (source === '/build/node_modules/') linkProductionPackages(join(image, target));
      else if (from === undefined) copyInto(join(repository, source), join(image, target, '/'));
      else copyInto(join(build, source.slice('/build/'.length)), join(image, target, '/'));
    }
  }
  const launcher = join(image, 'opt/proa/bin/proa');
  const version = run(launcher, ['--version']);
  t.match(version.stdout, /proa +version: /, version.stderr);
  const example = join(image, 'opt/proa/examples/bookinfo');
  for (const name of ['gateway.yaml', 'productpage-sidecar.yaml']) {
    const checked = run(launcher, ['--mode', 'validate', '-c', join(example, name)]);
    t.equal(checked.status, 0, checked.stderr);
  }
});

await t.test('the services of the example start in the image', async (t) => {
  const main = join(image, 'opt/proa/examples/bookinfo/services/main.ts');
  for (const name of ['productpage', 'details', 'ratings', 'reviews-v3']) {
    const service = spawn(join(programs, 'node'), [main, name, '--port=0'], { cwd: folder });
    const [line] = (await once(service.stdout, 'data')) as [Buffer];
    t.match(line.toString(), /listens on 127\.0\.0\.1:\d+/);
    service.kill('SIGKILL');
  }
  const measure = run('node', [join(image, 'opt/proa/scripts/start-measure.ts')]);
  t.match(measure.stderr, /^usage: /);
});
