import { GrpcFrameReader } from '#http/grpc-frame-reader.ts';

const NOTHING = Buffer.alloc(0);

/**
 * Encodes each message of a gRPC body, with its header, as base64 of its own, so that clients can
 * decode one when it is complete. Holds at most two bytes of a message back.
 */
export class MessageTextEncoder extends GrpcFrameReader {
  /** Where messages of the chunk at hand end. */
  readonly #ends: number[] = [];
  /** What is not encoded yet, since base64 takes three bytes at a time. */
  #rest: Buffer = NOTHING;

  /** The text of what is known by now; may be empty. */
  encode(bytes: Buffer): Buffer {
    this.#ends.length = 0;
    this.read(bytes);
    let text = '';
    let start = 0;
    for (const end of this.#ends) {
      text += this.#encodePart(bytes.subarray(start, end), true);
      start = end;
    }
    text += this.#encodePart(bytes.subarray(start), false);
    return Buffer.from(text, 'latin1');
  }

  /** What is left when a body ends within a message. */
  flush(): Buffer {
    return Buffer.from(this.#encodePart(NOTHING, true), 'latin1');
  }

  protected override onMessageEnd(end: number): void {
    this.#ends.push(end);
  }

  #encodePart(bytes: Buffer, isEnd: boolean): string {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const length = isEnd ? all.length : all.length - (all.length % 3);
    this.#rest = length === all.length ? NOTHING : Buffer.from(all.subarray(length));
    return all.toString('base64', 0, length);
  }
}
