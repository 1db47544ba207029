/** Writes the table of supported fields: `npm run docs:support`. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { supportDocument } from './support-document.ts';

const file = path.resolve(import.meta.dirname, '../docs/support.md');
fs.mkdirSync(path.dirname(file), { recursive: true });
fs.writeFileSync(file, supportDocument());
