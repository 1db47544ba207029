/** Bytes of a body that come into `grpc-message`, unless all of it is there at once. */
const MESSAGE_MAX = 16_384;

/** The body of an answer that is not gRPC; what is kept of it becomes the call's message. */
export class ForeignBody {
  readonly #parts: Buffer[] = [];
  #length = 0;

  add(bytes: Buffer): void {
    if (this.#length >= MESSAGE_MAX) return;
    const part = Buffer.from(bytes.subarray(0, MESSAGE_MAX - this.#length));
    this.#parts.push(part);
    this.#length += part.length;
  }

  /** With the last bytes of the body, as a byte string. */
  finish(last: Buffer): string {
    if (this.#parts.length === 0) return last.toString('latin1');
    this.add(last);
    return Buffer.concat(this.#parts).toString('latin1');
  }
}
