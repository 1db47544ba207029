import { ErrorCode } from '#http/h2/error-code.ts';
import type { FrameOutput } from '#http/h2/frame-output.ts';
import { DEFAULT_WINDOW, FRAME_HEADER_BYTES, FRAME_PAYLOAD_MAX } from '#http/h2/frame-type.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import type { InboundFloods } from '#http/h2/inbound-floods.ts';
import { SendQueue } from '#http/h2/send-queue.ts';
import { type Http2Stream, NO_RESET } from '#http/h2/stream.ts';
import { HeaderMap } from '#http/header-map.ts';
import type { Connection } from '#network/connection.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = http2Stats;

/** Larger frames than this make other streams wait, whatever the peer allows. */
const DATA_FRAME_MAX = 65_536;
const NO_BYTES = Buffer.alloc(0);

/** Who hears of what became of the bodies. */
export interface OutboundDataOwner {
  /** END_STREAM was written for this stream. */
  onLocalEnd(stream: Http2Stream): void;
  /** A message is written to its end, some of it waits, and that may take long. */
  onEndWaits(stream: Http2Stream): void;
  /** The RST_STREAM that waited for the end of the stream was written. */
  onResetSent(stream: Http2Stream): void;
  /** What is pending of this stream rose above the limit, or fell below half of it. */
  onPendingChanged(stream: Http2Stream): void;
}

/**
 * Sends bodies as far as the windows and the socket allow (RFC 9113 section 5.2). The rest waits in
 * its stream, and the streams that wait take turns, frame by frame.
 */
export class OutboundData {
  readonly #connection: Connection;
  readonly #owner: OutboundDataOwner;
  readonly #output: FrameOutput;
  readonly #stats: StatBlock;
  readonly #floods: InboundFloods;
  /** Streams with pending bytes and window for them: there are some only while all have to wait. */
  readonly #queue = new SendQueue();
  readonly #pendingMax: number;
  #isDraining = false;
  /** What the peer lets us send on all streams together. */
  window: number = DEFAULT_WINDOW;
  /** The largest payload that we send, at most what the peer takes. */
  #frameMax: number = FRAME_PAYLOAD_MAX;

  constructor(
    connection: Connection,
    owner: OutboundDataOwner,
    output: FrameOutput,
    pendingMax: number,
    stats: StatBlock,
    floods: InboundFloods,
  ) {
    this.#connection = connection;
    this.#owner = owner;
    this.#output = output;
    this.#stats = stats;
    this.#floods = floods;
    this.#pendingMax = pendingMax;
  }

  setPeerFrameMax(bytes: number): void {
    this.#frameMax = Math.min(bytes, DATA_FRAME_MAX);
  }

  /** Sends a piece of the body, or as much as may go; the rest is copied. */
  sendData(stream: Http2Stream, bytes: Buffer, endStream: boolean): void {
    if (stream.isLocalEndWritten) return;
    const { length } = bytes;
    let at = 0;
    if (stream.pendingBytes === 0 && this.#queue.isEmpty) {
      if (length > 0) at = this.#writeData(stream, bytes, endStream);
      else if (endStream) this.#writeDataFrame(stream, NO_BYTES, 0, 0, true);
      if (at === length) return;
    }
    if (endStream) stream.tail = 'end';
    if (at < length) {
      stream.append(bytes, at, length);
      this.#stats.add(field.pending_send_bytes, length - at);
      this.#checkPending(stream);
    }
    if (endStream && stream.pendingBytes > 0) this.#owner.onEndWaits(stream);
    if (stream.sendWindow > 0 && stream.pendingBytes > 0) this.#queue.push(stream);
    else if (endStream && stream.pendingBytes === 0) this.#sendTail(stream);
  }

  /** Ends the body with trailers. */
  sendTrailers(stream: Http2Stream, trailers: HeaderMap): void {
    if (stream.isLocalEndWritten) return;
    if (trailers.size === 0) return this.sendData(stream, NO_BYTES, true);
    if (stream.pendingBytes === 0) return this.#writeTrailers(stream, trailers);
    // The map belongs to somebody who is through with it.
    const copy = new HeaderMap();
    copy.appendFrom(trailers);
    stream.tail = copy;
    this.#owner.onEndWaits(stream);
  }

  /**
   * Resets a stream; where nothing is wrong, behind what is pending of a message that is written to
   * its end. Tells whether it is done.
   */
  reset(stream: Http2Stream, code: ErrorCode): boolean {
    if (code === ErrorCode.NO_ERROR && stream.tail !== 'none' && stream.pendingBytes > 0) {
      stream.resetBehind = code;
      return false;
    }
    this.#output.writeReset(stream.id, code);
    return true;
  }

