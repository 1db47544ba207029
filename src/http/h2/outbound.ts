import type { ByteWriter } from '#http/h2/byte-writer.ts';
import { ErrorCode } from '#http/h2/error-code.ts';
import { FieldWriter } from '#http/h2/field-writer.ts';
import {
  DEFAULT_WINDOW,
  Flag,
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD_MAX,
  FrameType,
} from '#http/h2/frame-type.ts';
import { writeFrameHeader } from '#http/h2/frame-writer.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import type { InboundFloods } from '#http/h2/inbound-floods.ts';
import { writeUint32 } from '#http/h2/octets.ts';
import { type OutboundFlood, OutboundFrames } from '#http/h2/outbound-frames.ts';
import { acquireOutput, releaseOutput } from '#http/h2/output-buffers.ts';
import { SendQueue } from '#http/h2/send-queue.ts';
import { type Http2Stream, NO_RESET } from '#http/h2/stream.ts';
import { HeaderMap } from '#http/header-map.ts';
import type { Connection } from '#network/connection.ts';
import type { TurnFlusher } from '#network/event-turn.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = http2Stats;

/** Output is handed over before the end of the turn when there is so much of it. */
const FLUSH_BYTES = 65_536;
/** Larger frames than this make other streams wait, whatever the peer allows. */
const DATA_FRAME_MAX = 65_536;
const NO_BYTES = Buffer.alloc(0);

/** Who hears of what became of the output. */
export interface OutboundOwner {
  /** END_STREAM was written for this stream. */
  onLocalEnd(stream: Http2Stream): void;
  /** A message is written to its end, some of it waits, and that may take long. */
  onEndWaits(stream: Http2Stream): void;
  /** The RST_STREAM that waited for the end of the stream was written. */
  onResetSent(stream: Http2Stream): void;
  /** What is pending of this stream rose above the limit, or fell below half of it. */
  onPendingChanged(stream: Http2Stream): void;
  onOutboundFlood(flood: OutboundFlood): void;
}

/**
 * Writes the frames of a connection. They are collected and handed over at the end of the turn.
 * DATA goes out as far as the windows and the socket allow; the rest waits in its stream, and the
 * streams that wait take turns, frame by frame.
 */
export class Outbound implements TurnFlusher {
  readonly #connection: Connection;
  readonly #owner: OutboundOwner;
  readonly #stats: StatBlock;
  readonly #floods: InboundFloods;
  readonly #frames: OutboundFrames;
  readonly #queue = new SendQueue();
  readonly #fields: FieldWriter;
  readonly #pendingMax: number;
  #writer: ByteWriter | undefined = undefined;
  #isDirty = false;
  #isDraining = false;
  /** What the peer lets us send on all streams together. */
  window: number = DEFAULT_WINDOW;
  /** The largest payload that we send, at most what the peer takes. */
  #frameMax: number = FRAME_PAYLOAD_MAX;

  constructor(
    connection: Connection,
    owner: OutboundOwner,
    options: Http2Options,
    stats: StatBlock,
    floods: InboundFloods,
  ) {
    this.#connection = connection;
    this.#owner = owner;
    this.#stats = stats;
    this.#floods = floods;
    this.#frames = new OutboundFrames(options);
    this.#fields = new FieldWriter(options.hpackTableSize);
    this.#pendingMax = options.streamBufferLimitBytes;
  }

  /** The writer of header blocks; what it writes goes between `beginHeaders` and `endHeaders`. */
  get fields(): FieldWriter {
    return this.#fields;
  }

  setPeerFrameMax(bytes: number): void {
    this.#frameMax = Math.min(bytes, DATA_FRAME_MAX);
  }

