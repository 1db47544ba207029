import { writeLatin1 } from '#base/latin1.ts';
import type { ByteWriter } from '#http/h2/byte-writer.ts';
import { EncoderTable, sizeOf } from '#http/h2/hpack/encoder-table.ts';
import { encodeHuffman, huffmanLength } from '#http/h2/hpack/huffman-encoder.ts';
import { knownNameRules, type NameRule, PSEUDO_RULES } from '#http/h2/hpack/name-rule.ts';
import { type NameState, SCORE_MIN, type TableEntry } from '#http/h2/hpack/name-state.ts';
import { NameStates } from '#http/h2/hpack/name-states.ts';
import {
  PSEUDO_AUTHORITY,
  PSEUDO_METHOD,
  PSEUDO_PATH,
  PSEUDO_PROTOCOL,
  PSEUDO_SCHEME,
  PSEUDO_STATUS,
} from '#http/h2/hpack/pseudo-header.ts';
import { SeenFields } from '#http/h2/hpack/seen-fields.ts';
import { type HeaderId, UNKNOWN_HEADER } from '#http/known-headers.ts';

/** How much of a peer's table is used, and the size before any SETTINGS (RFC 9113 6.5.2). */
export const DEFAULT_ENCODER_TABLE_BYTES = 4096;

const INDEXED = 0x80;
const LITERAL_INDEXED = 0x40;
const LITERAL_NEVER_INDEXED = 0x10;
const LITERAL_PLAIN = 0x00;
const SIZE_UPDATE = 0x20;

/** How many values of a name are compared with the one to be written. */
const VALUES_COMPARED_MAX = 8;
/** Room for three numbers of 32 bits: the index and two lengths, which is all that a field has. */
const INTEGERS_BYTES = 18;
/** A field larger than this part of the table would drive out too much. */
const FIELD_TABLE_SHARE = 4;

const HIT_SCORE = 2;
const SCORE_MAX = 20;
/** After so many values more, a name is given another try. */
const PASSED_OVER_MAX = 128;

/** Writes the header blocks of one connection, in order (RFC 7541). */
export class HpackEncoder {
  readonly #table: EncoderTable;
  readonly #tableBytesMax: number;
  readonly #names = new NameStates();
  #seen: SeenFields | undefined = undefined;
  /** The smallest size since the last block, -1 when the peer's limit did not change. */
  #smallestSize = -1;
  #finalSize: number;
  #out!: ByteWriter;

  /** `tableBytesMax`: how much of the peer's table is used at most; default 4,096. */
  constructor(tableBytesMax: number = DEFAULT_ENCODER_TABLE_BYTES) {
    this.#tableBytesMax = tableBytesMax;
    const initial = Math.min(tableBytesMax, DEFAULT_ENCODER_TABLE_BYTES);
    this.#table = new EncoderTable(initial);
    this.#finalSize = initial;
    // The peer assumes the default until it is told otherwise.
    if (initial < DEFAULT_ENCODER_TABLE_BYTES) this.#smallestSize = initial;
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE; the next block announces what we make of it. */
  setPeerTableSize(bytes: number): void {
    const size = Math.min(bytes, this.#tableBytesMax);
    this.#finalSize = size;
    if (size === this.#table.bytesMax && this.#smallestSize < 0) return;
    this.#smallestSize = this.#smallestSize < 0 ? size : Math.min(this.#smallestSize, size);
  }

  /** Begins a header block at `out.length`; what follows is appended to it. */
  beginBlock(out: ByteWriter): void {
    this.#out = out;
    if (this.#smallestSize >= 0) this.#writeSizeUpdates();
  }

  encodeStatus(status: number): void {
    this.#encodePseudo(PSEUDO_STATUS, statusText(status));
  }

  encodeMethod(value: string): void {
    this.#encodePseudo(PSEUDO_METHOD, value);
  }

  encodePath(value: string, isNeverIndexed: boolean): void {
    this.#encodeKnown(PSEUDO_RULES + PSEUDO_PATH, value, isNeverIndexed);
  }

  encodeScheme(value: string): void {
    this.#encodePseudo(PSEUDO_SCHEME, value);
  }

  encodeAuthority(value: string): void {
    this.#encodePseudo(PSEUDO_AUTHORITY, value);
  }

  encodeProtocol(value: string): void {
    this.#encodePseudo(PSEUDO_PROTOCOL, value);
  }

  /**
   * Writes a field; `id` is that of `name`, which is in lower case, and `value` is latin1.
   * `isNeverIndexed` asks every hop to keep the field out of its tables; secrets are always so.
   */
  encode(id: HeaderId, name: string, value: string, isNeverIndexed: boolean): void {
    if (id !== UNKNOWN_HEADER) return this.#encodeKnown(id, value, isNeverIndexed);
    const state = this.#names.ofOther(name);
    if (!this.#encodePlainly(state.rule, state, value, isNeverIndexed)) this.#encode(state, value);
  }

  #encodePseudo(pseudo: number, value: string): void {
    this.#encodeKnown(PSEUDO_RULES + pseudo, value, false);
  }

  #encodeKnown(number: number, value: string, isNeverIndexed: boolean): void {
    const rule = knownNameRules[number] as NameRule;
    // Nothing is remembered of names and values of which the tables have nothing to gain.
    if (this.#encodePlainly(rule, undefined, value, isNeverIndexed)) return;
    this.#encode(this.#names.ofKnown(rule), value);
  }

  /** Writes a field that does not concern the dynamic table; false: it may. */
  #encodePlainly(
    rule: NameRule,
    state: NameState | undefined,
    value: string,
    isNeverIndexed: boolean,
  ): boolean {
    this.#out.reserve(rule.name.length + value.length + INTEGERS_BYTES);
    if (isNeverIndexed) {
      this.#writeLiteral(LITERAL_NEVER_INDEXED, 0x0f, rule, state, value);
      return true;
    }
    const staticEntry = staticEntryOf(rule, value);
    if (staticEntry > 0) {
      this.#writeInteger(INDEXED, 0x7f, staticEntry);
      return true;
    }
    if (rule.indexing === 'adaptive') return false;
    const kind = rule.indexing === 'secret' ? LITERAL_NEVER_INDEXED : LITERAL_PLAIN;
    this.#writeLiteral(kind, 0x0f, rule, state, value);
    return true;
  }

  #encode(state: NameState, value: string): void {
    this.#table.countLookup();
    const entry = findEntry(state, value);
    if (entry !== undefined) {
      entry.uses++;
      if (state.score < SCORE_MAX) state.score += HIT_SCORE;
      this.#writeInteger(INDEXED, 0x7f, this.#table.indexOf(entry));
      return;
    }
    if (!this.#isAdmitted(state, value)) {
      this.#writeLiteral(LITERAL_PLAIN, 0x0f, state.rule, state, value);
      return;
    }
    state.score--;
    this.#writeLiteral(LITERAL_INDEXED, 0x3f, state.rule, state, value);
    this.#table.insert(state, value);
  }

  #isAdmitted(state: NameState, value: string): boolean {
    if (state.score <= SCORE_MIN) {
      if (++state.passedOver < PASSED_OVER_MAX) return false;
      state.passedOver = 0;
      state.score++;
    }
    const table = this.#table;
    const size = sizeOf(state, value);
    if (size > table.bytesMax / FIELD_TABLE_SHARE) return false;
    if (table.bytes + size <= table.bytesMax) return true;
    // A full table takes no fields that were seen but once, or one client's unique values would
    // drive out what all others use.
    this.#seen ??= new SeenFields();
    return this.#seen.remember(state.rule.name, value) && table.hasRoomFor(size);
  }

  #writeLiteral(
    kind: number,
    prefixMax: number,
    rule: NameRule,
    state: NameState | undefined,
    value: string,
  ): void {
    const newest = state?.newest;
    const index =
      rule.staticIndex > 0
        ? rule.staticIndex
        : newest === undefined
          ? 0
          : this.#table.indexOf(newest);
    this.#writeInteger(kind, prefixMax, index);
    if (kind === LITERAL_INDEXED) {
      if (index === 0) this.#writeHuffman(rule.name);
      this.#writeHuffman(value);
    } else {
      if (index === 0) this.#writePlain(rule.name);
      this.#writePlain(value);
    }
  }

