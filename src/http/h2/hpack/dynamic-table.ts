import type { HeaderField } from '#http/h2/hpack/header-field.ts';

const INITIAL_SLOTS = 8;

/** The decoder's dynamic table (RFC 7541 section 2.3.2): a ring, newest first by `at`. */
export class DynamicTable {
  /** A power of two slots. */
  #slots: (HeaderField | undefined)[] = [];
  #newest = 0;
  #count = 0;
  #bytes = 0;
  #bytesMax: number;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get bytesMax(): number {
    return this.#bytesMax;
  }

  /** The field that was inserted last is 0. */
  at(index: number): HeaderField | undefined {
    if (index >= this.#count) return undefined;
    const slots = this.#slots;
    return slots[(this.#newest - index) & (slots.length - 1)];
  }

  /** Inserts, evicting what has to go; a field larger than the table empties it (section 4.4). */
  insert(field: HeaderField): void {
    this.#evictTo(this.#bytesMax - field.size);
    if (field.size > this.#bytesMax) return;
    if (this.#count === this.#slots.length) this.#grow();
    this.#newest = (this.#newest + 1) & (this.#slots.length - 1);
    this.#slots[this.#newest] = field;
    this.#count++;
    this.#bytes += field.size;
  }

  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax;
    this.#evictTo(bytesMax);
  }

  #evictTo(bytes: number): void {
    const slots = this.#slots;
    while (this.#bytes > bytes && this.#count > 0) {
      const oldest = (this.#newest - this.#count + 1) & (slots.length - 1);
      this.#bytes -= (slots[oldest] as HeaderField).size;
      slots[oldest] = undefined;
      this.#count--;
    }
  }

  #grow(): void {
    const grown: (HeaderField | undefined)[] = [];
    for (let index = this.#count - 1; index >= 0; index--) grown.push(this.at(index));
    const slots = Math.max(INITIAL_SLOTS, this.#slots.length * 2);
    while (grown.length < slots) grown.push(undefined);
    this.#slots = grown;
    this.#newest = this.#count - 1;
  }
}
