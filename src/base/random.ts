import { closeSync, openSync, readSync } from 'node:fs';

/** A source of random numbers for choices on the data path; not for secrets. */
export interface Random {
  /** Every integer from 0 to 2^32 - 1 is equally likely. */
  uint32(): number;
}

/** Rounds thrown away at the start, after which a poor seed no longer shows. */
const WARM_UP_ROUNDS = 12;

/**
 * The "small fast counting" generator sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, a period
 * of at least 2^32 and no arithmetic that would leave 32-bit integers. The same seed gives the same numbers.
 */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seedA: number, seedB = 0, seedC = 0) {
    this.#a = seedA | 0;
    this.#b = seedB | 0;
    this.#c = seedC | 0;
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.uint32();
  }

  uint32(): number {
    const b = this.#b;
    const c = this.#c;
    const result = (((this.#a + b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = b ^ (b >>> 9);
    this.#b = (c + (c << 3)) | 0;
    this.#c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  }
}

/** A generator that no other one repeats: its seed comes from the operating system. */
export function createRandom(): Random {
  const seed = systemRandomBytes(12);
  return new SeededRandom(seed.readInt32LE(0), seed.readInt32LE(4), seed.readInt32LE(8));
}

/** Node's crypto module would cost every thread four megabytes and a few milliseconds. */
function systemRandomBytes(length: number): Buffer {
  try {
    const file = openSync('/dev/urandom', 'r');
    const bytes = Buffer.alloc(length);
    const read = readSync(file, bytes, 0, length, null);
    closeSync(file);
    if (read === length) return bytes;
  } catch {
    // Not every system has it.
  }
  return process.getBuiltinModule('node:crypto').randomBytes(length);
}
