/** Small pieces are joined into chunks of this size. */
const CHUNK_BYTES = 4096;

/** Body bytes of one stream that wait for its window or the socket: copies, oldest first. */
export class PendingData {
  readonly #chunks: Buffer[] = [];
  /** Where the first chunk's bytes begin, and the last one's end. */
  #start = 0;
  #end = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(bytes: Buffer, start: number, end: number): void {
    let at = start;
    this.#length += end - start;
    const last = this.#chunks.at(-1);
    if (last !== undefined) {
      const size = Math.min(last.length - this.#end, end - at);
      bytes.copy(last, this.#end, at, at + size);
      this.#end += size;
      at += size;
    }
    if (at === end) return;
    // One small message alone takes no more than it is; several share a chunk.
    const room = last === undefined ? end - at : Math.max(CHUNK_BYTES, end - at);
    const chunk = Buffer.allocUnsafe(room);
    bytes.copy(chunk, 0, at, end);
    this.#chunks.push(chunk);
    this.#end = end - at;
  }

  /** Moves the oldest `length` bytes to `into[at..]`. */
  take(into: Buffer, at: number, length: number): void {
    let done = 0;
    while (done < length) {
      const chunk = this.#chunks[0] as Buffer;
      const chunkEnd = this.#chunks.length === 1 ? this.#end : chunk.length;
      const size = Math.min(chunkEnd - this.#start, length - done);
      chunk.copy(into, at + done, this.#start, this.#start + size);
      done += size;
      this.#start += size;
      if (this.#start < chunkEnd) continue;
      this.#chunks.shift();
      this.#start = 0;
    }
    this.#length -= length;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#start = 0;
    this.#end = 0;
    this.#length = 0;
  }
}