  /** The present writer with room for so many bytes; what is written goes out with this turn. */
  #reserve(bytes: number): ByteWriter {
    this.#writer ??= acquireOutput();
    const writer = this.#writer;
    writer.reserve(bytes);
    if (!this.#isDirty) {
      this.#isDirty = true;
      this.#connection.flushAtTurnEnd(this);
    }
    return writer;
  }

  flushTurn(): void {
    this.#isDirty = false;
    this.flush();
  }

  flush(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#writer = undefined;
    const { length } = writer;
    const isFree = this.#connection.writeShared(writer.buffer.subarray(0, length));
    if (isFree) releaseOutput(writer);
    const flood = this.#frames.flushed(length, this.#connection.bufferedBytes);
    if (flood !== undefined) this.#owner.onOutboundFlood(flood);
  }

  /** What a server or client says first. */
  writeRaw(text: string): void {
    const writer = this.#reserve(text.length);
    writer.length += writer.buffer.write(text, writer.length, 'latin1');
  }

  /** A frame with a payload that is small and known. */
  #writeSmall(type: number, flags: number, streamId: number, length: number): number {
    const writer = this.#reserve(FRAME_HEADER_BYTES + length);
    const at = writer.length;
    writeFrameHeader(writer.buffer, at, length, type, flags, streamId);
    writer.length = at + FRAME_HEADER_BYTES + length;
    return at + FRAME_HEADER_BYTES;
  }

  /** Pairs of identifier and value, one after the other. */
  writeSettings(settings: readonly number[]): void {
    const at = this.#writeSmall(FrameType.SETTINGS, 0, 0, settings.length * 3);
    const { buffer } = this.#writer as ByteWriter;
    for (let index = 0; index < settings.length; index += 2) {
      const place = at + index * 3;
      const id = settings[index] as number;
      buffer[place] = id >>> 8;
      buffer[place + 1] = id;
      writeUint32(buffer, place + 2, settings[index + 1] as number);
    }
    this.#frames.count();
  }

  writeSettingsAck(): void {
    this.#writeSmall(FrameType.SETTINGS, Flag.ACK, 0, 0);
    this.#frames.countControl();
  }

  writePing(isAck: boolean, payload: Buffer, start: number): void {
    const at = this.#writeSmall(FrameType.PING, isAck ? Flag.ACK : 0, 0, 8);
    payload.copy((this.#writer as ByteWriter).buffer, at, start, start + 8);
    if (isAck) this.#frames.countControl();
    else this.#frames.count();
  }

  writeWindowUpdate(streamId: number, bytes: number): void {
    const at = this.#writeSmall(FrameType.WINDOW_UPDATE, 0, streamId, 4);
    writeUint32((this.#writer as ByteWriter).buffer, at, bytes);
    this.#frames.count();
  }

  writeReset(streamId: number, code: ErrorCode): void {
    const at = this.#writeSmall(FrameType.RST_STREAM, 0, streamId, 4);
    writeUint32((this.#writer as ByteWriter).buffer, at, code);
    this.#frames.countControl();
    this.#stats.inc(field.tx_reset);
  }

  writeGoAway(lastStreamId: number, code: ErrorCode): void {
    const at = this.#writeSmall(FrameType.GOAWAY, 0, 0, 8);
    const { buffer } = this.#writer as ByteWriter;
    writeUint32(buffer, at, lastStreamId);
    writeUint32(buffer, at + 4, code);
    this.#frames.count();
  }

  /** Begins a HEADERS frame: fields follow, then `endHeaders`. Returns where it begins. */
  beginHeaders(): number {
    const writer = this.#reserve(FRAME_HEADER_BYTES);
    const at = writer.length;
    writer.length = at + FRAME_HEADER_BYTES;
    this.#fields.begin(writer);
    return at;
  }

  /** Ends it, and cuts it into CONTINUATION frames where it is too large for the peer. */
  endHeaders(at: number, stream: Http2Stream, endStream: boolean): void {
    const writer = this.#writer as ByteWriter;
    const length = writer.length - at - FRAME_HEADER_BYTES;
    const flags = endStream ? Flag.END_STREAM : 0;
    this.#frames.count();
    if (length <= FRAME_PAYLOAD_MAX) {
      const { buffer } = writer;
      writeFrameHeader(buffer, at, length, FrameType.HEADERS, flags | Flag.END_HEADERS, stream.id);
    } else {
      this.#cutHeaders(writer, at, length, flags, stream.id);
    }
    stream.meterHeadersSent(writer.length - at, this.#fields.plainBytes);
  }

  #cutHeaders(
    writer: ByteWriter,
    at: number,
    length: number,
    flags: number,
    streamId: number,
  ): void {
    const pieces = Math.ceil(length / FRAME_PAYLOAD_MAX);
    writer.reserve((pieces - 1) * FRAME_HEADER_BYTES);
    const { buffer } = writer;
    // From behind, so that nothing is overwritten before it is moved.
    for (let piece = pieces - 1; piece >= 0; piece--) {
      const from = piece * FRAME_PAYLOAD_MAX;
      const size = Math.min(FRAME_PAYLOAD_MAX, length - from);
      const source = at + FRAME_HEADER_BYTES + from;
      const target = source + piece * FRAME_HEADER_BYTES;
      if (piece > 0) buffer.copyWithin(target, source, source + size);
      const type = piece === 0 ? FrameType.HEADERS : FrameType.CONTINUATION;
      const own = piece === 0 ? flags : 0;
      const end = piece === pieces - 1 ? Flag.END_HEADERS : 0;
      writeFrameHeader(buffer, target - FRAME_HEADER_BYTES, size, type, own | end, streamId);
      if (piece > 0) this.#frames.count();
    }
    writer.length += (pieces - 1) * FRAME_HEADER_BYTES;
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
      if (endStream) this.#owner.onEndWaits(stream);
    }
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
    this.writeReset(stream.id, code);
    return true;
  }

  /** A stream is gone: what it had to send is forgotten. */
  forget(stream: Http2Stream): void {
    const { pendingBytes } = stream;
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
    const writer = this.#reserve(FRAME_HEADER_BYTES + size);
    const at = this.#writeDataHeader(stream, writer, size, isLast && stream.tail === 'end');
    pending.take(writer.buffer, at, size);
    this.#stats.add(field.pending_send_bytes, -size);
    if (writer.length >= FLUSH_BYTES) this.flush();
    if (!isLast && stream.sendWindow > 0) this.#queue.push(stream);
    if (isLast && stream.tail === 'end') this.#ended(stream);
    else if (isLast && stream.tail !== 'none') this.#sendTail(stream);
    else this.#checkPending(stream);
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
    const writer = this.#reserve(FRAME_HEADER_BYTES + size);
    const at = this.#writeDataHeader(stream, writer, size, endStream);
    if (size > 0) bytes.copy(writer.buffer, at, start, end);
    if (writer.length >= FLUSH_BYTES) this.flush();
    if (endStream) this.#ended(stream);
  }

  #writeDataHeader(
    stream: Http2Stream,
    writer: ByteWriter,
    size: number,
    endStream: boolean,
  ): number {
    const at = writer.length;
    const flags = endStream ? Flag.END_STREAM : 0;
    writeFrameHeader(writer.buffer, at, size, FrameType.DATA, flags, stream.id);
    writer.length = at + FRAME_HEADER_BYTES + size;
    stream.sendWindow -= size;
    this.window -= size;
    stream.wireBytesSent += FRAME_HEADER_BYTES + size;
    this.#frames.count();
    this.#floods.countDataSent();
    return at + FRAME_HEADER_BYTES;
  }

  #writeTrailers(stream: Http2Stream, trailers: HeaderMap): void {
    const at = this.beginHeaders();
    this.#fields.writeFields(trailers);
    this.endHeaders(at, stream, true);
    this.#ended(stream);
  }

  #ended(stream: Http2Stream): void {
    const { resetBehind } = stream;
    this.#owner.onLocalEnd(stream);
    if (resetBehind === NO_RESET || stream.state === 'closed') return;
    stream.resetBehind = NO_RESET;
    this.writeReset(stream.id, resetBehind);
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
