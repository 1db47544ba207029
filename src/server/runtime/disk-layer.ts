import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeValue } from '#base/runtime.ts';
import { runtimeValueOf } from '#server/runtime/parse-runtime-value.ts';

/** Values in files: `envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer`. */
export interface DiskLayer {
  readonly name: string;
  readonly kind: 'disk';
  /** The symbolic link that is put in place anew to change the values. */
  readonly symlinkRoot: string;
  readonly subdirectory: string;
  /** The folder below is the one named like `--service-cluster`. */
  readonly appendServiceCluster: boolean;
}

/** Envoy's limit: what lies deeper is taken for a loop of links. */
const MAX_DEPTH = 16;

/** The folder that the layer's values lie in, or nothing where there is none. */
export function diskLayerFolder(layer: DiskLayer, serviceCluster: string): string | undefined {
  const cluster = layer.appendServiceCluster ? serviceCluster : '';
  const folder = join(layer.symlinkRoot, layer.subdirectory, cluster);
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : undefined;
}

/** The values below a folder: `a/b` holds the value of `a.b`. Throws what cannot be read. */
export function readDiskLayer(folder: string): Map<string, RuntimeValue> {
  const values = new Map<string, RuntimeValue>();
  addFolder(folder, '', 1, values);
  return values;
}

function addFolder(
  folder: string,
  prefix: string,
  depth: number,
  values: Map<string, RuntimeValue>,
): void {
  if (depth > MAX_DEPTH) throw new Error(`${folder} lies deeper than ${MAX_DEPTH} folders`);
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const found = statSync(path);
    if (found.isDirectory()) addFolder(path, `${prefix}${name}.`, depth + 1, values);
    if (found.isFile())
      values.set(prefix + name, runtimeValueOf(textOf(readFileSync(path, 'utf8'))));
  }
}

/**
 * What a file says, without the lines that are comments. White space goes from the end of the file,
 * not from before a comment there.
 */
function textOf(file: string): string {
  const lines = file.trimEnd().split('\n');
  const last = lines.length - 1;
  return lines
    .map((line, index) => (line.startsWith('#') ? '' : index < last ? `${line}\n` : line))
    .join('');
}
