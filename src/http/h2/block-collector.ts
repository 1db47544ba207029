import type { BlockOverflow } from '#http/h2/block-defect.ts';
import { FRAME_PAYLOAD_MAX } from '#http/h2/frame-type.ts';

/** CONTINUATION frames beyond those that a block of the largest size needs. */
const SPARE_CONTINUATIONS = 8;
/** Blocks may be larger than what their fields may come to, but not without end. */
const BLOCK_BYTES_MIN = 65_536;

/**
 * Puts together a header block that comes in several frames (RFC 9113 section 6.10). Its size and
 * the number of its frames are limited, since it has to be kept until its last frame.
 */
export class BlockCollector {
  readonly #bytesMax: number;
  readonly #framesMax: number;
  #block: Buffer | undefined = undefined;
  #length = 0;
  #frames = 0;
  /** The stream whose block is incomplete; 0: there is none. */
  streamId = 0;
  /** Of the HEADERS frame. */
  flags = 0;

  constructor(headersBytesMax: number) {
    this.#bytesMax = Math.max(headersBytesMax * 2, BLOCK_BYTES_MIN);
    this.#framesMax = Math.ceil(headersBytesMax / FRAME_PAYLOAD_MAX) + SPARE_CONTINUATIONS;
  }

  get block(): Buffer {
    return this.#block as Buffer;
  }

  get length(): number {
    return this.#length;
  }

  begin(streamId: number, flags: number, bytes: Buffer, start: number, end: number): void {
    this.streamId = streamId;
    this.flags = flags;
    this.#frames = 0;
    this.#length = end - start;
    this.#block = Buffer.allocUnsafe(Math.max(this.#length * 2, 1024));
    bytes.copy(this.#block, 0, start, end);
  }

  /** Adds a CONTINUATION frame; tells what is too much. */
  add(bytes: Buffer, start: number, end: number): BlockOverflow | undefined {
    const length = this.#length + end - start;
    if (++this.#frames > this.#framesMax) return 'tooManyFields';
    if (length > this.#bytesMax) return 'tooLarge';
    if (length > this.block.length) {
      const grown = Buffer.allocUnsafe(length * 2);
      this.block.copy(grown, 0, 0, this.#length);
      this.#block = grown;
    }
    bytes.copy(this.block, this.#length, start, end);
    this.#length = length;
    return undefined;
  }

  clear(): void {
    this.#block = undefined;
    this.streamId = 0;
  }
}
