import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { RuntimeValues } from '#base/runtime.ts';
import { readDiskLayer } from '#server/runtime/disk-layer.ts';
import { Runtime } from '#server/runtime/runtime.ts';
import type { RuntimeLayer } from '#server/runtime/runtime-layer.ts';
import { runtimeStats } from '#server/runtime/runtime-stats.ts';
import { StatsStore } from '#stats/stats-store.ts';
import { temporaryFolder } from '../../tools/temporary-folder.ts';

/* Expectations are what Envoy 1.40 showed for the same files. */

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** Puts another folder in the place of the one that the link leads to, as operators do. */
function swap(folder: string, target: string): void {
  symlinkSync(target, join(folder, 'new'));
  renameSync(join(folder, 'new'), join(folder, 'link'));
}

function diskLayer(folder: string, more: Partial<RuntimeLayer & { kind: 'disk' }> = {}) {
  const link = { symlinkRoot: join(folder, 'link'), subdirectory: 'envoy' };
  return { name: 'disk', kind: 'disk', ...link, appendServiceCluster: false, ...more } as const;
}

function start(t: Parameters<typeof temporaryFolder>[0], layers: readonly RuntimeLayer[]) {
  const store = new StatsStore();
  const errors: string[] = [];
  let onChange = (_values: RuntimeValues): void => {};
  const runtime = new Runtime({
    layers,
    serviceCluster: 'web',
    stats: store.block(runtimeStats, 'runtime.'),
    onChange: (values) => onChange(values),
    onLoadError: (reason) => errors.push(reason),
  });
  t.teardown(() => runtime.close());
  const count = (name: string) => store.snapshot().counters.get(`runtime.${name}`);
  const changed = () =>
    new Promise<RuntimeValues>((resolve) => {
      // The watch alone lets the process end.
      const stay = setTimeout(() => {}, 60_000);
      onChange = (values) => {
        clearTimeout(stay);
        resolve(values);
      };
    });
  return { runtime, errors, count, changed };
}

t.test('files are values, folders are parts of their names', async (t) => {
  const folder = temporaryFolder(t);
  write(folder, {
    'a/b': 'true',
    'sub.dir/x': '1',
    '.hidden': 'x',
    number: '5\n',
    fraction: 'numerator: 5\ndenominator: TEN_THOUSAND\n',
    json: '{"numerator":3}',
    text: 'hello world  \n\n',
    empty: '',
    lines: 'one\ntwo\n',
    spaces: '  7  ',
    commented: '# comment\n12\n# more\n',
    'only-comment': '# only\n',
    indented: '  # indented\n4\n',
  });
  symlinkSync('number', join(folder, 'linked'));
  const values = readDiskLayer(folder);
  const texts = Object.fromEntries(Array.from(values, ([key, { text }]) => [key, text]));
  t.strictSame(texts, {
    'a.b': 'true',
    'sub.dir.x': '1',
    '.hidden': 'x',
    number: '5',
    fraction: 'numerator: 5\ndenominator: TEN_THOUSAND',
    json: '{"numerator":3}',
    text: 'hello world',
    empty: '',
    lines: 'one\ntwo',
    spaces: '  7',
    commented: '12\n',
    'only-comment': '',
    indented: '  # indented\n4',
    linked: '5',
  });
  t.equal(values.get('a.b')?.boolean, true);
  t.equal(values.get('commented')?.integer, 12);
  t.strictSame(values.get('fraction')?.fraction, { numerator: 5, denominator: 10_000 });
  t.strictSame(values.get('json')?.fraction, { numerator: 3, denominator: 100 });
});

t.test('a link that is put in place anew changes the values', async (t) => {
  const folder = temporaryFolder(t);
  write(folder, { 'v1/envoy/num': '5', 'v1/over/web/num': '99', 'v2/envoy/num': '2' });
  symlinkSync('v1', join(folder, 'link'));
  const base = { name: 'base', kind: 'static', values: new Map([['num', { text: '1' }]]) } as const;
  const over = { name: 'over', subdirectory: 'over', appendServiceCluster: true };
  const { runtime, count, changed } = start(t, [base, diskLayer(folder), diskLayer(folder, over)]);
  const names = () => runtime.layers().map(({ name }) => name);
  t.equal(runtime.values.get('num')?.integer, 99);
  t.strictSame(names(), ['base', 'disk', 'over']);
  t.equal(count('override_dir_exists'), 1);
  const next = changed();
  swap(folder, 'v2');
  t.equal((await next).get('num')?.integer, 2);
  t.strictSame(names(), ['base', 'disk'], 'a folder that is not there is no layer');
  t.equal(count('override_dir_not_exists'), 1);
  t.equal(count('load_success'), 2);
});

t.test('a link that is taken away leaves the values until there is another', async (t) => {
  const folder = temporaryFolder(t);
  write(folder, { 'v1/envoy/num': '5', 'v2/envoy/num': '2' });
  symlinkSync('v1', join(folder, 'link'));
  const { runtime, changed, count } = start(t, [diskLayer(folder)]);
  const next = changed();
  rmSync(join(folder, 'link'));
  t.equal(runtime.values.get('num')?.integer, 5);
  symlinkSync('v2', join(folder, 'link'));
  t.equal((await next).get('num')?.integer, 2);
  t.equal(count('load_error'), 0);
});

t.test('a layer whose files cannot be read is left out and told', async (t) => {
  const folder = temporaryFolder(t);
  write(folder, { 'v1/envoy/num': '5' });
  symlinkSync('.', join(folder, 'v1/envoy/loop'));
  symlinkSync('v1', join(folder, 'link'));
  const { runtime, errors, count } = start(t, [diskLayer(folder)]);
  t.strictSame(runtime.layers(), []);
  t.match(errors, [/^error loading runtime values for layer disk from disk: /]);
  t.equal(count('load_error'), 1);
  t.equal(count('load_success'), 0);
});
