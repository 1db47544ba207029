import { ErrorCode } from '#http/h2/error-code.ts';
import type { FrameSink } from '#http/h2/frame-reader.ts';
import { Flag, FRAME_PAYLOAD_MAX, FrameType } from '#http/h2/frame-type.ts';
import type { InboundFlood, InboundFloods } from '#http/h2/inbound-floods.ts';
import { readUint31, readUint32 } from '#http/h2/octets.ts';
import { SETTING_BYTES } from '#http/h2/peer-settings.ts';

/** What hears of frames whose form is right. */
export interface FrameHandler {
  /** The connection cannot go on. */
  connectionError(code: ErrorCode, details: string): void;
  onInboundFlood(flood: InboundFlood): void;
  /** A DATA frame begins; false: nobody wants what is in it. */
  onDataFrame(streamId: number, flags: number, length: number): boolean;
  onData(bytes: Buffer, start: number, end: number, isFrameEnd: boolean): void;
  /**
   * The first fragment of a header block; without END_HEADERS more follow. `dependsOnItself`: its
   * priority says so, which is a stream error.
   */
  onHeaders(
    streamId: number,
    flags: number,
    dependsOnItself: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void;
  onFragment(bytes: Buffer, start: number, end: number, isLast: boolean): void;
  /** The header block goes on for more frames than are allowed. */
  onTooManyFragments(): void;
  streamError(streamId: number, code: ErrorCode, words: string): void;
  onResetFrame(streamId: number, code: ErrorCode): void;
  onSettings(bytes: Buffer, start: number, end: number): void;
  onSettingsAck(): void;
  onPing(isAck: boolean, bytes: Buffer, start: number): void;
  onGoAwayFrame(lastStreamId: number, code: ErrorCode): void;
  onWindowUpdate(streamId: number, increment: number): void;
}

const PRIORITY_BYTES = 5;

/** Checks the form of frames (RFC 9113 section 6) and passes on what they say. */
export class FrameDispatcher implements FrameSink {
  readonly #handler: FrameHandler;
  readonly #floods: InboundFloods;
  readonly #continuationsMax: number;
  #hasSettings = false;
  /** The stream whose header block has not come to its end; 0: there is none. */
  #openStreamId = 0;
  /** Of that block, so far. */
  #continuations = 0;
  /** Of the present DATA frame. */
  #dataFlags = 0;
  #dataBytes = 0;

  /**
   * `continuationsMax`: so many CONTINUATION frames may a header block have. How large it is does not
   * matter, as it is not kept, but one that never ends would be work for nothing (CVE-2024-27316).
   */
  constructor(handler: FrameHandler, floods: InboundFloods, continuationsMax: number) {
    this.#handler = handler;
    this.#floods = floods;
    this.#continuationsMax = continuationsMax;
  }

  onFrameHeader(type: number, flags: number, streamId: number, length: number): 'read' | 'skip' {
    const isExpected = this.#checkOrder(type, flags, streamId);
    if (!isExpected) return 'skip';
    if (length > FRAME_PAYLOAD_MAX) return this.#fail(ErrorCode.FRAME_SIZE_ERROR, 'frame size');
    if (type === FrameType.DATA) {
      if (streamId === 0) return this.#fail(ErrorCode.PROTOCOL_ERROR, 'DATA without a stream');
      this.#dataFlags = flags;
      this.#dataBytes = 0;
      return this.#handler.onDataFrame(streamId, flags, length) ? 'read' : 'skip';
    }
    if (type > FrameType.CONTINUATION) return 'skip';
    const flood = this.#floods.other(type);
    if (flood === undefined) return 'read';
    this.#handler.onInboundFlood(flood);
    return 'skip';
  }

  #checkOrder(type: number, flags: number, streamId: number): boolean {
    if (!this.#hasSettings) {
      // Section 3.4: SETTINGS come first.
      if (type === FrameType.SETTINGS && (flags & Flag.ACK) === 0) this.#hasSettings = true;
      else this.#fail(ErrorCode.PROTOCOL_ERROR, 'no SETTINGS at the beginning');
      return this.#hasSettings;
    }
    const open = this.#openStreamId;
    const isContinuation = type === FrameType.CONTINUATION;
    if (open === 0 ? !isContinuation : isContinuation && streamId === open) return true;
    this.#fail(ErrorCode.PROTOCOL_ERROR, 'CONTINUATION out of place');
    return false;
  }

