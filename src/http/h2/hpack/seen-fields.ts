const SLOTS = 256;
/** Of longer values only both ends are looked at. */
const SAMPLED_MAX = 32;

/**
 * Remembers roughly which fields were seen before, in a kilobyte whatever is sent: a field that is
 * not remembered may have been seen long ago, and one in four thousand million fresh ones may pass
 * for known. For decisions where either is harmless.
 */
export class SeenFields {
  readonly #slots: Int32Array = new Int32Array(SLOTS);

  /** Whether the field was here before; from now on it was. */
  remember(name: string, value: string): boolean {
    const hash = mix(mix(value.length | 1, name), value) || 1;
    // Two that fall together must not drive each other out in turn: each has a second place.
    const first = (hash ^ (hash >>> 16)) & (SLOTS - 1);
    const second = first ^ 1;
    const slots = this.#slots;
    if (slots[first] === hash || slots[second] === hash) return true;
    slots[second] = slots[first] as number;
    slots[first] = hash;
    return false;
  }
}

function mix(seed: number, text: string): number {
  let hash = seed;
  const head = Math.min(text.length, SAMPLED_MAX);
  for (let index = 0; index < head; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  for (let index = Math.max(head, text.length - SAMPLED_MAX); index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
