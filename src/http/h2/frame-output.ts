import type { ByteWriter } from '#http/h2/byte-writer.ts';
import type { ErrorCode } from '#http/h2/error-code.ts';
import { FieldWriter } from '#http/h2/field-writer.ts';
import { Flag, FRAME_HEADER_BYTES, FRAME_PAYLOAD_MAX, FrameType } from '#http/h2/frame-type.ts';
import { writeFrameHeader } from '#http/h2/frame-writer.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import { writeUint32 } from '#http/h2/octets.ts';
import { type OutboundFlood, OutboundFrames } from '#http/h2/outbound-frames.ts';
import { acquireOutput, releaseOutput } from '#http/h2/output-buffers.ts';
import type { Http2Stream } from '#http/h2/stream.ts';
import type { Connection } from '#network/connection.ts';
import type { TurnFlusher } from '#network/event-turn.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = http2Stats;

/** This part of the frames that may wait are many; one turn can add as many again, twice. */
const MANY_FRAMES_SHARE = 4;

/** Output is handed over before the end of the turn when there is so much of it. */
const FLUSH_BYTES = 65_536;

export interface FrameOutputOwner {
  /** The peer makes us write and does not read. */
  onOutboundFlood(flood: OutboundFlood): void;
  /** A good part of the frames that may wait do. */
  onManyFramesWait(): void;
}

/** Writes the frames of a connection; they are collected and handed over at the end of the turn. */
export class FrameOutput implements TurnFlusher {
  /** The writer of header blocks; what it writes goes between `beginHeaders` and `endHeaders`. */
  readonly fields: FieldWriter;
  readonly #connection: Connection;
  readonly #owner: FrameOutputOwner;
  readonly #stats: StatBlock;
  readonly #frames: OutboundFrames;
  readonly #manyFrames: number;
  #writer: ByteWriter | undefined = undefined;
  #isDirty = false;
  #isStopped = false;
  /* What the statistics know of the frames that wait. */
  #gaugedFrames = 0;
  #gaugedControlFrames = 0;

  constructor(
    connection: Connection,
    owner: FrameOutputOwner,
    options: Http2Options,
    stats: StatBlock,
  ) {
    this.#connection = connection;
    this.#owner = owner;
    this.#stats = stats;
    this.#frames = new OutboundFrames(options);
    this.#manyFrames = options.maxOutboundFrames / MANY_FRAMES_SHARE;
    this.fields = new FieldWriter(options.hpackTableSize);
  }

  /** The present writer with room for so many bytes; what is written goes out with this turn. */
  #reserve(bytes: number): ByteWriter {
    if (this.#writer !== undefined && this.#writer.length >= FLUSH_BYTES) this.flush();
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

  /** Everything that is written from now on is forgotten. */
  stop(): void {
    if (this.#isStopped) return;
    this.flush();
    this.#isStopped = true;
    this.fields.encoder.close();
    this.#gauge(0, 0);
  }

  flush(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#writer = undefined;
    if (this.#isStopped) return releaseOutput(writer);
    const { length } = writer;
    const isFree = this.#connection.writeShared(writer.buffer.subarray(0, length));
    if (isFree) releaseOutput(writer);
    const flood = this.#frames.flushed(length, this.#connection.bufferedBytes);
    this.#gauge(this.#frames.queued, this.#frames.queuedControl);
    if (flood !== undefined) this.#owner.onOutboundFlood(flood);
    else if (this.#frames.queued > this.#manyFrames) this.#owner.onManyFramesWait();
  }

  #gauge(frames: number, controlFrames: number): void {
    if (frames === this.#gaugedFrames && controlFrames === this.#gaugedControlFrames) return;
    this.#stats.add(field.outbound_frames_active, frames - this.#gaugedFrames);
    this.#stats.add(
      field.outbound_control_frames_active,
      controlFrames - this.#gaugedControlFrames,
    );
    this.#gaugedFrames = frames;
    this.#gaugedControlFrames = controlFrames;
  }

  /** What a server or client says first. */
  writeRaw(text: string): void {
    const writer = this.#reserve(text.length);
    writer.length += writer.buffer.write(text, writer.length, 'latin1');
  }

  /** A frame whose payload is written by the caller, to the place that is returned. */
  #beginFrame(type: number, flags: number, streamId: number, length: number): number {
    const writer = this.#reserve(FRAME_HEADER_BYTES + length);
    const at = writer.length;
    writeFrameHeader(writer.buffer, at, length, type, flags, streamId);
    writer.length = at + FRAME_HEADER_BYTES + length;
    return at + FRAME_HEADER_BYTES;
  }

  /** Pairs of identifier and value, one after the other. */
  writeSettings(settings: readonly number[]): void {
    const at = this.#beginFrame(FrameType.SETTINGS, 0, 0, settings.length * 3);
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
    this.#beginFrame(FrameType.SETTINGS, Flag.ACK, 0, 0);
    this.#frames.countControl();
  }

  writePing(isAck: boolean, payload: Buffer, start: number): void {
    const at = this.#beginFrame(FrameType.PING, isAck ? Flag.ACK : 0, 0, 8);
    payload.copy((this.#writer as ByteWriter).buffer, at, start, start + 8);
    if (isAck) this.#frames.countControl();
    else this.#frames.count();
  }

  writeWindowUpdate(streamId: number, bytes: number): void {
    const at = this.#beginFrame(FrameType.WINDOW_UPDATE, 0, streamId, 4);
    writeUint32((this.#writer as ByteWriter).buffer, at, bytes);
    this.#frames.count();
  }

  writeReset(streamId: number, code: ErrorCode): void {
    const at = this.#beginFrame(FrameType.RST_STREAM, 0, streamId, 4);
    writeUint32((this.#writer as ByteWriter).buffer, at, code);
    this.#frames.countControl();
    this.#stats.inc(field.tx_reset);
  }

  writeGoAway(lastStreamId: number, code: ErrorCode): void {
    const at = this.#beginFrame(FrameType.GOAWAY, 0, 0, 8);
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
    this.fields.begin(writer);
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
    stream.meterHeadersSent(writer.length - at, this.fields.plainBytes);
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

  /** Where the payload of the frame that was begun last is to be written. */
  get buffer(): Buffer {
    return (this.#writer as ByteWriter).buffer;
  }

  /** Begins a DATA frame; the caller writes its payload to the place that is returned. */
  beginData(streamId: number, size: number, endStream: boolean): number {
    const flags = endStream ? Flag.END_STREAM : 0;
    return this.#beginFrame(FrameType.DATA, flags, streamId, size);
  }

  endData(): void {
    this.#frames.count();
    // At once: the next frame is sent only if the socket is not full yet.
    if ((this.#writer as ByteWriter).length >= FLUSH_BYTES) this.flush();
  }
}
