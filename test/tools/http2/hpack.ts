import { decodeHuffman } from './huffman.ts';

/** Header fields as `name: value` lines, pseudo-headers as `:name: value`; a character for every byte. */
export type FieldLines = readonly string[];

/** Writes every field as a literal without indexing and without Huffman code (RFC 7541 section 6.2.2). */
export function encodeFields(lines: FieldLines): Buffer {
  return Buffer.concat(lines.map(encodeField));
}

function encodeField(line: string): Buffer {
  const [name, value] = splitLine(line);
  return Buffer.concat([
    Buffer.of(0),
    encodeString(Buffer.from(name, 'latin1')),
    encodeString(Buffer.from(value, 'latin1')),
  ]);
}

/** Name and value of a line; a name may begin with a colon. */
function splitLine(line: string): [string, string] {
  const at = line.indexOf(': ', 1);
  return at < 0 ? [line.replace(/:$/, ''), ''] : [line.slice(0, at), line.slice(at + 2)];
}

function encodeString(bytes: Buffer): Buffer {
  return Buffer.concat([encodeInteger(bytes.length, 7), bytes]);
}

/** RFC 7541 section 5.1, with the bits before the prefix all zero. */
function encodeInteger(value: number, prefixBits: number): Buffer {
  const limit = 2 ** prefixBits - 1;
  if (value < limit) return Buffer.of(value);
  const bytes = [limit];
  let left = value - limit;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push(128 + (left % 128));
  return Buffer.from([...bytes, left]);
}

const ENTRY_OVERHEAD_BYTES = 32;

/** Decodes the header blocks of one connection in their order. */
export class HpackDecoder {
  #dynamic: (readonly [string, string])[] = [];
  #limitBytes = 4096;

  /** The fields of one whole block, in order. @throws Error where the block is no HPACK */
  decode(block: Buffer): string[] {
    const lines: string[] = [];
    const input = new BlockReader(block);
    while (!input.done) {
      const field = this.#field(input);
      if (field !== undefined) lines.push(`${field[0]}: ${field[1]}`);
    }
    return lines;
  }

  #field(input: BlockReader): readonly [string, string] | undefined {
    const first = input.peek();
    if (first >= 128) return this.#entry(input.integer(7));
    if (first >= 64) {
      const field = this.#literal(input, 6);
      this.#dynamic.unshift(field);
      this.#evict();
      return field;
    }
    if (first >= 32) {
      this.#limitBytes = input.integer(5);
      this.#evict();
      return undefined;
    }
    return this.#literal(input, 4);
  }

  #literal(input: BlockReader, prefixBits: number): readonly [string, string] {
    const index = input.integer(prefixBits);
    const name = index === 0 ? input.string() : this.#entry(index)[0];
    return [name, input.string()];
  }

  #entry(index: number): readonly [string, string] {
    const entry = STATIC_TABLE[index - 1] ?? this.#dynamic[index - 1 - STATIC_TABLE.length];
    if (entry === undefined) throw new Error(`no entry ${index}`);
    return entry;
  }

  #evict(): void {
    const size = () =>
      this.#dynamic.reduce((sum, [n, v]) => sum + n.length + v.length + ENTRY_OVERHEAD_BYTES, 0);
    while (size() > this.#limitBytes) this.#dynamic.pop();
  }
}

class BlockReader {
  readonly #block: Buffer;
  #at = 0;

  constructor(block: Buffer) {
    this.#block = block;
  }

  get done(): boolean {
    return this.#at >= this.#block.length;
  }

  peek(): number {
    return this.#block.readUInt8(this.#at);
  }

  integer(prefixBits: number): number {
    const limit = 2 ** prefixBits - 1;
    let value = this.#next() & limit;
    if (value < limit) return value;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#next();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  string(): string {
    const huffman = this.peek() >= 128;
    const length = this.integer(7);
    if (this.#at + length > this.#block.length) throw new Error('a string is cut off');
    const bytes = this.#block.subarray(this.#at, this.#at + length);
    this.#at += length;
    const decoded = huffman ? decodeHuffman(bytes) : bytes;
    if (decoded === undefined) throw new Error('no Huffman code');
    return decoded.toString('latin1');
  }

  #next(): number {
    const byte = this.peek();
    this.#at += 1;
    return byte;
  }
}

/** RFC 7541 appendix A. */
const STATIC_TABLE: readonly (readonly [string, string])[] = `:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`
  .split('\n')
  .map((line) => {
    const space = line.indexOf(' ');
    return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
  });
