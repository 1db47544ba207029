import { readFileSync } from 'node:fs';
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

let loaded: FileRegistry | undefined;

/**
 * The descriptors of the whole Envoy API, read from the set that `npm run build:protos` compiles.
 * Takes about 100 ms and 25 MB at the first call: for the main thread only.
 */
export function descriptors(): FileRegistry {
  loaded ??= createFileRegistry(
    fromBinary(
      FileDescriptorSetSchema,
      readFileSync(new URL('../gen/descriptors.binpb', import.meta.url)),
    ),
  );
  return loaded;
}
