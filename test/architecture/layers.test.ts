import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type LayerException, layerExceptions, layersFromTop } from './layers.ts';
import {
  importsIn,
  layerOf,
  type SourceImport,
  sourceFiles,
  sourceImports,
} from './source-imports.ts';

const root = join(import.meta.dirname, '../..');
const layers = layersFromTop();
const imports = sourceImports();
const inside = imports.filter(({ to }) => to.startsWith('src/'));

t.test('imports are found in every form in which they are written', async (t) => {
  const text = `import t from 'tap';
import type { A } from '#base/a.ts';
import { type B, type C } from '#base/b.ts';
import {
  d,
  type E,
} from './d.ts';
import '../f.ts';
export { g } from '#http/g.ts';
// import { no } from '#no.ts';
const h = await import('#h/h.ts');
`;
  const found = [...importsIn('src/x/y.ts', text)];
  t.strictSame(
    found.map(({ to, isTypeOnly, isDynamic }) => [to, isTypeOnly, isDynamic]),
    [
      ['tap', false, false],
      ['src/base/a.ts', true, false],
      ['src/base/b.ts', true, false],
      ['src/x/d.ts', false, false],
      ['src/f.ts', false, false],
      ['src/http/g.ts', false, false],
      ['src/h/h.ts', false, true],
    ],
  );
});

t.test('ARCHITECTURE.md names every folder of src once', async (t) => {
  t.strictSame([...layers].sort(), readdirSync(join(root, 'src')).sort());
});

t.test('no file imports from a layer above its own', async (t) => {
  const upwards = inside.filter(goesUp).filter((each) => exceptionFor(each) === undefined);
  t.strictSame(
    upwards.map(({ from, to }) => `${from} imports ${to}`),
    [],
  );
});

t.test('every exception is still needed', async (t) => {
  const needed = new Set(inside.filter(goesUp).map(exceptionFor));
  t.strictSame(
    layerExceptions.filter((each) => !needed.has(each)),
    [],
  );
});

t.test('extensions never import each other', async (t) => {
  const extension = (file: string): string => file.split('/').slice(0, 4).join('/');
  const crossed = inside.filter(
    ({ from, to }) =>
      layerOf(from) === 'extensions' &&
      layerOf(to) === 'extensions' &&
      extension(from) !== extension(to),
  );
  t.strictSame(crossed, []);
});

t.test('files that are loaded together do not import each other in a circle', async (t) => {
  t.strictSame(
    circles(inside.filter(({ isTypeOnly, isDynamic }) => !isTypeOnly && !isDynamic)),
    [],
  );
});

function goesUp({ from, to }: SourceImport): boolean {
  return layers.indexOf(layerOf(to)) < layers.indexOf(layerOf(from));
}

function exceptionFor(each: SourceImport): LayerException | undefined {
  return layerExceptions.find(
    ({ from, to }) =>
      from === each.from && (to.endsWith('/') ? each.to.startsWith(to) : to === each.to),
  );
}

/** One way through each circle that a walk along the imports meets. */
function circles(edges: readonly SourceImport[]): readonly string[] {
  const next = Map.groupBy(edges, ({ from }) => from);
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (path.includes(file) || done.has(file)) return;
    for (const { to } of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of sourceFiles()) walk(file, []);
  return found;
}
