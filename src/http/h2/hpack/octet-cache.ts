import { latin1 } from '#base/latin1.ts';
import { fourOctets } from '#http/h2/octets.ts';

/** A string is hashed as a whole up to this length, a longer one by as many octets spread over it. */
const HASHED_OCTETS = 64;
/** So many more misses than hits for each place show that the cache is too small. */
const MISSES_PER_PLACE = 8;

/** A string that is remembered. */
interface Kept<T> {
  readonly hash: number;
  /** One character for each octet: texts take less memory than short arrays. */
  readonly octets: string;
  readonly value: T;
}

/**
 * Remembers what strings of octets were decoded to. A string is kept when it comes for the second
 * time, in one of the two places that its hash gives it: fresh ones cost next to nothing and drive
 * out nothing. Found is only what is the same octet by octet.
 */
export class OctetCache<T> {
  readonly #placesMax: number;
  readonly #octetsMax: number;
  readonly #totalMax: number;
  #kept: (Kept<T> | undefined)[];
  /** Hashes of strings that came once. */
  #candidates: number[];
  /** Less the hits, since the cache has had its size. */
  #misses = 0;
  #total = 0;
  /* Of the last search, for `keep`. */
  #place = 0;
  #hash = 0;

  /**
   * `places` and `placesMax` are powers of two: how many there are at first, and at most when more
   * strings come back than fit, since idle connections keep theirs. Strings above `octetsMax` are
   * not remembered, and all of them together take at most `totalMax` octets.
   */
  constructor(places: number, placesMax: number, octetsMax: number, totalMax: number) {
    this.#placesMax = placesMax;
    this.#octetsMax = octetsMax;
    this.#totalMax = totalMax;
    this.#kept = new Array(places).fill(undefined);
    this.#candidates = new Array(places).fill(0);
  }

  /** `seed` tells apart equal octets that mean different things. */
  find(seed: number, bytes: Buffer, start: number, end: number): T | undefined {
    const hash = hashOf(seed, bytes, start, end);
    const kept = this.#kept;
    const place = placeOf(hash, kept.length);
    this.#hash = hash;
    this.#place = place;
    const first = kept[place];
    if (first !== undefined && isIt(first, hash, bytes, start, end)) return this.#found(first);
    const second = kept[place ^ 1];
    if (second !== undefined && isIt(second, hash, bytes, start, end)) return this.#found(second);
    return undefined;
  }

  #found(kept: Kept<T>): T {
    if (this.#misses > 0) this.#misses--;
    return kept.value;
  }

  /** After a search in vain: what the same octets stand for. */
  keep(bytes: Buffer, start: number, end: number, value: T): void {
    const hash = this.#hash;
    if (++this.#misses > this.#kept.length * MISSES_PER_PLACE) this.#grow();
    const place = this.#place;
    const other = place ^ 1;
    const candidates = this.#candidates;
    if (candidates[place] !== hash && candidates[other] !== hash) {
      candidates[other] = candidates[place] as number;
      candidates[place] = hash;
      return;
    }
    const octets = end - start;
    if (octets > this.#octetsMax) return;
    if (this.#total + octets > this.#totalMax) this.#forgetAll();
    this.#put(place, { hash, octets: latin1(bytes, start, end), value });
  }

  /** What was here gets its second place, and what was there has to go. */
  #put(place: number, kept: Kept<T>): void {
    const all = this.#kept;
    const other = place ^ 1;
    this.#total += kept.octets.length - (all[other]?.octets.length ?? 0);
    all[other] = all[place];
    all[place] = kept;
  }

  #grow(): void {
    const all = this.#kept;
    this.#misses = 0;
    if (all.length === this.#placesMax) return;
    const places = all.length * 2;
    this.#kept = new Array(places).fill(undefined);
    this.#candidates = new Array(places).fill(0);
    this.#total = 0;
    for (const each of all) if (each !== undefined) this.#put(placeOf(each.hash, places), each);
    this.#place = placeOf(this.#hash, places);
  }

  #forgetAll(): void {
    this.#kept.fill(undefined);
    this.#total = 0;
  }
}

/** The upper bits of the product: octets at the end of a string change the upper half of its hash. */
function placeOf(hash: number, places: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> Math.clz32(places - 1);
}

function isIt<T>(
  kept: Kept<T>,
  hash: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  const { octets } = kept;
  if (kept.hash !== hash || octets.length !== end - start) return false;
  for (let index = 0; index < octets.length; index++) {
    if (octets.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}

function hashOf(seed: number, bytes: Uint8Array, start: number, end: number): number {
  const stride = end - start <= HASHED_OCTETS ? 4 : (((end - start) * 4) / HASHED_OCTETS) | 0;
  let hash = seed ^ (end - start);
  let at = start;
  for (; at + 4 <= end; at += stride) {
    hash = Math.imul(hash ^ fourOctets(bytes, at), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x5bd1e995);
  return hash;
}
