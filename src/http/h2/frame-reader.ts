import { Flag, FRAME_HEADER_BYTES, FrameType } from '#http/h2/frame-type.ts';
import { readUint31 } from '#http/h2/octets.ts';

/** What hears the frames of a connection. Bytes are valid only during the call. */
export interface FrameSink {
  /** A frame begins; `skip`: its payload is read past. It may stop the reader. */
  onFrameHeader(type: number, flags: number, streamId: number, length: number): 'read' | 'skip';
  /** A whole payload, `bytes[start..end)`; DATA comes through `onData` instead. */
  onFrame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void;
  /** A piece of the present DATA frame, without its padding; empty ones only if they are the last. */
  onData(bytes: Buffer, start: number, end: number, isFrameEnd: boolean): void;
  /** There is more padding than payload. */
  onPaddingDefect(): void;
}

/** What is being read: `padLength`, `data` and `padding` belong to a DATA frame. */
type Phase = 'header' | 'payload' | 'padLength' | 'data' | 'padding' | 'skip' | 'stopped';

/**
 * Cuts what arrives into frames (RFC 9113 section 4.1). DATA is passed on as it comes, the payloads
 * of other frames whole: in place, unless a read ended within one.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  #phase: Phase = 'header';
  #type = 0;
  #flags = 0;
  #streamId = 0;
  /** What of the payload (or of the data of a DATA frame) is still to come. */
  #left = 0;
  #padding = 0;
  /** A header or payload of which a part came. */
  #partial: Buffer | undefined = undefined;
  #partialLength = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Nothing more is read. */
  stop(): void {
    this.#phase = 'stopped';
    this.#partial = undefined;
  }

  read(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      switch (this.#phase) {
        case 'header':
          at = this.#readHeader(bytes, at, end);
          break;
        case 'payload':
          at = this.#readPayload(bytes, at, end);
          break;
        case 'padLength':
          this.#readPadLength(bytes, at++);
          break;
        case 'data':
          at = this.#readData(bytes, at, end);
          break;
        case 'padding':
        case 'skip':
          at = this.#readPast(at, end);
          break;
        case 'stopped':
          return;
      }
    }
  }

  #readHeader(bytes: Buffer, at: number, end: number): number {
    if (this.#partial !== undefined || end - at < FRAME_HEADER_BYTES) {
      const next = this.#collect(bytes, at, end, FRAME_HEADER_BYTES);
      const header = this.#partial as Buffer | undefined;
      if (header === undefined || this.#partialLength < FRAME_HEADER_BYTES) return next;
      this.#partial = undefined;
      this.#begin(header, 0, bytes, next);
      return next;
    }
    const next = at + FRAME_HEADER_BYTES;
    this.#begin(bytes, at, bytes, next);
    return next;
  }

  #begin(header: Buffer, at: number, bytes: Buffer, next: number): void {
    const length =
      ((header[at] as number) << 16) |
      ((header[at + 1] as number) << 8) |
      (header[at + 2] as number);
    const type = header[at + 3] as number;
    const flags = header[at + 4] as number;
    this.#type = type;
    this.#flags = flags;
    this.#streamId = readUint31(header, at + 5);
    this.#left = length;
    const verdict = this.#sink.onFrameHeader(type, flags, this.#streamId, length);
    if (this.#phase === 'stopped') return;
    if (verdict === 'skip') this.#phase = length === 0 ? 'header' : 'skip';
    else if (type === FrameType.DATA) this.#beginData(bytes, next);
    else if (length > 0) this.#phase = 'payload';
    else this.#sink.onFrame(type, flags, this.#streamId, bytes, next, next);
  }

  #beginData(bytes: Buffer, next: number): void {
    this.#padding = 0;
    if ((this.#flags & Flag.PADDED) !== 0) {
      this.#phase = this.#left === 0 ? 'header' : 'padLength';
      if (this.#left === 0) this.#sink.onPaddingDefect();
      return;
    }
    if (this.#left > 0) this.#phase = 'data';
    else this.#sink.onData(bytes, next, next, true);
  }

  #readPadLength(bytes: Buffer, at: number): void {
    const padding = bytes[at] as number;
    this.#left -= 1 + padding;
    this.#padding = padding;
    if (this.#left < 0) return this.#sink.onPaddingDefect();
    this.#phase = 'data';
    if (this.#left === 0) this.#endData(bytes, at, at);
  }

  #readData(bytes: Buffer, at: number, end: number): number {
    const next = Math.min(end, at + this.#left);
    this.#left -= next - at;
    if (this.#left === 0) this.#endData(bytes, at, next);
    else this.#sink.onData(bytes, at, next, false);
    return next;
  }

  #endData(bytes: Buffer, start: number, end: number): void {
    this.#left = this.#padding;
    this.#phase = this.#padding > 0 ? 'padding' : 'header';
    this.#sink.onData(bytes, start, end, true);
  }

  #readPast(at: number, end: number): number {
    const next = Math.min(end, at + this.#left);
    this.#left -= next - at;
    if (this.#left === 0) this.#phase = 'header';
    return next;
  }

  #readPayload(bytes: Buffer, at: number, end: number): number {
    const length = this.#left;
    if (this.#partial === undefined && end - at >= length) {
      this.#phase = 'header';
      this.#sink.onFrame(this.#type, this.#flags, this.#streamId, bytes, at, at + length);
      return at + length;
    }
    const next = this.#collect(bytes, at, end, length);
    if (this.#partialLength < length) return next;
    const payload = this.#partial as unknown as Buffer;
    this.#partial = undefined;
    this.#phase = 'header';
    this.#sink.onFrame(this.#type, this.#flags, this.#streamId, payload, 0, length);
    return next;
  }

  /** Adds what came to `#partial`, which is to hold `length` bytes. */
  #collect(bytes: Buffer, at: number, end: number, length: number): number {
    if (this.#partial === undefined) {
      this.#partial = Buffer.allocUnsafe(length);
      this.#partialLength = 0;
    }
    const next = Math.min(end, at + length - this.#partialLength);
    bytes.copy(this.#partial, this.#partialLength, at, next);
    this.#partialLength += next - at;
    return next;
  }
}
