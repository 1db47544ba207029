const TABLE_BYTES = 4_096;
const ENTRY_OVERHEAD_BYTES = 32;
const STATIC_ENTRIES = 61;
const LITERAL_WITHOUT_INDEXING = 0x00;
const LITERAL_WITH_INDEXING = 0x40;

/** Names of the static table that requests use, and complete entries of it. */
const STATIC_INDEX: Readonly<Record<string, number>> = {
  ':authority': 1,
  ':method': 2,
  ':path': 4,
  ':scheme': 6,
  'accept-encoding': 16,
  'accept-language': 17,
  accept: 19,
  authorization: 23,
  'content-type': 31,
  cookie: 32,
  'user-agent': 58,
};
const STATIC_ENTRY: Readonly<Record<string, number>> = {
  ':method: GET': 2,
  ':method: POST': 3,
  ':path: /': 4,
  ':scheme: http': 6,
};

/**
 * Header blocks as common clients write them (RFC 7541): a field that is `kept` goes to the table of the
 * connection and is one byte from then on, any other is a literal that leaves the table alone. Without Huffman
 * code, which every recipient has to understand as well.
 */
export class FieldEncoder {
  /** What was added to the table, newest last, with what is evicted cut off at the front. */
  readonly #sizes: number[] = [];
  readonly #addedAs = new Map<string, number>();
  #tableBytes = 0;
  #added = 0;
  #evicted = 0;
  readonly #buffer = Buffer.allocUnsafe(16_384);
  #at = 0;

  /** Begins a block. */
  begin(): void {
    this.#at = 0;
  }

  /** The block, valid until the next one begins. */
  get block(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  keep(name: string, value: string): void {
    const field = `${name}: ${value}`;
    const fixed = STATIC_ENTRY[field];
    if (fixed !== undefined) {
      this.#integer(0x80, 7, fixed);
      return;
    }
    const added = this.#addedAs.get(field);
    if (added !== undefined && added >= this.#evicted) {
      this.#integer(0x80, 7, STATIC_ENTRIES + this.#added - added);
      return;
    }
    this.#literal(LITERAL_WITH_INDEXING, 6, name, value);
    this.#addedAs.set(field, this.#added);
    this.#insert(name.length + value.length + ENTRY_OVERHEAD_BYTES);
  }

  /** A value that never comes again, put into the table all the same, as many clients do. */
  keepFresh(name: string, value: string): void {
    this.#literal(LITERAL_WITH_INDEXING, 6, name, value);
    this.#insert(name.length + value.length + ENTRY_OVERHEAD_BYTES);
  }

  pass(name: string, value: string): void {
    this.#literal(LITERAL_WITHOUT_INDEXING, 4, name, value);
  }

  #insert(bytes: number): void {
    this.#sizes.push(bytes);
    this.#added += 1;
    this.#tableBytes += bytes;
    while (this.#tableBytes > TABLE_BYTES) {
      this.#tableBytes -= this.#sizes.shift() ?? 0;
      this.#evicted += 1;
    }
  }

  #literal(kind: number, prefixBits: number, name: string, value: string): void {
    const index = STATIC_INDEX[name] ?? 0;
    this.#integer(kind, prefixBits, index);
    if (index === 0) this.#string(name);
    this.#string(value);
  }

  #string(text: string): void {
    this.#integer(0, 7, text.length);
    this.#at += this.#buffer.write(text, this.#at, 'latin1');
  }

  #integer(kind: number, prefixBits: number, value: number): void {
    const limit = (1 << prefixBits) - 1;
    if (value < limit) {
      this.#byte(kind | value);
      return;
    }
    this.#byte(kind | limit);
    let left = value - limit;
    for (; left >= 128; left >>>= 7) this.#byte(128 | (left & 127));
    this.#byte(left);
  }

  #byte(value: number): void {
    this.#buffer[this.#at] = value;
    this.#at += 1;
  }
}
