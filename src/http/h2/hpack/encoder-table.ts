import { ownCopy } from '#base/latin1.ts';
import { FIELD_OVERHEAD } from '#http/h2/hpack/header-field.ts';
import { type NameState, TableEntry } from '#http/h2/hpack/name-state.ts';
import { STATIC_FIELD_COUNT } from '#http/h2/hpack/static-entries.ts';

/** Use is counted over so many fields: some hundred messages. */
const WINDOW_LOOKUPS = 1024;
/** An entry that is used so often within a window is not driven out. */
const USES_TO_STAY = 4;

/** The encoder's dynamic table (RFC 7541 section 2.3.2), oldest entries first. */
export class EncoderTable {
  #entries: TableEntry[] = [];
  /** Entries in front of this one are evicted. */
  #first = 0;
  #insertions = 0;
  #bytes = 0;
  #bytesMax: number;
  /* Of the window that is running. */
  #lookups = 0;
  #wasRefused = false;
  /** How much may be evicted although it is in use. */
  #turnoverBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytesMax(): number {
    return this.#bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The index by which the peer knows an entry now. */
  indexOf(entry: TableEntry): number {
    return STATIC_FIELD_COUNT + this.#insertions - entry.number;
  }

  /**
   * Whether a field may go in at the cost of those that it drives out. As the order of eviction is
   * fixed, one entry in use protects all that came after it: when many of those are out of use, the
   * whole table may be turned over once within the next window.
   */
  hasRoomFor(size: number): boolean {
    let free = this.#bytesMax - this.#bytes;
    for (let index = this.#first; free < size; index++) {
      const entry = this.#entries[index];
      if (entry === undefined) return false;
      if (entry.uses >= USES_TO_STAY && this.#turnoverBytes < entry.size) {
        this.#wasRefused = true;
        return false;
      }
      free += entry.size;
    }
    return true;
  }

  /** For every field that is looked up. */
  countLookup(): void {
    if (++this.#lookups >= WINDOW_LOOKUPS) this.#endWindow();
  }

  #endWindow(): void {
    let unusedBytes = 0;
    for (let index = this.#first; index < this.#entries.length; index++) {
      const entry = this.#entries[index] as TableEntry;
      entry.uses >>>= 1;
      if (entry.uses < USES_TO_STAY) unusedBytes += entry.size;
    }
    const isWasted = this.#wasRefused && unusedBytes > this.#bytesMax / 2;
    this.#turnoverBytes = isWasted ? this.#bytes : 0;
    this.#wasRefused = false;
    this.#lookups = 0;
  }

  /** Inserts a field that fits into the table, evicting what has to go. */
  insert(state: NameState, value: string): TableEntry {
    const size = sizeOf(state, value);
    this.#evictTo(this.#bytesMax - size);
    const entry = new TableEntry(this, state, ownCopy(value), size, this.#insertions++);
    if (state.newest !== undefined) state.newest.newer = entry;
    state.newest = entry;
    this.#entries.push(entry);
    this.#bytes += size;
    return entry;
  }

  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax;
    this.#evictTo(bytesMax);
  }

  /** Nobody is going to refer to it: fields that live longer must not keep its entries alive. */
  close(): void {
    this.#evictTo(0);
    this.#entries = [];
    this.#first = 0;
  }

  #evictTo(bytes: number): void {
    while (this.#bytes > bytes) {
      const evicted = this.#entries[this.#first++] as TableEntry;
      evicted.isEvicted = true;
      this.#bytes -= evicted.size;
      this.#turnoverBytes = Math.max(0, this.#turnoverBytes - evicted.size);
      if (evicted.newer === undefined) evicted.state.newest = undefined;
      else evicted.newer.older = undefined;
      // A field that lives on refers to it, and would keep all alive that came after it.
      evicted.newer = undefined;
    }
    // Forget evicted entries now and then: each is moved at most once on average.
    if (this.#first > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}

export function sizeOf(state: NameState, value: string): number {
  return state.name.text.length + value.length + FIELD_OVERHEAD;
}
