import { FIELD_OVERHEAD } from '#http/h2/hpack/header-field.ts';
import { STATIC_FIELD_COUNT } from '#http/h2/hpack/static-entries.ts';

/**
 * A peer that puts everything into its table that is not marked, secrets as well, and refers to
 * whatever it can, by name or as a whole.
 */
export class GreedyEncoder {
  /** Newest first. */
  #table: (readonly [name: string, value: string])[] = [];
  #bytesMax = 4096;
  #updates: number[] = [];

  resize(bytes: number): void {
    this.#bytesMax = bytes;
    this.#updates.push(bytes);
    this.#evictTo(bytes);
  }

  encode(fields: readonly (readonly [name: string, value: string, isMarked: boolean])[]): Buffer {
    const octets = this.#updates.flatMap((bytes) => integer(0x20, 0x1f, bytes));
    this.#updates = [];
    for (const field of fields) octets.push(...this.#encodeField(...field));
    return Buffer.from(octets);
  }

  #encodeField(name: string, value: string, isMarked: boolean): number[] {
    const whole = this.#table.findIndex((entry) => entry[0] === name && entry[1] === value);
    if (whole >= 0 && !isMarked) return integer(0x80, 0x7f, STATIC_FIELD_COUNT + 1 + whole);
    const named = this.#table.findIndex((entry) => entry[0] === name);
    const index = named < 0 ? 0 : STATIC_FIELD_COUNT + 1 + named;
    const octets = isMarked ? integer(0x10, 0x0f, index) : integer(0x40, 0x3f, index);
    if (index === 0) octets.push(...string(name));
    octets.push(...string(value));
    if (!isMarked) this.#insert(name, value);
    return octets;
  }

  #insert(name: string, value: string): void {
    const size = sizeOf(name, value);
    this.#evictTo(this.#bytesMax - size);
    if (size <= this.#bytesMax) this.#table.unshift([name, value]);
  }

  #evictTo(bytes: number): void {
    let total = this.#table.reduce((sum, entry) => sum + sizeOf(...entry), 0);
    while (total > bytes && this.#table.length > 0) {
      total -= sizeOf(...(this.#table.pop() as readonly [string, string]));
    }
  }
}

function sizeOf(name: string, value: string): number {
  return name.length + value.length + FIELD_OVERHEAD;
}

/** RFC 7541 section 5.1. */
function integer(kind: number, prefixMax: number, value: number): number[] {
  if (value < prefixMax) return [kind | value];
  const octets = [kind | prefixMax];
  let rest = value - prefixMax;
  for (; rest >= 0x80; rest >>>= 7) octets.push(0x80 | (rest & 0x7f));
  return [...octets, rest];
}

function string(text: string): number[] {
  return [...integer(0x00, 0x7f, text.length), ...Buffer.from(text, 'latin1')];
}
