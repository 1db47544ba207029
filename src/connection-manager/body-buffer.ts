/** Body bytes that a filter holds back. They are copied on the way in: callers reuse theirs. */
export class BodyBuffer {
  readonly #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get chunks(): readonly Buffer[] {
    return this.#chunks;
  }

  add(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#chunks.push(Buffer.from(bytes));
    this.#length += bytes.length;
  }

  /** Everything as one buffer; the buffer is empty afterwards. */
  takeAll(): Buffer {
    const [only] = this.#chunks;
    const all =
      this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    this.#chunks.length = 0;
    this.#length = 0;
    return all;
  }
}
