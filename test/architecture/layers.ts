import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * What lies directly below `src`, from the highest layer to the lowest: the table in
 * ARCHITECTURE.md is the only place where the order is written down.
 */
export function layersFromTop(): readonly string[] {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const section = /^## Layers\n(?<body>[\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text);
  const rows = (section?.groups?.['body'] ?? '').matchAll(/^\| \[`src\/([\w.-]+)\/?`\]/gm);
  return [...rows].map(([, name]) => name as string);
}

/** An import that goes upwards and is known to. */
export interface LayerException {
  /** A file of `src`. */
  readonly from: string;
  /** A file of `src`, or a folder with a slash at its end. */
  readonly to: string;
}

/**
 * Imports that still go upwards, each with the move that ends it. The test fails as well when one
 * of these is no longer needed.
 */
export const layerExceptions: readonly LayerException[] = [];
