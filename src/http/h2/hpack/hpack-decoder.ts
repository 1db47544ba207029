import { latin1 } from '#base/latin1.ts';
import { IS_FIELD_VALUE } from '#http/h1/octets.ts';
import { DynamicTable } from '#http/h2/hpack/dynamic-table.ts';
import { FieldName } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import type { HpackDefect } from '#http/h2/hpack/hpack-defect.ts';
import { decoded, decodeHuffman } from '#http/h2/hpack/huffman-decoder.ts';
import { STATIC_FIELD_COUNT, staticFields } from '#http/h2/hpack/static-table.ts';

/** The dynamic table's size before any SETTINGS (RFC 9113 section 6.5.2). */
export const DEFAULT_TABLE_BYTES = 4096;
/** Numbers stay below 2^28: four octets after the prefix. */
const INTEGER_SHIFT_MAX = 21;

export interface HeaderFieldSink {
  /** `isNeverIndexed`: the sender asks every hop never to put this field into a table. */
  onField(field: HeaderField, isNeverIndexed: boolean): void;
}

/** Reads the header blocks of one connection, in order (RFC 7541). */
export class HpackDecoder {
  readonly #table: DynamicTable;
  #tableBytesMax: number;
  /** Whether the next block must begin with a table size update (section 4.2). */
  #mustShrink = false;
  /* The block that is being read. */
  #bytes: Uint8Array = EMPTY;
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
   * Reads a whole header block, `bytes[start..end)`, and keeps the table right whatever the sink
   * does with the fields. After a defect the decoder is of no further use. The sink's work apart it
   * takes linear time, and memory only for fields that are spelt out.
   */
  decode(
    bytes: Buffer,
    start: number,
    end: number,
    sink: HeaderFieldSink,
  ): HpackDefect | undefined {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#defect = undefined;
    if (start < end && !this.#readSizeUpdates()) return this.#defect;
    while (this.#at < this.#end) {
      const first = bytes[this.#at] as number;
      if (first >= 0x80) {
        const field = this.#fieldAt(this.#readInteger(first, 0x7f));
        if (field === undefined) return this.#defect ?? 'invalidIndex';
        sink.onField(field, false);
        continue;
      }
      if ((first & 0xe0) === 0x20) return 'tableSizeMisplaced';
      const isIndexed = first >= 0x40;
      const field = this.#readLiteral(first, isIndexed ? 0x3f : 0x0f);
      if (field === undefined) return this.#defect;
      if (isIndexed) this.#table.insert(field);
      sink.onField(field, (first & 0xf0) === 0x10);
    }
    this.#bytes = EMPTY;
    return undefined;
  }

  #readSizeUpdates(): boolean {
    let isFirst = true;
    while (this.#at < this.#end) {
      const first = this.#bytes[this.#at] as number;
      if ((first & 0xe0) !== 0x20) break;
      const bytes = this.#readInteger(first, 0x1f);
      if (bytes < 0) return false;
      if (bytes > this.#tableBytesMax) return this.#fail('tableSizeTooLarge');
      this.#table.resize(bytes);
      this.#mustShrink = false;
      isFirst = false;
    }
    return !(isFirst && this.#mustShrink) || this.#fail('tableSizeMissing');
  }

  #readLiteral(first: number, prefixMax: number): HeaderField | undefined {
    const index = this.#readInteger(first, prefixMax);
    if (index < 0) return undefined;
    let name: FieldName;
    if (index > 0) {
      const named = this.#fieldAt(index);
      if (named === undefined) {
        this.#defect = 'invalidIndex';
        return undefined;
      }
      name = named.fieldName;
    } else {
      const text = this.#readString();
      if (text === undefined) return undefined;
      name = fieldNameOf(text);
    }
    const value = this.#readString();
    return value === undefined ? undefined : new HeaderField(name, value, hasIllegalOctet);
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

  /** RFC 7541 section 5.2; leaves in `hasIllegalOctet` whether the string is no legal value. */
  #readString(): string | undefined {
    if (this.#at >= this.#end) {
      this.#fail('truncated');
      return undefined;
    }
    const first = this.#bytes[this.#at] as number;
    const length = this.#readInteger(first, 0x7f);
    if (length < 0) return undefined;
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) {
      this.#fail('truncated');
      return undefined;
    }
    this.#at = end;
    if (first < 0x80) return readPlain(this.#bytes as Buffer, start, end);
    if (!decodeHuffman(this.#bytes, start, end)) {
      this.#fail('invalidHuffman');
      return undefined;
    }
    hasIllegalOctet = decoded.hasIllegalOctet;
    return latin1(decoded.scratch, 0, decoded.length);
  }

  #fail(defect: HpackDefect): false {
    this.#defect = defect;
    return false;
  }
}

const EMPTY = new Uint8Array(0);
/** Of the string that was read last. */
let hasIllegalOctet = false;

function readPlain(bytes: Buffer, start: number, end: number): string {
  let isLegal = 1;
  for (let at = start; at < end; at++) isLegal &= IS_FIELD_VALUE[bytes[at] as number] as number;
  hasIllegalOctet = isLegal === 0;
  return latin1(bytes, start, end);
}

const staticNames: ReadonlyMap<string, FieldName> = new Map(
  staticFields.map((field) => [field.name, field.fieldName]),
);

function fieldNameOf(text: string): FieldName {
  return staticNames.get(text) ?? new FieldName(text);
}
