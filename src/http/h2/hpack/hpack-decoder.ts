import { latin1 } from '#base/latin1.ts';
import { IS_FIELD_VALUE, IS_TARGET } from '#http/h1/octets.ts';
import { DynamicTable } from '#http/h2/hpack/dynamic-table.ts';
import { type FieldName, fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { fieldDefect, HeaderField } from '#http/h2/hpack/header-field.ts';
import type { HeaderList } from '#http/h2/hpack/header-list.ts';
import type { HpackDefect } from '#http/h2/hpack/hpack-defect.ts';
import { decoded, decodeHuffman } from '#http/h2/hpack/huffman-decoder.ts';
import { OctetCache } from '#http/h2/hpack/octet-cache.ts';
import { PSEUDO_PATH } from '#http/h2/hpack/pseudo-header.ts';
import {
  HUFFMAN,
  INDEXED,
  INDEXED_PREFIX_MAX,
  INTEGER_OCTETS_MAX,
  isSizeUpdate,
  LITERAL_INDEXED,
  LITERAL_INDEXED_PREFIX_MAX,
  LITERAL_NEVER_INDEXED,
  LITERAL_PREFIX_MAX,
  SIZE_UPDATE_PREFIX_MAX,
  STRING_PREFIX_MAX,
} from '#http/h2/hpack/representation.ts';
import { STATIC_FIELD_COUNT } from '#http/h2/hpack/static-entries.ts';
import { staticFields } from '#http/h2/hpack/static-table.ts';
import { fourOctets } from '#http/h2/octets.ts';

/** The dynamic table's size before any SETTINGS (RFC 9113 section 6.5.2). */
export const DEFAULT_TABLE_BYTES = 4096;
const INTEGER_SHIFT_MAX = 7 * (INTEGER_OCTETS_MAX - 1);

/** Tells fields of the same octets apart in the cache. */
const NEVER_INDEXED_SEED = 0x4000_0000;

/** Reads the header blocks of one connection, in order (RFC 7541). */
export class HpackDecoder {
  readonly #table: DynamicTable;
  /** Fields that came without indexing, which many peers send again and again. */
  readonly #literals: OctetCache<HeaderField> = new OctetCache(16, 128, 2048, 8192);
  #tableBytesMax: number;
  /** Whether the next block must begin with a table size update (section 4.2). */
  #mustShrink = false;
  /* The block that is being read. */
  #bytes: Buffer = EMPTY;
  #at = 0;
  #end = 0;
  #defect: HpackDefect | undefined;

  /**
   * `tableBytesMax`: the SETTINGS_HEADER_TABLE_SIZE that the peer goes by. Before it acknowledged
   * ours that is 4,096, the default.
   */
  constructor(tableBytesMax: number = DEFAULT_TABLE_BYTES) {
    this.#tableBytesMax = tableBytesMax;
    this.#table = new DynamicTable(Math.min(tableBytesMax, DEFAULT_TABLE_BYTES));
  }

  /** To be called when the peer acknowledges a SETTINGS_HEADER_TABLE_SIZE. */
  setTableSizeMax(bytes: number): void {
    this.#tableBytesMax = bytes;
    if (bytes < this.#table.bytesMax) this.#mustShrink = true;
  }

  /**
   * Adds the fields of a header block, `bytes[start..end)`, to a list. A block may come in several
   * parts, each of them whole fields; `isContinued`: some fields of it were read before. After a
   * defect the decoder is of no further use. Takes linear time, and memory only for fields that are
   * spelt out or that the list keeps.
   */
  decode(
    bytes: Buffer,
    start: number,
    end: number,
    into: HeaderList,
    isContinued = false,
  ): HpackDefect | undefined {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#defect = undefined;
    if (start < end && !isContinued && !this.#readSizeUpdates()) return this.#defect;
    while (this.#at < end) {
      const first = bytes[this.#at] as number;
      if (first >= INDEXED) {
        const field = this.#fieldAt(this.#readInteger(first, INDEXED_PREFIX_MAX));
        if (field === undefined) return this.#defect ?? 'invalidIndex';
        into.add(field);
        continue;
      }
      if (isSizeUpdate(first)) return 'tableSizeMisplaced';
      const field = this.#readLiteral(first);
      if (field === undefined) return this.#defect;
      if (first >= LITERAL_INDEXED) this.#table.insert(field);
      into.add(field);
    }
    this.#bytes = EMPTY;
    return undefined;
  }

  #readSizeUpdates(): boolean {
    let isFirst = true;
    while (this.#at < this.#end) {
      const first = this.#bytes[this.#at] as number;
      if (!isSizeUpdate(first)) break;
      const bytes = this.#readInteger(first, SIZE_UPDATE_PREFIX_MAX);
      if (bytes < 0) return false;
      if (bytes > this.#tableBytesMax) return this.#fail('tableSizeTooLarge');
      this.#table.resize(bytes);
      this.#mustShrink = false;
      isFirst = false;
    }
    return !(isFirst && this.#mustShrink) || this.#fail('tableSizeMissing');
  }

  #readLiteral(first: number): HeaderField | undefined {
    const isIndexed = first >= LITERAL_INDEXED;
    const prefixMax = isIndexed ? LITERAL_INDEXED_PREFIX_MAX : LITERAL_PREFIX_MAX;
    const index = this.#readInteger(first, prefixMax);
    if (index < 0) return undefined;
    let name: FieldName | undefined;
    if (index > 0) {
      name = this.#fieldAt(index)?.name;
      if (name === undefined) this.#fail('invalidIndex');
    } else {
      name = this.#readName();
    }
    if (name === undefined) return undefined;
    const start = this.#at;
    const end = this.#endOfString();
    if (end < 0) return undefined;
    // What goes into the table now is most likely to be referred to by its index from now on.
    if (isIndexed) return this.#fieldOf(name, start, end, false);
    const isNeverIndexed = (first & 0xf0) === LITERAL_NEVER_INDEXED;
    const seed = isNeverIndexed ? name.serial ^ NEVER_INDEXED_SEED : name.serial;
    const known = this.#literals.find(seed, this.#bytes, start, end);
    if (known !== undefined && known.name === name && known.isNeverIndexed === isNeverIndexed) {
      return known;
    }
    const field = this.#fieldOf(name, start, end, isNeverIndexed);
    if (field !== undefined) this.#literals.keep(this.#bytes, start, end, field);
    return field;
  }

  #readName(): FieldName | undefined {
    const start = this.#at;
    const end = this.#endOfString();
    if (end < 0) return undefined;
    const known = names.find(0, this.#bytes, start, end);
    if (known !== undefined) return known;
    const text = this.#textOf(start, end, false);
    if (text === undefined) return undefined;
    const name = fieldNameOf(text);
    names.keep(this.#bytes, start, end, name);
    return name;
  }

  #fieldOf(
    name: FieldName,
    start: number,
    end: number,
    isNeverIndexed: boolean,
  ): HeaderField | undefined {
    const value = this.#textOf(start, end, name.pseudo === PSEUDO_PATH);
    if (value === undefined) return undefined;
    const defect = fieldDefect(name, value, hasIllegalOctet);
    return new HeaderField(name, value, isNeverIndexed, defect);
  }

  #fieldAt(index: number): HeaderField | undefined {
    return index <= STATIC_FIELD_COUNT
      ? staticFields[index - 1]
      : this.#table.at(index - STATIC_FIELD_COUNT - 1);
  }

  /** RFC 7541 section 5.1; -1 with `#defect` set when there is none. */
  #readInteger(first: number, prefixMax: number): number {
    let value = first & prefixMax;
    this.#at++;
    if (value < prefixMax) return value;
    for (let shift = 0; shift <= INTEGER_SHIFT_MAX; shift += 7) {
      if (this.#at >= this.#end) {
        this.#defect = 'truncated';
        return -1;
      }
      const octet = this.#bytes[this.#at++] as number;
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
    this.#defect = 'integerOverflow';
    return -1;
  }

  /**
   * RFC 7541 section 5.2: steps over a string and leaves in `contentStart` where its octets begin;
   * -1 when there is none.
   */
  #endOfString(): number {
    if (this.#at >= this.#end) {
      this.#defect = 'truncated';
      return -1;
    }
    const length = this.#readInteger(this.#bytes[this.#at] as number, STRING_PREFIX_MAX);
    if (length < 0) return -1;
    contentStart = this.#at;
    const end = contentStart + length;
    if (end > this.#end) {
      this.#defect = 'truncated';
      return -1;
    }
    this.#at = end;
    return end;
  }

  /**
   * The text of the string `start..end` that was stepped over last; leaves in `hasIllegalOctet`
   * whether it is no legal value, or path.
   */
  #textOf(start: number, end: number, isPath: boolean): string | undefined {
    const bytes = this.#bytes;
    if ((bytes[start] as number) < HUFFMAN) {
      hasIllegalOctet = !(isPath ? isTarget : isLegalValue)(bytes, contentStart, end);
      return latin1(bytes, contentStart, end);
    }
    if (!decodeHuffman(bytes, contentStart, end)) {
      this.#defect = 'invalidHuffman';
      return undefined;
    }
    const { scratch, length } = decoded;
    hasIllegalOctet = isPath ? !isTarget(scratch, 0, length) : decoded.hasIllegalOctet;
    return latin1(scratch, 0, length);
  }

  #fail(defect: HpackDefect): false {
    this.#defect = defect;
    return false;
  }
}

