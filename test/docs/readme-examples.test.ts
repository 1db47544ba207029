import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { gatewayPorts, readProxyConfig, sidecarPorts } from '../../scripts/start-config.ts';
import { type PortName, portFlags } from '../../scripts/start-options.ts';
import { SpawnedProa, until } from '../tools/proa-process.ts';
import {
  examplesIn,
  readDocument,
  root,
  sectionOf,
  shownCommands,
  tableRows,
  unnamedBlocksIn,
} from './markdown.ts';
import { isListening, PortMap, runShown, startShown, withoutTimes } from './terminal.ts';

const readme = readDocument('README.md');
const examples = examplesIn(readme);
const used = new Set<string>();

/** A named block of the README. */
function example(name: string): string {
  const text = examples.get(name);
  if (text === undefined) throw new Error(`the README has no example "${name}"`);
  used.add(name);
  return text;
}

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl)
  process.stderr.write('\n!!! curl is missing: the commands of the README are NOT run\n\n');

await t.test('what the README shows is what happens', { skip: !hasCurl }, async (t) => {
  const cwd = t.testdir();
  const ports = await PortMap.of(9901, 10000, 9000);
  writeFileSync(join(cwd, 'envoy.yaml'), ports.toReal(example('envoy.yaml')));
  const check = (t: Test, name: string): void => {
    for (const { command, output } of shownCommands(example(name))) {
      const run = runShown(ports.toReal(command), cwd);
      t.equal(withoutTimes(ports.toShown(run.output)), withoutTimes(output), command);
    }
  };
  const backend = startShown(t, ports.toReal(example('backend').trim()), cwd);
  t.ok(await until(() => isListening(ports.get(9000))), 'the backend listens');
  const [program, ...args] = example('serve').trim().split(' ');
  t.strictSame([program, args.shift()], ['npx', 'proa']);
  const proa = new SpawnedProa(
    [...args, '--concurrency', '1', '--file-flush-interval-msec', '20'],
    {
      cwd,
    },
  );
  t.teardown(() => proa.stop());
  const admin = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${ports.get(9901)}${path}`);
  const isReady = (): Promise<boolean> =>
    admin('/ready').then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await until(isReady, 20_000))) throw new Error(proa.output);

  await t.test('requests, their log and their statistics', async (t) => {
    check(t, 'requests');
    const lines = example('log');
    await until(() => countLines(proa.stdout) >= countLines(lines));
    t.equal(proa.stdout, lines);
    check(t, 'stats');
  });

  await t.test('requests while the backend is away', async (t) => {
    const before = proa.stdout;
    backend.kill('SIGTERM');
    t.ok(await until(async () => !(await isListening(ports.get(9000)))));
    const clusters = async (): Promise<string> => (await admin('/clusters')).text();
    t.ok(await until(async () => (await clusters()).includes('::cx_active::0')));
    check(t, 'requests without a backend');
    const lines = before + example('log without a backend');
    await until(() => countLines(proa.stdout) >= countLines(lines));
    t.equal(proa.stdout, lines);
  });

  await t.test('every statistic that explains an answer exists', async (t) => {
    const stats = await (await admin('/stats')).text();
    const names = new Set(stats.split('\n').map((line) => line.split(':')[0]));
    const rows = tableRows(sectionOf(readme, '### Why is it a 503?'));
    t.ok(rows.length > 8);
    for (const [, , , name = ''] of rows) t.ok(names.has(name.replaceAll('`', '')), name);
  });

  t.strictSame(await proa.stop(), { code: 0, signal: null }, 'SIGTERM ends it');
});

await t.test('every mistake in a configuration is told at once', async (t) => {
  const cwd = t.testdir();
  const mistakes = example('mistakes in broken.yaml').trimEnd().split('\n');
  let text = example('envoy.yaml');
  while (mistakes.length > 0) {
    const old = mistakes.shift() as string;
    t.ok(old.startsWith('-') && text.split(`\n${old.slice(1)}\n`).length === 2, `once: ${old}`);
    const added: string[] = [];
    while (mistakes[0]?.startsWith('+')) added.push((mistakes.shift() as string).slice(1));
    text = text.replace(`\n${old.slice(1)}\n`, `\n${added.join('\n')}\n`);
  }
  writeFileSync(join(cwd, 'broken.yaml'), text);
  const commands = shownCommands(example('validate'));
  t.equal(commands.length, 1);
  for (const { command, output } of commands) {
    const run = runShown(command, cwd);
    t.equal(run.status, 1);
    t.equal(run.output, output);
  }
});

await t.test('the configuration without the mistakes is valid', async (t) => {
  const cwd = t.testdir();
  writeFileSync(join(cwd, 'envoy.yaml'), example('envoy.yaml'));
  t.strictSame(runShown('npx proa -c envoy.yaml --mode validate', cwd), {
    output: "configuration 'envoy.yaml' OK\n",
    status: 0,
  });
});

await t.test('npm start prints what the README shows, but for the numbers', async (t) => {
  const names = Object.keys(portFlags) as PortName[];
  const shownPorts = names.map((name) => shownPort(name));
  const ports = await PortMap.of(...shownPorts);
  const flags = names.flatMap((name, index) => [
    `--${portFlags[name]}`,
    String(ports.get(shownPorts[index] as number)),
  ]);
  const child = spawn(
    process.execPath,
    [join(root, 'scripts/start.ts'), '--no-build', '--requests', '40', ...flags],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  t.teardown(() => {
    child.kill('SIGKILL');
    const directory = join(root, '.cache/bookinfo', String(ports.get(shownPort('gateway'))));
    rmSync(directory, { recursive: true, force: true });
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const closed = once(child, 'close');
  const isUp = (): boolean => output.includes('Ctrl-C') || child.exitCode !== null;
  await until(isUp, 40_000);
  child.kill('SIGINT');
  await closed;
  const shown = ports.toShown(output).replace(/\nEnding …\n$/, '');
  t.equal(withoutMeasurement(shown), withoutMeasurement(example('npm start')));
});

t.test('every block of the README is an example that was run, or calls npm', async (t) => {
  const unused = [...examples.keys()].filter((name) => !used.has(name));
  t.strictSame(unused, []);
  const lines = unnamedBlocksIn(readme).flatMap((block) => block.split('\n').slice(1, -1));
  t.ok(lines.length > 0);
  for (const line of lines) t.match(line, /^npm (?:test|run|install)\b/);
});

/** The port that a part of Bookinfo has in the configuration. */
function shownPort(name: PortName): number {
  for (const config of [
    readProxyConfig(join(root, 'examples/bookinfo/gateway.yaml'), gatewayPorts),
    readProxyConfig(join(root, 'examples/bookinfo/productpage-sidecar.yaml'), sidecarPorts),
  ]) {
    const found = config.ports.get(name);
    if (found !== undefined) return found.port;
  }
  throw new Error(`${name} has no port in examples/bookinfo`);
}

function countLines(text: string): number {
  return text.split('\n').length;
}

/** How many answers came from where is another number each time. */
function withoutMeasurement(text: string): string {
  return text
    .replace(/^Reviews in \d+ /m, 'Reviews in … ')
    .replaceAll(/^( {2}reviews-v\d +\S+ %).*$/gm, '$1 …');
}
