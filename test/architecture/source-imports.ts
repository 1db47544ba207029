import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** One import of one source file. */
export interface SourceImport {
  /** `src/worker/worker.ts`. */
  readonly from: string;
  /** Another file of `src`, or the specifier of what lies outside: `node:net`, `pino`. */
  readonly to: string;
  /** Types alone: nothing of it is left when the program runs. */
  readonly isTypeOnly: boolean;
  /** Loaded when it is needed: `await import(…)`. */
  readonly isDynamic: boolean;
}

/** Every import of every file below `src`, generated declarations left out. */
export function sourceImports(): readonly SourceImport[] {
  return sourceFiles().flatMap((file) =>
    importsIn(file, readFileSync(join(root, file), 'utf8')).toArray(),
  );
}

export function sourceFiles(): readonly string[] {
  return globSync('src/**/*.ts', { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.startsWith('src/gen/'))
    .sort();
}

/** The folder directly below `src`, or the name of a file that lies there: `worker`, `main.ts`. */
export function layerOf(file: string): string {
  return file.split('/')[1] as string;
}

/** The imports in a text that Biome formatted. */
export function* importsIn(from: string, text: string): Generator<SourceImport> {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const statements = /^(?:import|export)\s(?:(?<clause>[^;'"]*?)\sfrom\s)?'(?<to>[^']+)';/gm;
  for (const { groups } of code.matchAll(statements)) {
    const isTypeOnly = hasTypesAlone(groups?.['clause'] ?? '');
    yield { from, to: resolve(from, groups?.['to'] as string), isTypeOnly, isDynamic: false };
  }
  for (const [, to] of code.matchAll(/\bimport\('([^']+)'\)/g)) {
    yield { from, to: resolve(from, to as string), isTypeOnly: false, isDynamic: true };
  }
}

function hasTypesAlone(clause: string): boolean {
  if (clause.startsWith('type ')) return true;
  const names = /^\{([\s\S]*)\}$/.exec(clause.trim())?.[1]?.split(',') ?? [];
  const meant = names.map((name) => name.trim()).filter((name) => name !== '');
  return meant.length > 0 && meant.every((name) => name.startsWith('type '));
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`;
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  return specifier;
}
