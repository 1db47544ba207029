import t from 'tap';
import { layerOf, sourceImports } from './source-imports.ts';

const loaded = Map.groupBy(
  sourceImports().filter(({ isTypeOnly }) => !isTypeOnly),
  ({ from }) => from,
);

/** Every file that runs in a worker thread, with the one that loads it. */
function filesOfWorkers(): ReadonlyMap<string, string> {
  const reached = new Map([['src/worker/worker-entry.ts', 'the main thread']]);
  for (const [file] of reached) {
    for (const { to } of loaded.get(file) ?? []) {
      if (to.startsWith('src/') && !reached.has(to)) reached.set(to, file);
    }
  }
  return reached;
}

const files = filesOfWorkers();

t.test('workers carry traffic', async (t) => {
  // What follows proves nothing unless the walk reaches the data path.
  for (const folder of ['http', 'connection-manager', 'extensions', 'upstream', 'routing']) {
    t.ok(
      [...files.keys()].some((file) => layerOf(file) === folder),
      folder,
    );
  }
});

t.test('workers load nothing but Node and Proa: no protobuf, no log, no YAML', async (t) => {
  const packages = [...files.keys()].flatMap((file) =>
    (loaded.get(file) ?? []).filter(({ to }) => !to.startsWith('src/') && !to.startsWith('node:')),
  );
  t.strictSame(packages, []);
});

t.test('workers load nothing of the main thread', async (t) => {
  const foreign = [...files]
    .filter(([file]) => ['cli', 'server', 'config', 'gen'].includes(layerOf(file)))
    .map(([file, by]) => `${file}, loaded by ${by}`);
  t.strictSame(foreign, []);
});