  #fail(code: ErrorCode, details: string): 'skip' {
    this.#handler.connectionError(code, details);
    return 'skip';
  }

  onPaddingDefect(): void {
    this.#fail(ErrorCode.PROTOCOL_ERROR, 'padding');
  }

  onData(bytes: Buffer, start: number, end: number, isFrameEnd: boolean): void {
    this.#dataBytes += end - start;
    if (isFrameEnd) {
      const flood = this.#floods.payload(this.#dataFlags, this.#dataBytes);
      if (flood !== undefined) return this.#handler.onInboundFlood(flood);
    }
    this.#handler.onData(bytes, start, end, isFrameEnd);
  }

  onFrame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    switch (type) {
      case FrameType.HEADERS:
        this.#onHeaders(flags, streamId, bytes, start, end);
        return;
      case FrameType.CONTINUATION:
        this.#onContinuation(flags, bytes, start, end);
        return;
      case FrameType.SETTINGS:
        this.#onSettings(flags, streamId, bytes, start, end);
        return;
      case FrameType.PING:
        if (!this.#isWellFormed(streamId === 0, end - start === 8)) return;
        this.#handler.onPing((flags & Flag.ACK) !== 0, bytes, start);
        return;
      case FrameType.WINDOW_UPDATE:
        if (!this.#isWellFormed(true, end - start === 4)) return;
        this.#handler.onWindowUpdate(streamId, readUint31(bytes, start));
        return;
      case FrameType.RST_STREAM:
        if (!this.#isWellFormed(streamId !== 0, end - start === 4)) return;
        this.#handler.onResetFrame(streamId, readUint32(bytes, start));
        return;
      case FrameType.PRIORITY:
        this.#onPriority(streamId, bytes, start, end);
        return;
      case FrameType.GOAWAY:
        if (!this.#isWellFormed(streamId === 0, end - start >= 8)) return;
        this.#handler.onGoAwayFrame(readUint31(bytes, start), readUint32(bytes, start + 4));
        return;
      case FrameType.PUSH_PROMISE:
        // Clients must not push, and to servers we say that they must not either.
        this.#fail(ErrorCode.PROTOCOL_ERROR, 'PUSH_PROMISE');
        return;
    }
  }

  #isWellFormed(isStreamRight: boolean, isLengthRight: boolean): boolean {
    if (!isStreamRight) this.#fail(ErrorCode.PROTOCOL_ERROR, 'stream of a frame');
    else if (!isLengthRight) this.#fail(ErrorCode.FRAME_SIZE_ERROR, 'frame size');
    return isStreamRight && isLengthRight;
  }

  #onHeaders(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId === 0) {
      this.#fail(ErrorCode.PROTOCOL_ERROR, 'HEADERS without a stream');
      return;
    }
    let from = start;
    let padding = 0;
    if ((flags & Flag.PADDED) !== 0) padding = from < end ? (bytes[from++] as number) : 1;
    let dependsOnItself = false;
    if ((flags & Flag.PRIORITY) !== 0) {
      if (end - from >= PRIORITY_BYTES) dependsOnItself = readUint31(bytes, from) === streamId;
      from += PRIORITY_BYTES;
    }
    const to = end - padding;
    if (to < from) return this.onPaddingDefect();
    const flood = this.#floods.payload(flags, to - from);
    if (flood !== undefined) return this.#handler.onInboundFlood(flood);
    if ((flags & Flag.END_HEADERS) === 0) {
      this.#openStreamId = streamId;
      this.#continuations = 0;
    }
    this.#handler.onHeaders(streamId, flags, dependsOnItself, bytes, from, to);
  }

  #onContinuation(flags: number, bytes: Buffer, start: number, end: number): void {
    const flood = this.#floods.payload(0, end - start);
    if (flood !== undefined) return this.#handler.onInboundFlood(flood);
    if (++this.#continuations > this.#continuationsMax) return this.#handler.onTooManyFragments();
    const isLast = (flags & Flag.END_HEADERS) !== 0;
    if (isLast) this.#openStreamId = 0;
    this.#handler.onFragment(bytes, start, end, isLast);
  }

  #onSettings(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    const isAck = (flags & Flag.ACK) !== 0;
    const length = end - start;
    const isLengthRight = isAck ? length === 0 : length % SETTING_BYTES === 0;
    if (!this.#isWellFormed(streamId === 0, isLengthRight)) return;
    if (isAck) this.#handler.onSettingsAck();
    else this.#handler.onSettings(bytes, start, end);
  }

  /** Priorities are not followed (section 5.3.2), but they have to be right. */
  #onPriority(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId === 0) {
      this.#fail(ErrorCode.PROTOCOL_ERROR, 'PRIORITY without a stream');
    } else if (end - start !== PRIORITY_BYTES) {
      this.#handler.streamError(streamId, ErrorCode.FRAME_SIZE_ERROR, 'frame size');
    } else if (readUint31(bytes, start) === streamId) {
      this.#handler.streamError(streamId, ErrorCode.PROTOCOL_ERROR, 'depends on itself');
    }
  }
}
