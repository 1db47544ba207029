import {
  BACKSLASH,
  CR,
  EQUALS,
  HEX_VALUE_PLUS_ONE,
  HTAB,
  IS_FIELD_VALUE,
  IS_TOKEN,
  LF,
  QUOTE,
  SEMICOLON,
  SP,
} from '#http/h1/octets.ts';

/** Hexadecimal digits of a chunk size after its leading zeros: 2^52 bytes are more than any body. */
const SIZE_DIGITS_MAX = 13;
/**
 * All chunk extensions and leading zeros of a message together (RFC 9112 section 7.1.1 asks for a
 * limit).
 */
const EXTENSION_BYTES_MAX = 16_384;

export type ChunkDefect =
  | 'invalidChunkSize'
  | 'invalidChunkExtension'
  | 'invalidChunkEnd'
  | 'chunkExtensionsTooLarge';

/** `trailers` means: the last chunk was read and the trailer section begins at `position`. */
export type ChunkOutcome = 'needMore' | 'trailers' | ChunkDefect;

/** What hears the data of the chunks. */
export interface ChunkSink {
  onChunkData(bytes: Buffer, from: number, to: number): void;
}

type Phase =
  | 'sizeStart'
  | 'size'
  | 'extensionStart'
  | 'nameStart'
  | 'name'
  | 'nameEnd'
  | 'valueStart'
  | 'value'
  | 'quoted'
  | 'quotedPair'
  | 'quotedEnd'
  | 'sizeEnd'
  | 'data'
  | 'dataEnd'
  | 'dataEndLf'
  | 'done';

/**
 * Takes the chunked coding of RFC 9112 section 7.1 apart. Any cut of the input is fine. Chunk
 * extensions are checked, read past and never forwarded; only CRLF ends a line.
 */
export class ChunkedDecoder {
  /** After `decode`: the first octet that was not used up. */
  position = 0;
  readonly #sink: ChunkSink;
  #phase: Phase = 'sizeStart';
  #remaining = 0;
  #digits = 0;
  #extensionBytes = 0;

  constructor(sink: ChunkSink) {
    this.#sink = sink;
  }

  /** Prepares for the next message. */
  begin(): void {
    this.#phase = 'sizeStart';
    this.#remaining = 0;
    this.#digits = 0;
    this.#extensionBytes = 0;
  }

