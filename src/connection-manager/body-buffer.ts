/** Small pieces are joined into chunks of this size, or each byte could cost a hundred. */
const CHUNK_BYTES = 4096;

/** Body bytes that a filter holds back. They are copied on the way in: callers reuse theirs. */
export class BodyBuffer {
  readonly #chunks: Buffer[] = [];
  /** Behind those, a chunk that is not full. */
  #open: Buffer | undefined = undefined;
  #openBytes = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get chunks(): readonly Buffer[] {
    const open = this.#open;
    return open === undefined ? this.#chunks : [...this.#chunks, open.subarray(0, this.#openBytes)];
  }

  add(bytes: Buffer): void {
    const { length } = bytes;
    if (length === 0) return;
    this.#length += length;
    const at = this.#fillOpen(bytes);
    if (at === length) return;
    // A body that comes in one piece takes no more than it is.
    if (this.#chunks.length === 0 || length - at >= CHUNK_BYTES) {
      this.#chunks.push(Buffer.from(bytes.subarray(at)));
      return;
    }
    this.#open = Buffer.allocUnsafe(CHUNK_BYTES);
    this.#openBytes = bytes.copy(this.#open, 0, at);
  }

  /** Returns how much of the bytes found room. */
  #fillOpen(bytes: Buffer): number {
    const open = this.#open;
    if (open === undefined) return 0;
    const size = bytes.copy(open, this.#openBytes);
    this.#openBytes += size;
    if (this.#openBytes === CHUNK_BYTES) {
      this.#chunks.push(open);
      this.#open = undefined;
    }
    return size;
  }

  /** Everything as one buffer; the buffer is empty afterwards. */
  takeAll(): Buffer {
    const { chunks } = this;
    const [only] = chunks;
    const all = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
    this.#chunks.length = 0;
    this.#open = undefined;
    this.#openBytes = 0;
    this.#length = 0;
    return all;
  }
}
