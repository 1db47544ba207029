/** Bytes before a message: one of flags, four of the length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export const GRPC_FRAME_HEADER_LENGTH = 5;

/**
 * Follows the length-prefixed messages of a gRPC body through chunks that are cut anywhere. Holds
 * nothing but its place. Subclasses hear where messages begin and end.
 */
export class GrpcFrameReader {
  /** Messages that have begun. */
  count = 0;
  /** Bytes of the header that were read. */
  #headerRead = 0;
  #messageLeft = 0;

  /** Reads on; the number of messages that began in the chunk. */
  read(bytes: Buffer): number {
    const before = this.count;
    let at = 0;
    while (at < bytes.length) at = this.#step(bytes, at);
    return this.count - before;
  }

  #step(bytes: Buffer, at: number): number {
    if (this.#headerRead === GRPC_FRAME_HEADER_LENGTH) {
      const end = Math.min(at + this.#messageLeft, bytes.length);
      this.onMessageBytes(bytes, at, end);
      this.#messageLeft -= end - at;
      if (this.#messageLeft === 0) this.#endMessage(end);
      return end;
    }
    const byte = bytes[at] as number;
    if (this.#headerRead === 0) {
      this.count++;
      this.#messageLeft = 0;
      this.onMessageStart(byte);
    } else {
      this.#messageLeft = this.#messageLeft * 256 + byte;
    }
    this.#headerRead++;
    if (this.#headerRead === GRPC_FRAME_HEADER_LENGTH && this.#messageLeft === 0) {
      this.#endMessage(at + 1);
    }
    return at + 1;
  }

  #endMessage(end: number): void {
    this.#headerRead = 0;
    this.onMessageEnd(end);
  }

  protected onMessageStart(_flags: number): void {}

  /** Part of a message: `bytes` from `start` to before `end`. */
  protected onMessageBytes(_bytes: Buffer, _start: number, _end: number): void {}

  /** The message is complete; `end` is the place behind it in the chunk. */
  protected onMessageEnd(_end: number): void {}
}

/** The header of a message of that many bytes, not compressed. */
export function grpcFrameHeader(messageLength: number): Buffer {
  const header = Buffer.alloc(GRPC_FRAME_HEADER_LENGTH);
  header.writeUInt32BE(messageLength, 1);
  return header;
}
