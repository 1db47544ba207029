import fc from 'fast-check';
import t from 'tap';
import type { ConfigNode } from '#config/document/config-node.ts';
import { parseJson } from '#config/document/json-document.ts';

function valueOf(node: ConfigNode | undefined): unknown {
  if (node === undefined) return undefined;
  switch (node.kind) {
    case 'null':
      return null;
    case 'number':
      return Number(node.value);
    case 'list':
      return node.items.map(valueOf);
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, valueOf(value)]));
    default:
      return node.value;
  }
}

t.test('whatever JSON.stringify writes is read back', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      t.strictSame(valueOf(parseJson(text, 'f').root), JSON.parse(text), { diffOnly: true });
    }),
    { numRuns: 200 },
  );
  t.end();
});

t.test('every value knows where it stands', (t) => {
  const text = '{\n  "a": [1, {"b": true}]\n}';
  const document = parseJson(text, 'x.json');
  const [entry] = document.root?.kind === 'map' ? document.root.entries : [];
  t.same(entry && document.positionAt(entry.keyOffset), { file: 'x.json', line: 2, column: 3 });
  const [, map] = entry?.value.kind === 'list' ? entry.value.items : [];
  t.same(map && document.positionAt(map.offset), { file: 'x.json', line: 2, column: 12 });
  t.end();
});

const mistakes: readonly (readonly [text: string, reason: string, line: number, column: number])[] =
  [
    ['', 'the text ends within a value', 1, 1],
    ['{', 'expected a key', 1, 2],
    ['{"a" 1}', 'expected ":" after the key', 1, 6],
    ['{"a": 1 "b": 2}', 'expected "," or "}"', 1, 9],
    ['[1 2]', 'expected "," or "]"', 1, 4],
    ['{"a": 1}\n{}', 'unexpected text after the end', 2, 1],
    ['// x\n{}', 'unexpected "/"', 1, 1],
    ['{/* x */ "a": 1}', 'expected a key', 1, 2],
    ['[01]', 'a malformed number', 1, 3],
    ['[1.]', 'a malformed number', 1, 3],
    ['[+1]', 'unexpected "+"', 1, 2],
    ['[NaN]', 'unexpected "N"', 1, 2],
    ['["a', 'the text ends within a string', 1, 4],
    ['["\\q"]', 'an unknown escape "\\q"', 1, 4],
    ['["\\u12"]', '"\\u" without four hexadecimal digits', 1, 4],
    ['["\\ud83d"]', 'half of a surrogate pair', 1, 8],
    ['["\\ude00"]', 'half of a surrogate pair', 1, 8],
    ['['.repeat(300), 'more than 200 levels of nesting', 1, 202],
  ];

for (const [text, reason, line, column] of mistakes) {
  t.test(`${text.slice(0, 20)} is refused: ${reason}`, (t) => {
    t.same(parseJson(text, 'x.json').errors, [
      { path: '', reason: `invalid JSON: ${reason}`, position: { file: 'x.json', line, column } },
    ]);
    t.end();
  });
}
