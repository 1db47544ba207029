/** Writes the list of known differences: `npm run docs:differences`. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { differencesDocument } from './differences-document.ts';

const file = path.resolve(import.meta.dirname, '../docs/differences.md');
fs.writeFileSync(file, differencesDocument());