  /** A stream is gone: what it had to send is forgotten. */
  forget(stream: Http2Stream): void {
    const { pendingBytes } = stream;
    this.#queue.remove(stream);
    if (pendingBytes === 0) return;
    this.#stats.add(field.pending_send_bytes, -pendingBytes);
    stream.pending?.clear();
  }

  /** There is new window for a stream. */
  resume(stream: Http2Stream): void {
    if (stream.sendWindow <= 0 || stream.pendingBytes === 0) return;
    this.#queue.push(stream);
    this.drain();
  }

  /** Sends what waits, one frame of each stream at a time, as far as it may go. */
  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    while (this.window > 0 && !this.#connection.isAboveHighWatermark) {
      const stream = this.#queue.shift();
      if (stream === undefined) break;
      this.#sendPending(stream);
    }
    this.#isDraining = false;
  }

  #sendPending(stream: Http2Stream): void {
    const { pending } = stream;
    const room = Math.min(stream.sendWindow, this.window, this.#frameMax);
    if (pending === undefined || stream.state === 'closed' || pending.length === 0 || room <= 0) {
      return;
    }
    const size = Math.min(room, pending.length);
    const isLast = size === pending.length;
    const at = this.#beginFrame(stream, size, isLast && stream.tail === 'end');
    pending.take(this.#output.buffer, at, size);
    this.#output.endData();
    this.#stats.add(field.pending_send_bytes, -size);
    stream.onPendingSent();
    if (!isLast && stream.sendWindow > 0) this.#queue.push(stream);
    this.#checkPending(stream);
    if (isLast && stream.tail === 'end') this.#ended(stream);
    else if (isLast && !stream.isClosed) this.#sendTail(stream);
    if (!isLast && stream.tail !== 'none') this.#owner.onEndWaits(stream);
  }

  #sendTail(stream: Http2Stream): void {
    const { tail } = stream;
    if (tail === 'none') return;
    if (tail === 'end') this.#writeDataFrame(stream, NO_BYTES, 0, 0, true);
    else this.#writeTrailers(stream, tail);
  }

  /** Writes as much as may go now; returns how far it came. */
  #writeData(stream: Http2Stream, bytes: Buffer, endStream: boolean): number {
    const { length } = bytes;
    let at = 0;
    while (at < length && !this.#connection.isAboveHighWatermark) {
      const room = Math.min(stream.sendWindow, this.window, this.#frameMax);
      if (room <= 0) break;
      const next = Math.min(length, at + room);
      this.#writeDataFrame(stream, bytes, at, next, endStream && next === length);
      at = next;
      // Whoever hears of the watermark may end the stream.
      if (stream.state === 'closed') return length;
    }
    return at;
  }

  #writeDataFrame(
    stream: Http2Stream,
    bytes: Buffer,
    start: number,
    end: number,
    endStream: boolean,
  ): void {
    const size = end - start;
    const at = this.#beginFrame(stream, size, endStream);
    // Half the cost of `Buffer.copy`.
    if (size > 0) {
      this.#output.buffer.set(size === bytes.length ? bytes : bytes.subarray(start, end), at);
    }
    this.#output.endData();
    if (endStream) this.#ended(stream);
  }

  #beginFrame(stream: Http2Stream, size: number, endStream: boolean): number {
    stream.sendWindow -= size;
    this.window -= size;
    stream.wireBytesSent += FRAME_HEADER_BYTES + size;
    this.#floods.countDataSent();
    return this.#output.beginData(stream.id, size, endStream);
  }

  #writeTrailers(stream: Http2Stream, trailers: HeaderMap): void {
    const at = this.#output.beginHeaders();
    this.#output.fields.writeFields(trailers);
    this.#output.endHeaders(at, stream, true);
    this.#ended(stream);
  }

  #ended(stream: Http2Stream): void {
    const { resetBehind } = stream;
    this.#owner.onLocalEnd(stream);
    if (resetBehind === NO_RESET || stream.state === 'closed') return;
    stream.resetBehind = NO_RESET;
    this.#output.writeReset(stream.id, resetBehind);
    this.#owner.onResetSent(stream);
  }

  #checkPending(stream: Http2Stream): void {
    const bytes = stream.pendingBytes;
    const isOver = stream.isOverLimit ? bytes * 2 > this.#pendingMax : bytes > this.#pendingMax;
    if (isOver === stream.isOverLimit) return;
    stream.isOverLimit = isOver;
    this.#owner.onPendingChanged(stream);
  }
}
