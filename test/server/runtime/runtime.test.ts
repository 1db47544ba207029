import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import t from 'tap';
import type { RuntimeValues } from '#base/runtime.ts';
import { ParseContext } from '#config/parse-context.ts';
import { messageType } from '#config/registry.ts';
import { Runtime } from '#server/runtime/runtime.ts';
import { parseLayeredRuntime } from '#server/runtime/runtime-from-proto.ts';
import type { RuntimeLayer } from '#server/runtime/runtime-layer.ts';
import { runtimeStats } from '#server/runtime/runtime-stats.ts';
import { StatsStore } from '#stats/stats-store.ts';

function parse(layers: JsonValue): { layers: readonly RuntimeLayer[]; errors: string[] } {
  const context = ParseContext.root('layered_runtime');
  const type = messageType('envoy.config.bootstrap.v3.LayeredRuntime');
  const parsed = parseLayeredRuntime(fromJson(type, { layers }), context);
  return { layers: parsed, errors: context.errors.map(({ path, reason }) => `${path}: ${reason}`) };
}

function start(layers: JsonValue): {
  runtime: Runtime;
  store: StatsStore;
  changes: RuntimeValues[];
} {
  const store = new StatsStore();
  const changes: RuntimeValues[] = [];
  const stats = store.block(runtimeStats, 'runtime.');
  const runtime = new Runtime({
    layers: parse(layers).layers,
    serviceCluster: 'web',
    stats,
    onChange: (values) => changes.push(values),
    onLoadError: () => {},
  });
  return { runtime, store, changes };
}

t.test('a static layer is flattened to full keys', async (t) => {
  const { layers, errors } = parse([
    {
      name: 'base',
      static_layer: {
        health_check: { min_interval: 5 },
        'a.b': 'text',
        neg: -3,
        share: 0.25,
        yes: true,
        no: 'false',
        number: ' 12 ',
        fraction: { numerator: 5, denominator: 'TEN_THOUSAND' },
        half: { numerator: 50 },
        written: 'numerator: 3\ndenominator: MILLION',
        inline: '{numerator: 3}',
        unwritten: 'numerator: [',
      },
    },
  ]);
  t.strictSame(errors, []);
  const [layer] = layers;
  t.strictSame(Object.fromEntries(layer?.kind === 'static' ? layer.values : []), {
    'health_check.min_interval': { text: '5', integer: 5, number: 5 },
    'a.b': { text: 'text' },
    neg: { text: '-3', number: -3 },
    share: { text: '0.25', number: 0.25 },
    yes: { text: 'true', boolean: true },
    no: { text: 'false', boolean: false },
    number: { text: ' 12 ', integer: 12, number: 12 },
    fraction: {
      text: '{"numerator":5,"denominator":"TEN_THOUSAND"}',
      fraction: { numerator: 5, denominator: 10_000 },
    },
    half: { text: '{"numerator":50}', fraction: { numerator: 50, denominator: 100 } },
    written: {
      text: 'numerator: 3\ndenominator: MILLION',
      fraction: { numerator: 3, denominator: 1_000_000 },
    },
    inline: { text: '{numerator: 3}', fraction: { numerator: 3, denominator: 100 } },
    unwritten: { text: 'numerator: [' },
  });
});

t.test(
  'what cannot be a value, and layers that clash, are told in the words of Envoy',
  async (t) => {
    const { errors } = parse([
      { name: 'base', static_layer: { l: [1, 2], deep: { nul: null } } },
      { name: 'base', admin_layer: {} },
      { name: 'other', admin_layer: {} },
      { name: 'disk', disk_layer: {} },
      { name: 'far', disk_layer: { symlink_root: '/nonexistent/link' } },
      { name: 'rtds', rtds_layer: { name: 'x' } },
    ]);
    t.strictSame(errors, [
      'layered_runtime.layers[0].static_layer.l: Invalid runtime entry value for l',
      'layered_runtime.layers[0].static_layer.deep.nul: Invalid runtime entry value for deep.nul',
      'layered_runtime.layers[1]: Duplicate layer name: base',
      'layered_runtime.layers[2]: Too many admin layers specified in LayeredRuntime, at most one may be specified',
      'layered_runtime.layers[3].disk_layer.symlink_root: invalid file path',
      'layered_runtime.layers[4].disk_layer.symlink_root: unable to add filesystem watch for file /nonexistent/link: No such file or directory',
      'layered_runtime.layers[5].rtds_layer: runtime layers from a management server are not implemented',
    ]);
  },
);

t.test('later layers win', async (t) => {
  const { runtime } = start([
    { name: 'one', static_layer: { a: 1, b: 1 } },
    { name: 'two', static_layer: { b: 2 } },
  ]);
  t.equal(runtime.values.get('a')?.integer, 1);
  t.equal(runtime.values.get('b')?.integer, 2);
  t.strictSame(
    runtime.layers().map(({ name, values }) => [name, Object.fromEntries(values)]),
    [
      ['one', { a: '1', b: '1' }],
      ['two', { b: '2' }],
    ],
  );
});

t.test('the admin layer takes values and gives them up again', async (t) => {
  const { runtime, store, changes } = start([
    { name: 'base', static_layer: { a: 1 } },
    { name: 'admin', admin_layer: {} },
  ]);
  const stat = (name: string) => store.snapshot().gauges.get(`runtime.${name}`);
  t.equal(stat('admin_overrides_active'), 0);
  t.equal(
    runtime.mergeAdminValues(
      new Map([
        ['a', '7'],
        ['b', 'x'],
      ]),
    ),
    undefined,
  );
  t.equal(runtime.values.get('a')?.integer, 7);
  t.equal(stat('admin_overrides_active'), 1);
  t.equal(stat('num_keys'), 2);
  t.equal(stat('num_layers'), 2);
  runtime.mergeAdminValues(
    new Map([
      ['a', ''],
      ['b', ''],
    ]),
  );
  t.equal(runtime.values.get('a')?.integer, 1);
  t.equal(stat('admin_overrides_active'), 0);
  t.strictSame(
    changes.map((values) => values.get('a')?.integer),
    [7, 1],
  );
  t.equal(store.snapshot().counters.get('runtime.load_success'), 3);
});

t.test('without an admin layer nothing can be modified', async (t) => {
  const { runtime, changes } = start([]);
  t.equal(runtime.mergeAdminValues(new Map([['a', '1']])), 'No admin layer specified');
  t.equal(changes.length, 0);
  t.equal(runtime.values.size, 0);
});

t.test('the values that workers get can be posted', async (t) => {
  const { runtime } = start([{ name: 'base', static_layer: { a: { numerator: 1 } } }]);
  t.strictSame(structuredClone(runtime.values), runtime.values);
});
