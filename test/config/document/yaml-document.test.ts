import t from 'tap';
import type { ConfigNode } from '#config/document/config-node.ts';
import { parseYaml } from '#config/document/yaml-document.ts';
import { readPlainScalar } from '#config/document/yaml-scalar.ts';

/** Plain scalars and what yaml-cpp, through Envoy, makes of them. */
const scalars: readonly (readonly [text: string, kind: ConfigNode['kind'], value?: string])[] = [
  ['~', 'null'],
  ['null', 'null'],
  ['NULL', 'null'],
  ['nULL', 'string', 'nULL'],
  ['yes', 'boolean', 'true'],
  ['No', 'boolean', 'false'],
  ['ON', 'boolean', 'true'],
  ['oN', 'string', 'oN'],
  ['y', 'boolean', 'true'],
  ['N', 'boolean', 'false'],
  ['12', 'number', '12'],
  ['-12', 'number', '-12'],
  ['+12', 'number', '12'],
  ['0', 'number', '0'],
  ['017', 'number', '15'],
  ['08', 'string', '08'],
  ['-0x1F', 'number', '-31'],
  ['0x', 'string', '0x'],
  ['1_000', 'string', '1_000'],
  ['2147483647', 'number', '2147483647'],
  ['2147483648', 'string', '2147483648'],
  ['-2147483649', 'string', '-2147483649'],
  ['0xffffffff', 'string', '4294967295'],
  ['9223372036854775808', 'string', '9223372036854775808'],
  ['1.5', 'string', '1.5'],
  ['1e3', 'string', '1e3'],
  ['.inf', 'string', '.inf'],
  ['2026-01-31', 'string', '2026-01-31'],
];

for (const [text, kind, value] of scalars) {
  t.test(`${text} is a ${kind}`, (t) => {
    const node = readPlainScalar(text, 0);
    t.equal(node.kind, kind);
    t.equal('value' in node ? String(node.value) : undefined, value);
    t.end();
  });
}

t.test('quotes, blocks and the tag "!" make strings, other tags make no difference', (t) => {
  const text = 'a: "5"\nb: \'yes\'\nc: |\n  5\nd: ! 5\ne: !!str 5\nf: !custom yes\n';
  const { root } = parseYaml(text, 'f');
  const kinds = root?.kind === 'map' ? root.entries.map(({ value }) => value.kind) : [];
  t.same(kinds, ['string', 'string', 'string', 'string', 'number', 'boolean']);
  t.end();
});

t.test('an alias stands for the anchor before it', (t) => {
  const { root, errors } = parseYaml('a: &x 1\nb: *x\nc: &x 2\nd: *x\n*x : 3', 'f');
  t.same(errors, []);
  const pairs = root?.kind === 'map' ? root.entries.map(({ key, value }) => [key, value]) : [];
  t.match(pairs, [
    ['a', { value: '1' }],
    ['b', { value: '1' }],
    ['c', { value: '2' }],
    ['d', { value: '2' }],
    ['2', { value: '3' }],
  ]);
  t.end();
});

t.test('aliases that cannot be followed are errors', (t) => {
  t.match(parseYaml('a: *nobody', 'f').errors, [
    { reason: 'invalid YAML: the alias *nobody has no anchor', position: { line: 1, column: 4 } },
  ]);
  t.match(parseYaml('a: &a [*a]', 'f').errors, [
    { reason: 'invalid YAML: the alias *a refers to itself', position: { line: 1, column: 8 } },
  ]);
  t.end();
});

t.test('aliases of aliases of aliases do not exhaust memory', (t) => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level += 1) {
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  }
  const { errors, root } = parseYaml(lines.join('\n'), 'f');
  t.match(errors[0], { reason: 'invalid YAML: aliases expand to more than 20000000 values' });
  t.equal(root, undefined);
  t.end();
});

t.test('deep nesting is refused, not followed', (t) => {
  const { errors } = parseYaml(`${'['.repeat(250)}${']'.repeat(250)}`, 'f');
  t.match(errors[0], { reason: 'more than 200 levels of nesting' });
  t.end();
});

t.test('syntax errors have their place', (t) => {
  t.match(parseYaml('a: {b: c\n', 'x.yaml').errors, [
    { path: '', reason: /^invalid YAML: /, position: { file: 'x.yaml', line: 2, column: 1 } },
  ]);
  t.match(parseYaml('a:\n\tb: c', 'x.yaml').errors, [{ position: { line: 2, column: 1 } }]);
  t.match(parseYaml('{a: 1}: b', 'x.yaml').errors, [
    { reason: 'invalid YAML: the key of a map must be a scalar' },
  ]);
  t.end();
});
