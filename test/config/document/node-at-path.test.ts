import t from 'tap';
import { parseJson } from '#config/document/json-document.ts';
import { positionOfPath } from '#config/document/node-at-path.ts';
import { parseYaml } from '#config/document/yaml-document.ts';

const document = parseYaml(
  [
    'listItems:',
    '- name: one',
    '- name: two',
    'options:',
    '  envoy.filters.http.router: { some_field: 1 }',
    '  envoy: { filters: 2 }',
    'single: { name: x }',
    'wrapped:',
    '  "@type": type.googleapis.com/udpa.type.v1.TypedStruct',
    '  value:',
    '    path: a',
  ].join('\n'),
  'a.yaml',
);

function place(path: string): string | undefined {
  const position = positionOfPath([document], path);
  return position && `${position.line}:${position.column}`;
}

t.test('fields and items are found in either spelling', (t) => {
  t.equal(place('list_items[1].name'), '3:3');
  t.equal(place('list_items[1]'), '3:3');
  t.equal(place('list_items'), '1:1');
  t.end();
});

t.test('keys with dots are told from fields of fields', (t) => {
  t.equal(place('options.envoy.filters.http.router.some_field'), '5:32');
  t.equal(place('options.envoy.filters'), '6:12');
  t.end();
});

t.test('a single value stands for the only item of a list', (t) => {
  t.equal(place('single[0].name'), '7:11');
  t.end();
});

t.test('a path that nobody wrote leads to its innermost written part', (t) => {
  t.equal(place('list_items[0].other.deeper'), '2:3');
  t.equal(place('list_items[7].name'), '1:1');
  t.equal(place('nothing.at.all'), undefined);
  t.end();
});

t.test('what a TypedStruct carries is found with and without naming the struct', (t) => {
  t.equal(place('wrapped.value.path'), '11:5');
  t.equal(place('wrapped.path'), '11:5');
  t.end();
});

t.test('items of a later document come after those of the earlier one', (t) => {
  const later = parseJson('{"list_items": [{"name": "three"}], "single": {"name": "y"}}', 'b.json');
  const find = (path: string) => positionOfPath([document, later], path);
  t.match(find('list_items[1].name'), { file: 'a.yaml', line: 3 });
  t.match(find('list_items[2].name'), { file: 'b.json', line: 1, column: 18 });
  t.match(find('single.name'), { file: 'b.json' });
  t.match(find('options'), { file: 'a.yaml' });
  t.end();
});