const EMPTY = Buffer.alloc(0);
/** Of the string that was read last. */
let hasIllegalOctet = false;

let contentStart = 0;

function isLegalValue(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = fourOctets(bytes, at);
    // Whether one of the four is below SP or is DEL; tabs are sorted out one by one.
    const isDel = word ^ 0x7f7f7f7f;
    const controls = ((word - 0x20202020) & ~word) | ((isDel - 0x01010101) & ~isDel);
    if ((controls & 0x80808080) !== 0) break;
  }
  for (; at < end; at++) if (IS_FIELD_VALUE[bytes[at] as number] === 0) return false;
  return true;
}

/**
 * RFC 3986 section 2: visible ASCII alone. What follows could be HTTP/1.1, and some servers there end
 * a target at octets such as 0x85 and 0xa0.
 */
function isTarget(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = fourOctets(bytes, at);
    // Whether one of the four is below or above; which one, if any, is found out one by one.
    const others = ((word - 0x21212121) & ~word) | word | (word + 0x01010101);
    if ((others & 0x80808080) !== 0) break;
  }
  for (; at < end; at++) if (IS_TARGET[bytes[at] as number] === 0) return false;
  return true;
}

/** Names as they were spelt out, of all connections. */
const names: OctetCache<FieldName> = new OctetCache(256, 256, 64, 16_384);
