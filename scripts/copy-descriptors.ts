/** Puts the compiled Envoy API beside the built program, where it looks for it. */
import * as fs from 'node:fs';
import * as path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const target = path.join(root, 'dist/gen');
fs.mkdirSync(target, { recursive: true });
for (const name of ['descriptors.binpb', 'all-descriptors.binpb']) {
  fs.copyFileSync(path.join(root, 'src/gen', name), path.join(target, name));
}
