import type { StreamResetReason } from '#http/codec.ts';
import { BLOCK_DETAILS } from '#http/h2/block-defect.ts';
import { type ClosedBy, ClosedStreams } from '#http/h2/closed-streams.ts';
import { ErrorCode } from '#http/h2/error-code.ts';
import { FrameOutput, type FrameOutputOwner } from '#http/h2/frame-output.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import { InboundData, type InboundDataOwner } from '#http/h2/inbound-data.ts';
import { type InboundFlood, InboundFloods } from '#http/h2/inbound-floods.ts';
import { OutboundData, type OutboundDataOwner } from '#http/h2/outbound-data.ts';
import type { OutboundFlood } from '#http/h2/outbound-frames.ts';
import { PeerSettings } from '#http/h2/peer-settings.ts';
import type { Http2Stream } from '#http/h2/stream.ts';
import { StreamTable } from '#http/h2/stream-table.ts';
import type { Connection } from '#network/connection.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = http2Stats;

/** The streams of a connection: how they begin and end, and what happens when something is wrong. */
export abstract class StreamKeeper<Stream extends Http2Stream>
  implements InboundDataOwner, OutboundDataOwner, FrameOutputOwner
{
  protected readonly connection: Connection;
  protected readonly options: Http2Options;
  protected readonly stats: StatBlock;
  protected readonly streams = new StreamTable<Stream>();
  protected readonly closed = new ClosedStreams();
  protected readonly floods: InboundFloods;
  protected readonly output: FrameOutput;
  /** What we send, and what we receive. */
  protected readonly bodies: OutboundData;
  protected readonly inbound: InboundData;
  protected readonly peer = new PeerSettings();
  /** Nothing is read or written any more. */
  protected isDead = false;
  /** The peer acknowledged our settings. */
  protected areSettingsKnown = false;
  #isConnectionAbove = false;

  constructor(connection: Connection, options: Http2Options, stats: StatBlock) {
    const { streamBufferLimitBytes } = options;
    this.connection = connection;
    this.options = options;
    this.stats = stats;
    this.floods = new InboundFloods(options);
    this.output = new FrameOutput(connection, this, options, stats);
    this.bodies = new OutboundData(
      connection,
      this,
      this.output,
      streamBufferLimitBytes,
      stats,
      this.floods,
    );
    this.inbound = new InboundData(this, this.output, options);
  }

  /** Streams of which something is still to be read or sent. */
  get activeStreams(): number {
    return this.streams.size;
  }

  // What the connection says.

  onAboveWriteBufferHighWatermark(): void {
    this.#isConnectionAbove = true;
    for (const stream of this.streams.values()) this.tellWatermark(stream);
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#isConnectionAbove = false;
    this.bodies.drain();
    if (this.#isConnectionAbove) return;
    for (const stream of this.streams.values()) this.tellWatermark(stream);
  }

  onConnectionClose(details: string): void {
    this.die();
    this.output.stop();
    this.resetAll('connectionTermination', details);
  }

  /** To be called for a new stream as soon as somebody hears it, and whenever something changes. */
  protected tellWatermark(stream: Http2Stream): void {
    const isAbove = stream.isOverLimit || this.#isConnectionAbove;
    if (isAbove === stream.isAboveHighWatermark || stream.isClosed) return;
    // Nothing more will be written. Whoever was stopped before goes on, to hear of the other side's end.
    if (isAbove && stream.isLocalEndWritten) return;
    stream.isAboveHighWatermark = isAbove;
    if (isAbove) stream.onAboveWriteBufferHighWatermark();
    else stream.onBelowWriteBufferLowWatermark();
  }

  // The life of streams.

  /** A stream has its id: it is one of the connection's from now on. */
  protected open(stream: Stream, id: number): void {
    stream.id = id;
    stream.state = 'open';
    stream.sendWindow = this.peer.initialWindowSize;
    stream.receiveWindow = this.inbound.streamWindow(this.areSettingsKnown);
    this.streams.add(stream);
    this.floods.countStream();
    this.stats.inc(field.streams_active);
  }

  onLocalEnd(stream: Http2Stream): void {
    if (stream.isClosed) return;
    stream.tail = 'none';
    stream.endLocal();
    if (stream.isClosed) this.#forget(stream as Stream, 'end');
  }

  /** The peer's END_STREAM was told to the stream. */
  onRemoteEnd(stream: Http2Stream): void {
    if (stream.state === 'closed') this.#forget(stream as Stream, 'end');
  }

  onEndWaits(_stream: Http2Stream): void {}

  onResetSent(stream: Http2Stream): void {
    this.closeStream(stream as Stream, 'localReset');
  }

  onPendingChanged(stream: Http2Stream): void {
    this.tellWatermark(stream);
  }

  /** Our owner gives a stream up. */
  resetStream(stream: Stream, code: ErrorCode): void {
    if (stream.state === 'closed' || stream.state === 'idle' || this.isDead) return;
    if (this.bodies.reset(stream, code)) this.closeStream(stream, 'localReset');
  }

  /** The peer said that it will never look at this stream. */
  protected onRefused(stream: Stream): void {
    if (stream.isClosed) return;
    this.closeStream(stream, 'remoteReset');
    stream.onReset('remoteRefusedStreamReset', 'http2.remote_refuse');
  }

  protected closeStream(stream: Stream, by: 'localReset' | 'remoteReset'): void {
    if (stream.state === 'closed') return;
    stream.state = 'closed';
    this.#forget(stream, by);
  }

  #forget(stream: Stream, by: 'end' | 'localReset' | 'remoteReset'): void {
    if (this.streams.get(stream.id) !== stream) return;
    this.streams.remove(stream);
    this.closed.add(stream.id, by);
    this.bodies.forget(stream);
    this.inbound.release(stream);
    this.stats.dec(field.streams_active);
    this.onStreamGone(stream, by);
  }

  // Errors.

  /** A frame breaks a rule, which ends its stream alone; `words` say how, as part of the details. */
  streamError(streamId: number, code: ErrorCode, words: string): void {
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      // RST_STREAM must not be sent for a stream that never was.
      if (this.isIdle(streamId)) this.connectionError(code, words);
      else this.resetUnknown(streamId, code);
      return;
    }
    this.endInError(stream, code, `http2.${words}`);
  }

  protected endInError(
    stream: Http2Stream,
    code: ErrorCode,
    details: string,
    reason: StreamResetReason = 'protocolError',
  ): void {
    this.output.writeReset(stream.id, code);
    this.closeStream(stream as Stream, 'localReset');
    stream.onReset(reason, details);
  }

  /** Answers a frame for a stream that is none of the connection's with RST_STREAM. */
  protected resetUnknown(streamId: number, code: ErrorCode): void {
    this.output.writeReset(streamId, code);
    this.onUnknownReset();
  }

  messagingError(stream: Http2Stream, details: string = BLOCK_DETAILS.messaging): void {
    this.stats.inc(field.rx_messaging_error);
    if (this.options.streamErrorOnInvalidHttpMessage) {
      this.endInError(stream, ErrorCode.PROTOCOL_ERROR, details);
    } else {
      this.#fail(ErrorCode.PROTOCOL_ERROR, details, 'protocolError', stream);
    }
  }

  /** The stream's alone, whatever is asked for in other messages that break the rules: as in Envoy. */
  bodyLengthError(stream: Http2Stream): void {
    this.endInError(stream, ErrorCode.PROTOCOL_ERROR, 'http2.remote_reset');
  }

  connectionError(code: ErrorCode, details: string): void {
    this.#fail(code, `codec_error:${details.replaceAll(' ', '_')}`, 'protocolError', undefined);
  }

  /** A message breaks a limit by so much that it is not read to its end. */
  protected overflowError(details: string): void {
    this.#fail(ErrorCode.ENHANCE_YOUR_CALM, details, 'protocolError', undefined);
  }

  onInboundFlood(flood: InboundFlood): void {
    this.stats.inc(field[flood]);
    this.#fail(ErrorCode.ENHANCE_YOUR_CALM, `http2.${flood}`, 'flood', undefined);
  }

  onManyFramesWait(): void {}

  /** Whoever does not read does not read GOAWAY either. */
  onOutboundFlood(flood: OutboundFlood): void {
    if (this.isDead) return;
    this.stats.inc(field[flood]);
    this.#fail(ErrorCode.ENHANCE_YOUR_CALM, `http2.${flood}`, 'flood', undefined);
    this.connection.destroy();
  }

  /** `offender`: the stream that is to blame, if it is one. */
  #fail(
    code: ErrorCode,
    details: string,
    kind: 'protocolError' | 'flood',
    offender: Http2Stream | undefined,
  ): void {
    if (this.isDead) return;
    // As in Envoy, `goaway_sent` counts the friendly ones alone.
    this.output.writeGoAway(this.lastPeerStreamId, code);
    this.die();
    this.output.stop();
    this.onConnectionError(kind, details);
    if (offender !== undefined) this.#lose(offender as Stream, 'protocolError', details);
    const others = offender === undefined ? details : 'codec_error:another_stream';
    this.resetAll('protocolError', others);
    this.onDead();
  }

  protected resetAll(reason: StreamResetReason, details: string): void {
    for (const stream of this.streams.values()) this.#lose(stream, reason, details);
  }

  #lose(stream: Stream, reason: StreamResetReason, details: string): void {
    if (stream.isClosed) return;
    stream.state = 'closed';
    this.#forget(stream, 'remoteReset');
    stream.onReset(reason, details);
  }

  protected die(): void {
    this.isDead = true;
  }

  /** The peer made us reset a stream that nobody else knows of. */
  protected onUnknownReset(): void {}
  /** Whether no stream of this id was ever begun. */
  protected abstract isIdle(streamId: number): boolean;
  /** The last stream of the peer's that was begun. */
  protected abstract get lastPeerStreamId(): number;
  /** A stream is no longer one of the connection's. */
  protected abstract onStreamGone(stream: Stream, by: ClosedBy): void;
  /** The connection is about to end; its streams are reset after this. */
  protected abstract onConnectionError(kind: 'protocolError' | 'flood', details: string): void;
  /** All is said. */
  protected abstract onDead(): void;
}
