import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The directory that holds package.json, wherever this code was put by the build. */
export const packageRoot: string = findRoot(import.meta.dirname);

/** Whether what runs is `dist` (one bundled file for each thread) or the sources themselves. */
export const isBuilt: boolean = import.meta.url.endsWith('.js');

/** The directory under which `gen/` and `worker/` lie. */
export const codeDirectory: string = join(packageRoot, isBuilt ? 'dist' : 'src');

function findRoot(start: string): string {
  let directory = start;
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`no package.json above ${start}`);
    directory = parent;
  }
  return directory;
}
