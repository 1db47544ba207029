/** A string is hashed as a whole up to this length, a longer one by as many octets spread over it. */
const HASHED_OCTETS = 64;
/** From here on the built-in comparison is faster than a loop. */
const LONG_OCTETS = 48;

/**
 * Remembers what strings of octets were decoded to. A string is kept when it comes for the second
 * time, in one of the two places that its hash gives it: fresh ones cost next to nothing and drive
 * out nothing. Found is only what is the same octet by octet.
 */
export class OctetCache<T> {
  readonly #placeMask: number;
  readonly #octetsMax: number;
  readonly #totalMax: number;
  /** Hashes of strings that came once. */
  readonly #candidates: Int32Array;
  /* What is kept. */
  readonly #hashes: Int32Array;
  readonly #values: (T | undefined)[] = [];
  readonly #strings: (Uint8Array | undefined)[] = [];
  #total = 0;
  /* Of the last search, for `keep`. */
  #place = 0;
  #hash = 0;

  /**
   * `places` is a power of two. Strings above `octetsMax` are not remembered, and all of them
   * together take at most `totalMax` octets.
   */
  constructor(places: number, octetsMax: number, totalMax: number) {
    this.#placeMask = places - 1;
    this.#octetsMax = octetsMax;
    this.#totalMax = totalMax;
    this.#candidates = new Int32Array(places);
    this.#hashes = new Int32Array(places);
  }

  /** `seed` tells apart equal octets that mean different things. */
  find(seed: number, bytes: Buffer, start: number, end: number): T | undefined {
    const hash = hashOf(seed, bytes, start, end);
    const place = (hash ^ (hash >>> 16)) & this.#placeMask;
    this.#hash = hash;
    this.#place = place;
    if (this.#hashes[place] === hash) return this.#at(place, bytes, start, end);
    if (this.#hashes[place ^ 1] === hash) return this.#at(place ^ 1, bytes, start, end);
    return undefined;
  }

  /** After a search in vain: what the same octets stand for. */
  keep(bytes: Buffer, start: number, end: number, value: T): void {
    const place = this.#place;
    const second = place ^ 1;
    const candidates = this.#candidates;
    if (candidates[place] !== this.#hash && candidates[second] !== this.#hash) {
      candidates[second] = candidates[place] as number;
      candidates[place] = this.#hash;
      return;
    }
    const octets = end - start;
    if (octets > this.#octetsMax) return;
    if (this.#total + octets > this.#totalMax) this.#forgetAll();
    // What was here gets its second place, and what was there has to go.
    this.#total += octets - (this.#strings[second]?.length ?? 0);
    this.#hashes[second] = this.#hashes[place] as number;
    this.#strings[second] = this.#strings[place];
    this.#values[second] = this.#values[place];
    this.#hashes[place] = this.#hash;
    this.#strings[place] = Uint8Array.prototype.slice.call(bytes, start, end);
    this.#values[place] = value;
  }

  #at(place: number, bytes: Buffer, start: number, end: number): T | undefined {
    const octets = this.#strings[place];
    return octets !== undefined && isSame(octets, bytes, start, end)
      ? this.#values[place]
      : undefined;
  }

  #forgetAll(): void {
    this.#strings.length = 0;
    this.#values.length = 0;
    this.#total = 0;
  }
}

function isSame(octets: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (octets.length !== length) return false;
  if (length > LONG_OCTETS) return bytes.compare(octets, 0, length, start, end) === 0;
  for (let index = 0; index < length; index++) {
    if (octets[index] !== bytes[start + index]) return false;
  }
  return true;
}

function hashOf(seed: number, bytes: Uint8Array, start: number, end: number): number {
  const stride = end - start <= HASHED_OCTETS ? 4 : (((end - start) * 4) / HASHED_OCTETS) | 0;
  let hash = seed ^ (end - start);
  let at = start;
  for (; at + 4 <= end; at += stride) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x5bd1e995);
  return hash;
}
