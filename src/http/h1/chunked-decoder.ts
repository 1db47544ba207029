import { CR, HEX_VALUE_PLUS_ONE, IS_FIELD_VALUE, LF, SEMICOLON } from '#http/h1/octets.ts';

/** Hexadecimal digits of a chunk size: 2^52 bytes are more than any body. */
const SIZE_DIGITS_MAX = 13;
/** All chunk extensions of a message together (RFC 9112 section 7.1.1 asks for a limit). */
const EXTENSION_BYTES_MAX = 16_384;

export type ChunkDefect = 'invalidChunkSize' | 'invalidChunkEnd' | 'chunkExtensionsTooLarge';

/** `trailers` means: the last chunk was read and the trailer section begins at `position`. */
export type ChunkOutcome = 'needMore' | 'trailers' | ChunkDefect;

type Phase =
  | 'sizeStart'
  | 'size'
  | 'extension'
  | 'sizeEnd'
  | 'data'
  | 'dataEnd'
  | 'dataEndLf'
  | 'done';

/**
 * Takes the chunked coding of RFC 9112 section 7.1 apart. Any cut of the input is fine. Chunk
 * extensions are read past and never forwarded; only CRLF ends a line.
 */
export class ChunkedDecoder {
  /** After `decode`: the first octet that was not used up. */
  position = 0;
  #phase: Phase = 'sizeStart';
  #remaining = 0;
  #digits = 0;
  #extensionBytes = 0;

  /** Reads `bytes[start..end)`; chunk data goes to `onData` piece by piece. */
  decode(
    bytes: Buffer,
    start: number,
    end: number,
    onData: (bytes: Buffer, from: number, to: number) => void,
  ): ChunkOutcome {
    let at = start;
    while (at < end) {
      if (this.#phase === 'data') {
        const to = Math.min(end, at + this.#remaining);
        this.#remaining -= to - at;
        if (this.#remaining === 0) this.#phase = 'dataEnd';
        // The state is complete before the callback: it may end the stream.
        onData(bytes, at, to);
        at = to;
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
      case 'extension':
        return this.#extension(octet);
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
    }
  }

  #size(octet: number): ChunkDefect | undefined {
    const valuePlusOne = HEX_VALUE_PLUS_ONE[octet] as number;
    if (valuePlusOne !== 0) {
      if (++this.#digits > SIZE_DIGITS_MAX) return 'invalidChunkSize';
      this.#remaining = this.#remaining * 16 + valuePlusOne - 1;
      this.#phase = 'size';
      return undefined;
    }
    if (this.#phase === 'sizeStart') return 'invalidChunkSize';
    if (octet === CR) this.#phase = 'sizeEnd';
    else if (octet === SEMICOLON) this.#phase = 'extension';
    else return 'invalidChunkSize';
    return undefined;
  }

  #extension(octet: number): ChunkDefect | undefined {
    if (octet === CR) {
      this.#phase = 'sizeEnd';
      return undefined;
    }
    if (IS_FIELD_VALUE[octet] !== 1) return 'invalidChunkSize';
    return ++this.#extensionBytes > EXTENSION_BYTES_MAX ? 'chunkExtensionsTooLarge' : undefined;
  }
}
