import { readFileSync } from 'node:fs';
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

let common: FileRegistry | undefined;
let all: FileRegistry | undefined;

/**
 * The descriptors of the Envoy API as far as the supported messages need them, from the set that
 * `npm run build:protos` compiles. The first call takes tens of milliseconds and tens of megabytes:
 * for the main thread only.
 */
export function descriptors(): FileRegistry {
  common ??= all ?? load('descriptors.binpb');
  return common;
}

/** The descriptors of the whole Envoy API, three times as large. */
export function allDescriptors(): FileRegistry {
  all ??= load('all-descriptors.binpb');
  return all;
}

function load(name: string): FileRegistry {
  const set = readFileSync(new URL(`../gen/${name}`, import.meta.url));
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, set));
}
