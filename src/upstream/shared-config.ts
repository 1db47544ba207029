import {
  DEFAULT_CIRCUIT_BREAKERS,
  DEFAULT_LOAD_BALANCING,
  DEFAULT_UPSTREAM_HTTP,
  NO_LOCALITY,
} from '#upstream/defaults.ts';

/** Beyond this many different parts, further ones are kept by each cluster for itself. */
const MAX_SHARED_PARTS = 1024;

const known = new Map<string, object>();

/**
 * Gives, for a part of a configuration, the equal one that another cluster has already: ten thousand
 * clusters from one control plane differ in little. The part must be plain data that nobody changes.
 */
export function shared<Part extends object>(part: Part): Part {
  const key = JSON.stringify(part);
  const equal = known.get(key);
  if (equal !== undefined) return equal as Part;
  if (known.size < MAX_SHARED_PARTS) known.set(key, part);
  return part;
}

for (const part of [
  DEFAULT_CIRCUIT_BREAKERS,
  DEFAULT_LOAD_BALANCING,
  DEFAULT_UPSTREAM_HTTP,
  NO_LOCALITY,
]) {
  shared<object>(part);
}