  /** Reads `bytes[start..end)`; chunk data goes to the sink piece by piece. */
  decode(bytes: Buffer, start: number, end: number): ChunkOutcome {
    let at = start;
    while (at < end) {
      if (this.#phase === 'data') {
        const from = at;
        at = Math.min(end, at + this.#remaining);
        this.#remaining -= at - from;
        if (this.#remaining === 0) this.#phase = 'dataEnd';
        // The state is complete before the call: it may end the stream.
        this.#sink.onChunkData(bytes, from, at);
        continue;
      }
      const defect = this.#framing(bytes[at] as number);
      at++;
      if (defect !== undefined) return defect;
      if (this.#phase === 'done') {
        this.position = at;
        return 'trailers';
      }
    }
    this.position = at;
    return 'needMore';
  }

  /** One octet of the framing around the data. */
  #framing(octet: number): ChunkDefect | undefined {
    switch (this.#phase) {
      case 'sizeStart':
      case 'size':
        return this.#size(octet);
      case 'sizeEnd':
        if (octet !== LF) return 'invalidChunkSize';
        this.#phase = this.#remaining === 0 ? 'done' : 'data';
        return undefined;
      case 'dataEnd':
        this.#phase = 'dataEndLf';
        return octet === CR ? undefined : 'invalidChunkEnd';
      case 'dataEndLf':
        this.#phase = 'sizeStart';
        this.#digits = 0;
        this.#remaining = 0;
        return octet === LF ? undefined : 'invalidChunkEnd';
      case 'data':
      case 'done':
        return undefined;
      default:
        if (++this.#extensionBytes > EXTENSION_BYTES_MAX) return 'chunkExtensionsTooLarge';
        return this.#extension(octet);
    }
  }

  #size(octet: number): ChunkDefect | undefined {
    const valuePlusOne = HEX_VALUE_PLUS_ONE[octet] as number;
    if (valuePlusOne !== 0) {
      this.#phase = 'size';
      if (valuePlusOne === 1 && this.#remaining === 0) {
        return ++this.#extensionBytes > EXTENSION_BYTES_MAX ? 'chunkExtensionsTooLarge' : undefined;
      }
      if (++this.#digits > SIZE_DIGITS_MAX) return 'invalidChunkSize';
      this.#remaining = this.#remaining * 16 + valuePlusOne - 1;
      return undefined;
    }
    if (this.#phase === 'sizeStart') return 'invalidChunkSize';
    if (octet === CR) this.#phase = 'sizeEnd';
    else if (octet === SEMICOLON) this.#phase = 'nameStart';
    else if (isBlank(octet)) this.#phase = 'extensionStart';
    else return 'invalidChunkSize';
    return undefined;
  }

  /**
   * `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`: the white space must not be
   * sent and has to be taken (RFC 9110 section 5.6.3), but none may stand at the end of the line.
   */
  #extension(octet: number): ChunkDefect | undefined {
    switch (this.#phase) {
      case 'extensionStart':
        if (octet === SEMICOLON) this.#phase = 'nameStart';
        else if (!isBlank(octet)) return 'invalidChunkExtension';
        return undefined;
      case 'nameStart':
        if (IS_TOKEN[octet] === 1) this.#phase = 'name';
        else if (!isBlank(octet)) return 'invalidChunkExtension';
        return undefined;
      case 'name':
        if (IS_TOKEN[octet] === 1) return undefined;
        if (octet === CR) this.#phase = 'sizeEnd';
        else if (octet === SEMICOLON) this.#phase = 'nameStart';
        else if (octet === EQUALS) this.#phase = 'valueStart';
        else if (isBlank(octet)) this.#phase = 'nameEnd';
        else return 'invalidChunkExtension';
        return undefined;
      case 'nameEnd':
        if (octet === EQUALS) this.#phase = 'valueStart';
        else if (octet === SEMICOLON) this.#phase = 'nameStart';
        else if (!isBlank(octet)) return 'invalidChunkExtension';
        return undefined;
      default:
        return this.#extensionValue(octet);
    }
  }

  #extensionValue(octet: number): ChunkDefect | undefined {
    switch (this.#phase) {
      case 'valueStart':
        if (octet === QUOTE) this.#phase = 'quoted';
        else if (IS_TOKEN[octet] === 1) this.#phase = 'value';
        else if (!isBlank(octet)) return 'invalidChunkExtension';
        return undefined;
      case 'value':
        if (IS_TOKEN[octet] === 1) return undefined;
        if (octet === CR) this.#phase = 'sizeEnd';
        else if (octet === SEMICOLON) this.#phase = 'nameStart';
        else if (isBlank(octet)) this.#phase = 'extensionStart';
        else return 'invalidChunkExtension';
        return undefined;
      case 'quoted':
        if (octet === QUOTE) this.#phase = 'quotedEnd';
        else if (octet === BACKSLASH) this.#phase = 'quotedPair';
        else if (IS_FIELD_VALUE[octet] !== 1) return 'invalidChunkExtension';
        return undefined;
      case 'quotedPair':
        this.#phase = 'quoted';
        return IS_FIELD_VALUE[octet] === 1 ? undefined : 'invalidChunkExtension';
      default:
        // Behind the closing quotation mark.
        if (octet === CR) this.#phase = 'sizeEnd';
        else if (octet === SEMICOLON) this.#phase = 'nameStart';
        else if (isBlank(octet)) this.#phase = 'extensionStart';
        else return 'invalidChunkExtension';
        return undefined;
    }
  }
}

function isBlank(octet: number): boolean {
  return octet === SP || octet === HTAB;
}
