import { GrpcFrameReader } from '#http/grpc-frame-reader.ts';

/** The flag of the last message of a Connect stream, which is JSON and says how the call ended. */
const CONNECT_END_FLAG = 2;
/** A last message that is longer counts as malformed, in bytes. */
const END_MESSAGE_MAX = 65_536;

/** Counts the messages of a response; that which ends a Connect stream is none. */
export class ResponseMessageCounter extends GrpcFrameReader {
  #endParts: Buffer[] | undefined = undefined;
  #endLength = 0;
  #isEndRead = false;

  /** Messages so far. */
  get messages(): number {
    return this.#endParts === undefined ? this.count : this.count - 1;
  }

  /** Whether the stream ended with a message that tells of no error. */
  get isConnectSuccess(): boolean {
    if (!this.#isEndRead || this.#endLength > END_MESSAGE_MAX) return false;
    try {
      const end: unknown = JSON.parse(Buffer.concat(this.#endParts ?? []).toString());
      return typeof end === 'object' && end !== null && !hasErrorCode(end);
    } catch {
      return false;
    }
  }

  protected override onMessageStart(flags: number): void {
    if (this.#endParts !== undefined) {
      // Nothing comes after the end: what does is not counted.
      this.count--;
    } else if ((flags & CONNECT_END_FLAG) !== 0) {
      this.#endParts = [];
    }
  }

  protected override onMessageBytes(bytes: Buffer, start: number, end: number): void {
    if (this.#endParts === undefined || this.#isEndRead) return;
    this.#endLength += end - start;
    if (this.#endLength <= END_MESSAGE_MAX) {
      this.#endParts.push(Buffer.from(bytes.subarray(start, end)));
    }
  }

  protected override onMessageEnd(): void {
    if (this.#endParts !== undefined) this.#isEndRead = true;
  }
}

function hasErrorCode(end: object): boolean {
  const error: unknown = 'error' in end ? end.error : undefined;
  return typeof error === 'object' && error !== null && 'code' in error;
}
