import { ErrorCode } from '#http/h2/error-code.ts';
import type { FrameOutput } from '#http/h2/frame-output.ts';
import { DEFAULT_WINDOW, Flag, FRAME_HEADER_BYTES } from '#http/h2/frame-type.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import { type Http2Stream, UNKNOWN_LENGTH } from '#http/h2/stream.ts';

export interface InboundDataOwner {
  connectionError(code: ErrorCode, details: string): void;
  streamError(streamId: number, code: ErrorCode, words: string): void;
  /** The body is longer or shorter than the message said it would be. */
  bodyLengthError(stream: Http2Stream): void;
  /** The peer's side of the stream is ended; after `onData` was told. */
  onRemoteEnd(stream: Http2Stream): void;
}

/** So many streams that nobody reads never stop the others of their connection. */
const STALLED_STREAMS = 1024;

/**
 * DATA as it comes, and the windows for it (RFC 9113 section 5.2). The peer gets back the
 * connection's window as soon as its bytes are read, so that no stream can stop the others, and a
 * stream's own when its bytes were passed on and somebody wants more of them. Whatever a stream's
 * window allows may come when nobody wants it any more, and has to be kept: so windows begin small
 * and grow while bodies are passed on, all of them together by one connection window.
 */
export class InboundData {
  readonly #owner: InboundDataOwner;
  readonly #output: FrameOutput;
  readonly #connectionMax: number;
  readonly #streamInitial: number;
  readonly #streamMax: number;
  readonly #growthStart: number;
  readonly #earlyMax: number;
  readonly #heldMax: number;
  #window: number;
  /** By how much windows of streams are larger than they began. */
  #grownBytes = 0;
  #uncreditedBytes = 0;
  /** Bytes of all streams that nobody wanted to read when they came, and that wait somewhere. */
  #heldBytes = 0;
  /* The present frame. */
  #stream: Http2Stream | undefined = undefined;
  #flags = 0;
  #frameBytes = 0;
  #dataBytes = 0;

  constructor(owner: InboundDataOwner, output: FrameOutput, options: Http2Options) {
    this.#owner = owner;
    this.#output = output;
    this.#connectionMax = Math.max(options.initialConnectionWindowSize, DEFAULT_WINDOW);
    this.#streamInitial = options.initialStreamWindowSize;
    this.#streamMax = options.streamWindowMax;
    // So much of a body can be passed on to somebody who takes none of it.
    this.#growthStart = options.streamBufferLimitBytes + DEFAULT_WINDOW;
    this.#earlyMax = options.streamBufferLimitBytes;
    this.#heldMax =
      this.#connectionMax + STALLED_STREAMS * Math.min(this.#streamInitial, DEFAULT_WINDOW);
    this.#window = this.#connectionMax;
  }

  /** What a new stream may send us; until the peer knows ours that is at least the default. */
  streamWindow(areSettingsKnown: boolean): number {
    return areSettingsKnown ? this.#streamInitial : Math.max(this.#streamInitial, DEFAULT_WINDOW);
  }

