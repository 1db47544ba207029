const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * Finds where HTTP/1.1 responses with a content-length end, one at a time, on a connection that never has
 * more than one request under way. Just enough of HTTP for a load generator of our own.
 */
export class ResponseReader {
  #status = 0;
  /** Bytes of the response still to come; undefined while the head has not ended. */
  #missing: number | undefined;
  #head: Buffer = Buffer.alloc(0);

  /** Takes what was read; gives the status once the response is whole. */
  read(buffer: Buffer, length: number): number | undefined {
    if (this.#missing === undefined) this.#readHead(buffer.subarray(0, length));
    else this.#missing -= length;
    if (this.#missing === undefined || this.#missing > 0) return undefined;
    this.#missing = undefined;
    this.#head = Buffer.alloc(0);
    return this.#status;
  }

  #readHead(bytes: Buffer): void {
    // The buffer is the caller's and is overwritten by the next read, so a head in parts is copied.
    const head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    const end = head.indexOf(HEAD_END);
    if (end < 0) {
      this.#head = Buffer.from(head);
      return;
    }
    const text = head.toString('latin1', 0, end);
    this.#status = Number(text.slice(9, 12));
    const contentLength = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? '0';
    this.#missing = end + HEAD_END.length + Number(contentLength) - head.length;
  }
}
