import { ownCopy, writeLatin1 } from '#base/latin1.ts';
import type { ByteWriter } from '#http/h2/byte-writer.ts';
import { EncoderTable, sizeOf } from '#http/h2/hpack/encoder-table.ts';
import { type FieldName, knownFieldNames, PSEUDO_NAMES } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import { encodeHuffman, huffmanLength } from '#http/h2/hpack/huffman-encoder.ts';
import {
  type NameState,
  SCORE_MIN,
  signatureOf,
  type TableEntry,
} from '#http/h2/hpack/name-state.ts';
import { NameStates } from '#http/h2/hpack/name-states.ts';
import {
  PSEUDO_AUTHORITY,
  PSEUDO_METHOD,
  PSEUDO_PATH,
  PSEUDO_PROTOCOL,
  PSEUDO_SCHEME,
  PSEUDO_STATUS,
} from '#http/h2/hpack/pseudo-header.ts';
import {
  HUFFMAN,
  INDEXED,
  INDEXED_PREFIX_MAX,
  LITERAL_INDEXED,
  LITERAL_INDEXED_PREFIX_MAX,
  LITERAL_NEVER_INDEXED,
  LITERAL_PLAIN,
  LITERAL_PREFIX_MAX,
  SIZE_UPDATE,
  SIZE_UPDATE_PREFIX_MAX,
  STRING_PREFIX_MAX,
} from '#http/h2/hpack/representation.ts';
import { SeenFields } from '#http/h2/hpack/seen-fields.ts';
import { type HeaderId, UNKNOWN_HEADER } from '#http/known-headers.ts';

/** How much of a peer's table is used, and the size before any SETTINGS (RFC 9113 6.5.2). */
export const DEFAULT_ENCODER_TABLE_BYTES = 4096;

/** How many values of a name are compared with the one to be written. */
const VALUES_COMPARED_MAX = 8;
const FEW_VALUES = 2;
/** Room for three numbers of 32 bits: the index and two lengths, which is all that a field has. */
const INTEGERS_BYTES = 18;
/** A field larger than this part of the table would drive out too much. */
const FIELD_TABLE_SHARE = 4;

