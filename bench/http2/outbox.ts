import type { Socket } from 'node:net';

const INITIAL_BYTES = 65_536;

/** Collects frames and writes them to the socket at once. */
export class Outbox {
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Makes room for so many bytes; gives where they go in {@link buffer}. */
  reserve(bytes: number): number {
    const at = this.#length;
    if (at + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, at + bytes));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    this.#length = at + bytes;
    return at;
  }

  get buffer(): Buffer {
    return this.#buffer;
  }

  add(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.#buffer.set(bytes, at);
  }

  flush(): void {
    if (this.#length === 0) return;
    this.#socket.write(this.#buffer.subarray(0, this.#length));
    // What the kernel has not taken is still needed.
    if (this.#socket.writableLength > 0) this.#buffer = Buffer.allocUnsafe(INITIAL_BYTES);
    this.#length = 0;
  }
}
