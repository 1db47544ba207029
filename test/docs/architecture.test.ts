import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { responseFlagBit } from '#stream-info/response-flags.ts';
import { codeWords, readDocument, root, sectionOf, tableRows } from './markdown.ts';

const document = readDocument('ARCHITECTURE.md');

t.test('the way of a request names files that exist, in steps that count up', async (t) => {
  const steps = [
    ...sectionOf(document, '## The way of a request').matchAll(/^(\d+)\. (.*(?:\n {3,}.*)*)/gm),
  ];
  t.strictSame(
    steps.map(([, number]) => Number(number)),
    steps.map((_, index) => index + 1),
  );
  t.ok(steps.length > 10);
  for (const [, number, text = ''] of steps) {
    const files = [...text.matchAll(/\]\((src\/[^)]+)\)/g)].map(([, path]) => path as string);
    t.ok(files.length > 0, `step ${number} names a file`);
    for (const file of files) t.ok(existsSync(join(root, file)), file);
  }
});

t.test('what draws the way of a request are names of classes', async (t) => {
  const drawing = /^```\n( {2}client[\s\S]*?)^```$/m.exec(document)?.[1] ?? '';
  const linked = [...document.matchAll(/\]\((src\/[^)]+\.ts)\)/g)].map(
    ([, path]) => path as string,
  );
  const source = [...new Set(linked)].map(readDocument).join('\n');
  const classes = drawing.match(/\b[A-Z]\w+/g) ?? [];
  t.ok(classes.length > 5);
  for (const name of classes) t.match(source, new RegExp(`class ${name}\\b`), name);
});

t.test('response flags are spelled as logs spell them', async (t) => {
  for (const [path, heading, column] of [
    ['ARCHITECTURE.md', '## When something goes wrong', 2],
    ['README.md', '### Why is it a 503?', 0],
  ] as const) {
    const rows = tableRows(sectionOf(readDocument(path), heading));
    const flags = rows
      .flatMap((row) => codeWords(row[column] ?? ''))
      .filter((flag) => flag !== '-');
    t.ok(flags.length > 7, path);
    for (const flag of flags) t.type(responseFlagBit(flag), 'number', `${path}: ${flag}`);
  }
});