const AUTHORITY = knownFieldNames[PSEUDO_NAMES + PSEUDO_AUTHORITY] as FieldName;

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
  /** The last one; most requests of a connection have the same. */
  #authority: HeaderField | undefined = undefined;

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

  /** No further block follows. */
  close(): void {
    this.#table.close();
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
    this.#encodeKnown(PSEUDO_NAMES + PSEUDO_PATH, value, isNeverIndexed);
  }

  encodeScheme(value: string): void {
    this.#encodePseudo(PSEUDO_SCHEME, value);
  }

  encodeAuthority(value: string): void {
    if (this.#authority?.value !== value) {
      this.#authority = new HeaderField(AUTHORITY, ownCopy(value));
    }
    this.encodeField(this.#authority);
  }

  encodeProtocol(value: string): void {
    this.#encodePseudo(PSEUDO_PROTOCOL, value);
  }

  /** Writes a field that many messages share: nearly always one that this encoder wrote before. */
  encodeField(field: HeaderField): void {
    const { entry } = field;
    if (entry !== undefined && entry.table === this.#table && !entry.isEvicted) {
      this.#out.reserve(INTEGERS_BYTES);
      this.#refer(entry);
      return;
    }
    const { name, value } = field;
    if (this.#encodePlainly(name, value, field.isNeverIndexed)) return;
    const isKnown = name.number >= 0;
    const state = isKnown ? this.#names.ofKnown(name) : this.#names.ofOther(name.text, name);
    field.entry = this.#encode(state, value);
  }

  /**
   * Writes a field; `id` is that of `name`, which is in lower case, and `value` is latin1. Secrets
   * are never indexed.
   */
  encode(id: HeaderId, name: string, value: string): void {
    if (id !== UNKNOWN_HEADER) return this.#encodeKnown(id, value, false);
    const state = this.#names.ofOther(name);
    if (!this.#encodePlainly(state.name, value, false)) this.#encode(state, value);
  }

  #encodePseudo(pseudo: number, value: string): void {
    this.#encodeKnown(PSEUDO_NAMES + pseudo, value, false);
  }

  #encodeKnown(number: number, value: string, isNeverIndexed: boolean): void {
    const name = knownFieldNames[number] as FieldName;
    // Nothing is remembered of names and values of which the tables have nothing to gain.
    if (this.#encodePlainly(name, value, isNeverIndexed)) return;
    this.#encode(this.#names.ofKnown(name), value);
  }

  /** Writes a field that does not concern the dynamic table; false: it may. */
  #encodePlainly(name: FieldName, value: string, isNeverIndexed: boolean): boolean {
    this.#out.reserve(name.text.length + value.length + INTEGERS_BYTES);
    if (isNeverIndexed) {
      this.#writeLiteral(LITERAL_NEVER_INDEXED, name, name.staticIndex, value);
      return true;
    }
    const staticEntry = name.staticEntryOf(value);
    if (staticEntry > 0) {
      this.#writeInteger(INDEXED, INDEXED_PREFIX_MAX, staticEntry);
      return true;
    }
    if (name.indexing === 'adaptive') return false;
    const kind = name.indexing === 'secret' ? LITERAL_NEVER_INDEXED : LITERAL_PLAIN;
    this.#writeLiteral(kind, name, name.staticIndex, value);
    return true;
  }

  /** Gives the entry that the field has in the table now. */
  #encode(state: NameState, value: string): TableEntry | undefined {
    const entry = findEntry(state, value);
    if (entry !== undefined) {
      this.#refer(entry);
      return entry;
    }
    this.#table.countLookup();
    if (!this.#isAdmitted(state, value)) {
      this.#writeLiteral(LITERAL_PLAIN, state.name, this.#nameIndexOf(state), value);
      return undefined;
    }
    if (state.score > SCORE_MIN) state.score--;
    this.#writeLiteral(LITERAL_INDEXED, state.name, this.#nameIndexOf(state), value);
    return this.#table.insert(state, value);
  }

  #refer(entry: TableEntry): void {
    const { state } = entry;
    this.#table.countLookup();
    entry.uses++;
    if (state.score < SCORE_MAX) state.score += HIT_SCORE;
    this.#writeInteger(INDEXED, INDEXED_PREFIX_MAX, this.#table.indexOf(entry));
  }

  #isAdmitted(state: NameState, value: string): boolean {
    if (state.score <= SCORE_MIN) {
      if (++state.passedOver < PASSED_OVER_MAX) return false;
      state.passedOver = 0;
    }
    const table = this.#table;
    const size = sizeOf(state, value);
    if (size > table.bytesMax / FIELD_TABLE_SHARE) return false;
    if (table.bytes + size <= table.bytesMax) return true;
    // A full table takes no fields that were seen but once, or one client's unique values would
    // drive out what all others use.
    this.#seen ??= new SeenFields();
    return this.#seen.remember(state.name.text, value) && table.hasRoomFor(size);
  }

  /** An entry that has the name, 0 for none. */
  #nameIndexOf({ name, newest }: NameState): number {
    if (name.staticIndex > 0) return name.staticIndex;
    return newest === undefined ? 0 : this.#table.indexOf(newest);
  }

  #writeLiteral(kind: number, name: FieldName, nameIndex: number, value: string): void {
    if (kind === LITERAL_INDEXED) {
      this.#writeInteger(kind, LITERAL_INDEXED_PREFIX_MAX, nameIndex);
      if (nameIndex === 0) this.#writeHuffman(name.text);
      this.#writeHuffman(value);
    } else {
      this.#writeInteger(kind, LITERAL_PREFIX_MAX, nameIndex);
      if (nameIndex === 0) this.#writePlain(name.text);
      this.#writePlain(value);
    }
  }

  /**
   * As it is. So are all strings written that do not go into the table: Huffman code would save
   * the link a quarter of their octets, but cost both ends ten times as much work.
   */
  #writePlain(text: string): void {
    this.#writeInteger(0x00, STRING_PREFIX_MAX, text.length);
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
    this.#writeInteger(HUFFMAN, STRING_PREFIX_MAX, length);
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
    this.#writeInteger(SIZE_UPDATE, SIZE_UPDATE_PREFIX_MAX, bytes);
  }
}

function findEntry(state: NameState, value: string): TableEntry | undefined {
  let entry = state.newest;
  if (entry === undefined) return undefined;
  const signature = signatureOf(value);
  // Of a name that was given up, only what is left from better days can come back.
  const comparedMax = state.score > SCORE_MIN ? VALUES_COMPARED_MAX : FEW_VALUES;
  for (let looked = 0; looked < comparedMax && entry !== undefined; looked++) {
    if (entry.signature === signature && entry.value === value) return entry;
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
