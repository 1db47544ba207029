import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { codeDirectory } from '#base/installation.ts';

let common: FileRegistry | undefined;
let all: FileRegistry | undefined;
let supported: FileRegistry | undefined;

/**
 * The descriptors of the Envoy API as far as the supported messages need them, from the set that
 * `npm run build:protos` compiles. The first call takes tens of milliseconds and tens of megabytes:
 * for the main thread only.
 */
export function descriptors(): FileRegistry {
  if (supported !== undefined) return supported;
  common ??= all ?? load('descriptors.binpb');
  return common;
}

/**
 * Makes do with what messages need that are supported in every part, until `forgetDescriptors`: that
 * loads in half the time. Anything else must be read again with all of them.
 */
export function preferSupportedDescriptors(): void {
  supported ??= load('supported-descriptors.binpb');
}

/** The descriptors of the whole Envoy API, three times as large. */
export function allDescriptors(): FileRegistry {
  all ??= load('all-descriptors.binpb');
  return all;
}

/**
 * Gives back the memory of the descriptors, a third of what a small proxy has. They are read again
 * when they are needed again; messages that were read with them stay usable.
 */
export function forgetDescriptors(): void {
  common = undefined;
  all = undefined;
  supported = undefined;
}

function load(name: string): FileRegistry {
  const set = readFileSync(join(codeDirectory, 'gen', name));
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, set));
}
