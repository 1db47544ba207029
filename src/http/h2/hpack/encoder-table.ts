import { ownCopy } from '#base/latin1.ts';
import { FIELD_OVERHEAD } from '#http/h2/hpack/header-field.ts';
import type { NameRule } from '#http/h2/hpack/name-rule.ts';
import { STATIC_FIELD_COUNT } from '#http/h2/hpack/static-table.ts';

const USES_MAX = 255;

/** What an encoder knows of one name. */
export class NameState {
  readonly rule: NameRule;
  /** The newest of the entries of this name. */
  newest: TableEntry | undefined = undefined;
  /** How well the values of this name come back: rises with hits, falls with insertions. */
  score = 0;
  /** Values that were not looked at for insertion since the score fell too low. */
  passedOver = 0;

  constructor(rule: NameRule) {
    this.rule = rule;
  }
}

/** An entry of the encoder's dynamic table; those of a name form a list, newest first. */
export class TableEntry {
  readonly state: NameState;
  readonly value: string;
  readonly size: number;
  /** Which insertion it was; the index follows from it. */
  readonly number: number;
  older: TableEntry | undefined;
  newer: TableEntry | undefined = undefined;
  /** How often it was referred to, up to `USES_MAX`; halved whenever another one wants its place. */
  uses = 0;

  constructor(state: NameState, value: string, size: number, number: number) {
    this.state = state;
    this.value = value;
    this.size = size;
    this.number = number;
    this.older = state.newest;
  }
}

/** The encoder's dynamic table (RFC 7541 section 2.3.2), oldest entries first. */
export class EncoderTable {
  #entries: TableEntry[] = [];
  /** Entries in front of this one are evicted. */
  #first = 0;
  #insertions = 0;
  #bytes = 0;
  #bytesMax: number;

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
   * Whether there is room for a field without evicting entries that are in use. Each contender
   * halves the claim of the first of them: entries that are out of use do not stay for ever, and one
   * that is used as often as all contenders together does.
   */
  hasRoomFor(size: number): boolean {
    let free = this.#bytesMax - this.#bytes;
    for (let index = this.#first; free < size; index++) {
      const entry = this.#entries[index];
      if (entry === undefined) return false;
      if (entry.uses > 0) {
        entry.uses >>>= 1;
        return false;
      }
      free += entry.size;
    }
    return true;
  }

  markUsed(entry: TableEntry): void {
    if (entry.uses < USES_MAX) entry.uses++;
  }

  /** Inserts a field that fits into the table, evicting what has to go. */
  insert(state: NameState, value: string): void {
    const size = sizeOf(state, value);
    this.#evictTo(this.#bytesMax - size);
    const entry = new TableEntry(state, ownCopy(value), size, this.#insertions++);
    if (state.newest !== undefined) state.newest.newer = entry;
    state.newest = entry;
    this.#entries.push(entry);
    this.#bytes += size;
  }

  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax;
    this.#evictTo(bytesMax);
  }

  #evictTo(bytes: number): void {
    while (this.#bytes > bytes) {
      const evicted = this.#entries[this.#first++] as TableEntry;
      this.#bytes -= evicted.size;
      if (evicted.newer === undefined) evicted.state.newest = undefined;
      else evicted.newer.older = undefined;
    }
    // Forget evicted entries now and then: each is moved at most once on average.
    if (this.#first > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}

export function sizeOf(state: NameState, value: string): number {
  return state.rule.name.length + value.length + FIELD_OVERHEAD;
}