  /** Charges a frame to the connection; false: it is more than was allowed. */
  charge(length: number): boolean {
    if (length > this.#window) return false;
    this.#window -= length;
    this.#uncreditedBytes += length;
    this.#creditConnection();
    return true;
  }

  /** Only where large windows were configured can so much be held that all have to wait. */
  #creditConnection(): void {
    const bytes = this.#uncreditedBytes;
    if (bytes * 2 < this.#connectionMax || this.#heldBytes > this.#heldMax) return;
    this.#uncreditedBytes = 0;
    this.#window += bytes;
    this.#output.writeWindowUpdate(0, bytes);
  }

  /** A frame begins for a stream that can take it; false: it breaks a rule, and was answered. */
  begin(stream: Http2Stream, flags: number, length: number): boolean {
    if (length > stream.receiveWindow) {
      this.#owner.streamError(stream.id, ErrorCode.FLOW_CONTROL_ERROR, 'stream window');
      return false;
    }
    stream.receiveWindow -= length;
    stream.wireBytesReceived += FRAME_HEADER_BYTES + length;
    this.#stream = stream;
    this.#flags = flags;
    this.#frameBytes = length;
    this.#dataBytes = 0;
    return true;
  }

  onData(bytes: Buffer, start: number, end: number, isFrameEnd: boolean): void {
    const stream = this.#stream as Http2Stream;
    if (isFrameEnd) this.#stream = undefined;
    // It was reset while the frame came.
    if (stream.isRemoteEnded) return;
    const size = end - start;
    this.#dataBytes += size;
    stream.receivedBytes += size;
    const endStream = isFrameEnd && (this.#flags & Flag.END_STREAM) !== 0;
    const { bodyLength, receivedBytes } = stream;
    if (
      bodyLength !== UNKNOWN_LENGTH &&
      (endStream ? receivedBytes !== bodyLength : receivedBytes > bodyLength)
    ) {
      return this.#owner.bodyLengthError(stream);
    }
    if (endStream) {
      this.release(stream);
      stream.endRemote();
      stream.onData(bytes.subarray(start, end), true);
      this.#owner.onRemoteEnd(stream);
      return;
    }
    if (size > 0) stream.onData(bytes.subarray(start, end), false);
    if (stream.isRemoteEnded) return;
    const padding = isFrameEnd ? this.#frameBytes - this.#dataBytes : 0;
    this.#forwarded(stream, size, padding);
  }

  #forwarded(stream: Http2Stream, size: number, padding: number): void {
    stream.uncreditedBytes += size + padding;
    if (stream.readDisables > 0) {
      stream.heldBytes += size;
      this.#heldBytes += size;
      return;
    }
    this.#creditStream(stream);
  }

  #creditStream(stream: Http2Stream): void {
    const bytes = stream.uncreditedBytes;
    const window = this.#streamInitial + stream.grownBytes;
    if (bytes === 0 || bytes * 2 < window) return;
    const increment = bytes + this.#grow(stream, window);
    stream.uncreditedBytes = 0;
    stream.receiveWindow += increment;
    this.#output.writeWindowUpdate(stream.id, increment);
  }

  /**
   * Half the window was used and somebody takes it: the first time it becomes as large as what the
   * other side may keep, and when more than that was really taken, twice as large each time. Over a
   * long link bodies would come at 64 KiB for each round trip otherwise: so 1 MiB needs six of them
   * instead of twelve (Envoy, which begins with 16 MiB, one, if TCP is warm).
   */
  #grow(stream: Http2Stream, window: number): number {
    const wanted = stream.receivedBytes <= this.#growthStart ? this.#earlyMax : window * 2;
    const left = this.#connectionMax - this.#grownBytes;
    const bytes = Math.max(Math.min(wanted - window, this.#streamMax - window, left), 0);
    stream.grownBytes += bytes;
    this.#grownBytes += bytes;
    return bytes;
  }

  /** The stream was not read for a while: what it used of its window meanwhile is not given back. */
  #shrink(stream: Http2Stream, bytes: number): void {
    stream.grownBytes -= bytes;
    this.#grownBytes -= bytes;
    stream.uncreditedBytes -= bytes;
  }

  readDisable(stream: Http2Stream, isDisabled: boolean): void {
    stream.readDisables += isDisabled ? 1 : -1;
    if (stream.readDisables > 0) return;
    this.#forgetHeld(stream);
    if (stream.isRemoteEnded) return;
    this.#shrink(stream, Math.min(stream.grownBytes, stream.uncreditedBytes));
    this.#creditStream(stream);
  }

  /** Nothing more comes on the stream. */
  release(stream: Http2Stream): void {
    this.#grownBytes -= stream.grownBytes;
    stream.grownBytes = 0;
    this.#forgetHeld(stream);
  }

  /** What was held of a stream has gone on, or is forgotten with it. */
  #forgetHeld(stream: Http2Stream): void {
    if (stream.heldBytes === 0) return;
    this.#heldBytes -= stream.heldBytes;
    stream.heldBytes = 0;
    this.#creditConnection();
  }
}