  /**
   * As it is. So are all strings written that do not go into the table: Huffman code would save
   * the link a quarter of their octets, but cost both ends ten times as much work.
   */
  #writePlain(text: string): void {
    this.#writeInteger(0x00, 0x7f, text.length);
    const out = this.#out;
    writeLatin1(text, out.buffer, out.length);
    out.length += text.length;
  }

  /** In Huffman code where that is shorter: for strings that are sent once and referred to then. */
  #writeHuffman(text: string): void {
    const length = huffmanLength(text);
    if (length >= text.length) {
      this.#writePlain(text);
      return;
    }
    this.#writeInteger(0x80, 0x7f, length);
    const out = this.#out;
    out.length = encodeHuffman(text, out.buffer, out.length);
  }

  #writeInteger(kind: number, prefixMax: number, value: number): void {
    const out = this.#out;
    const { buffer } = out;
    if (value < prefixMax) {
      buffer[out.length++] = kind | value;
      return;
    }
    buffer[out.length++] = kind | prefixMax;
    let rest = value - prefixMax;
    while (rest >= 0x80) {
      buffer[out.length++] = 0x80 | (rest & 0x7f);
      rest >>>= 7;
    }
    buffer[out.length++] = rest;
  }

  /** RFC 7541 section 4.2: the smallest size that was asked for in between, then the last one. */
  #writeSizeUpdates(): void {
    if (this.#smallestSize < this.#finalSize) this.#resize(this.#smallestSize);
    this.#resize(this.#finalSize);
    this.#smallestSize = -1;
  }

  #resize(bytes: number): void {
    this.#table.resize(bytes);
    this.#out.reserve(INTEGERS_BYTES);
    this.#writeInteger(SIZE_UPDATE, 0x1f, bytes);
  }
}

/** The static entry that is the whole field, 0 for none. */
function staticEntryOf({ staticValues, staticIndex }: NameRule, value: string): number {
  for (let index = 0; index < staticValues.length; index++) {
    const known = staticValues[index] as string;
    // Most values differ in length, which is seen without a look at their letters.
    if (known.length === value.length && known === value) return staticIndex + index;
  }
  return 0;
}

function findEntry(state: NameState, value: string): TableEntry | undefined {
  let entry = state.newest;
  for (let looked = 0; looked < VALUES_COMPARED_MAX && entry !== undefined; looked++) {
    if (entry.value === value) return entry;
    entry = entry.older;
  }
  return undefined;
}

const statusTexts: string[] = [];

function statusText(status: number): string {
  const known = statusTexts[status];
  if (known !== undefined) return known;
  const text = String(status);
  if (status >= 100 && status <= 999) statusTexts[status] = text;
  return text;
}
