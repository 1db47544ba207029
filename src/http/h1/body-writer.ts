import { type Framing, parseContentLength } from '#http/h1/framing.ts';
import type { HeaderCasing } from '#http/header-casing.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { Connection } from '#network/connection.ts';

const LAST_CHUNK = '0\r\n\r\n';

/**
 * Writes the body of one message as its head announced it. A body of known length never becomes
 * longer than was said; one that ends short is reported, since the next message would be taken for
 * its rest.
 */
export class BodyWriter {
  readonly #connection: Connection;
  #framing: Framing = 'none';
  #remaining = 0;
  /** What was written for the present stream, in bytes; heads count themselves. */
  wireBytesSent = 0;
  /** How much of that were the lines of header fields and trailers. */
  headerBytesSent = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Another stream begins. */
  resetBytes(): void {
    this.wireBytesSent = 0;
    this.headerBytesSent = 0;
  }

  get framing(): Framing {
    return this.#framing;
  }

  begin(framing: Framing): void {
    this.#framing = framing;
  }

  /** A body of the length that the headers say; false when they say none that can be understood. */
  beginLength(headers: HeaderMap): boolean {
    const length = parseContentLength(headers.getKnown(HeaderName['content-length']) ?? '');
    this.#framing = 'length';
    this.#remaining = length ?? 0;
    return length !== undefined;
  }

  write(bytes: Buffer): void {
    const { length } = bytes;
    if (length === 0) return;
    const connection = this.#connection;
    switch (this.#framing) {
      case 'none':
        return;
      case 'untilClose':
        this.wireBytesSent += length;
        connection.writeBytes(bytes);
        return;
      case 'length': {
        const taken = Math.min(length, this.#remaining);
        this.#remaining -= taken;
        this.wireBytesSent += taken;
        connection.writeBytes(taken === length ? bytes : bytes.subarray(0, taken));
        return;
      }
      case 'chunked': {
        const size = `${length.toString(16)}\r\n`;
        this.wireBytesSent += size.length + length + 2;
        connection.write(size);
        connection.writeBytes(bytes);
        connection.write('\r\n');
      }
    }
  }

  /** The body is complete. False: it is shorter than was said. */
  end(): boolean {
    if (this.#framing === 'chunked') this.#writeText(LAST_CHUNK);
    return this.#framing !== 'length' || this.#remaining === 0;
  }

  /** The body is complete, and these fields come after it where there is a place for them. */
  endWithTrailers(trailers: HeaderMap | undefined, casing: HeaderCasing | undefined): boolean {
    if (this.#framing !== 'chunked' || trailers === undefined) return this.end();
    const lines = trailers.toHttp1Lines(casing);
    this.headerBytesSent += lines.length;
    this.#writeText(`0\r\n${lines}\r\n`);
    return true;
  }

  /** Writes a head, of which `headerBytes` are its fields. */
  writeHead(head: string, headerBytes: number): void {
    this.headerBytesSent += headerBytes;
    this.#writeText(head);
  }

  #writeText(text: string): void {
    this.wireBytesSent += text.length;
    this.#connection.write(text);
  }
}
