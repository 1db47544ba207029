import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { anchorsIn, codeWords, readDocument, root } from './markdown.ts';

const documents = globSync(['*.md', 'docs/*.md', 'bench/*.md', 'examples/*/*.md'], { cwd: root });

t.test('links between the documents and to files lead somewhere', async (t) => {
  t.ok(documents.includes('README.md'));
  for (const document of documents) {
    const prose = readDocument(document).replaceAll(/^```[\s\S]*?^```$/gm, '');
    for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      t.ok(existsSync(join(root, file)), `${document}: ${target}`);
      if (anchor !== undefined)
        t.ok(anchorsIn(readDocument(file)).has(anchor), `${document}: ${target}`);
    }
  }
});

t.test('files that are named without a link exist as well', async (t) => {
  const folders = /^(?:src|test|bench|docs|docker|examples|scripts|bin)\//;
  for (const document of ['README.md', 'ARCHITECTURE.md']) {
    // `src/x/y.ts` stands for any file.
    const paths = codeWords(readDocument(document)).filter(
      (word) => folders.test(word) && !/\/[xy][./]/.test(word) && !/[\s<*]/.test(word),
    );
    for (const path of paths) t.ok(existsSync(join(root, path)), `${document}: ${path}`);
  }
});
