/** Puts the compiled Envoy API beside the built program, where it looks for it. */
import * as fs from 'node:fs';
import * as path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const target = path.join(root, 'dist/gen/descriptors.binpb');
fs.mkdirSync(path.dirname(target), { recursive: true });
fs.copyFileSync(path.join(root, 'src/gen/descriptors.binpb'), target);
