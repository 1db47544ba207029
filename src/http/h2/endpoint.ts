import type { StreamResetReason } from '#http/codec.ts';
import { BLOCK_DETAILS } from '#http/h2/block-defect.ts';
import { ClosedStreams } from '#http/h2/closed-streams.ts';
import { ErrorCode } from '#http/h2/error-code.ts';
import { FrameDispatcher, type FrameHandler } from '#http/h2/frame-dispatcher.ts';
import { FrameReader } from '#http/h2/frame-reader.ts';
import { DEFAULT_WINDOW, WINDOW_MAX } from '#http/h2/frame-type.ts';
import { type HeaderFieldSink, HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import type { Http2Services } from '#http/h2/http2-services.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import { InboundData, type InboundDataOwner } from '#http/h2/inbound-data.ts';
import { type InboundFlood, InboundFloods } from '#http/h2/inbound-floods.ts';
import { Keepalive } from '#http/h2/keepalive.ts';
import { localSettings } from '#http/h2/local-settings.ts';
import { Outbound, type OutboundOwner } from '#http/h2/outbound.ts';
import type { OutboundFlood } from '#http/h2/outbound-frames.ts';
import { PeerSettings } from '#http/h2/peer-settings.ts';
import type { Http2Stream } from '#http/h2/stream.ts';
import { StreamTable } from '#http/h2/stream-table.ts';
import type { Connection } from '#network/connection.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = http2Stats;

/** One side of an HTTP/2 connection: everything that servers and clients have in common. */
export abstract class Http2Endpoint<Stream extends Http2Stream>
  implements FrameHandler, InboundDataOwner, OutboundOwner
{
  protected readonly connection: Connection;
  protected readonly options: Http2Options;
  protected readonly stats: StatBlock;
  protected readonly services: Http2Services;
  protected readonly streams = new StreamTable<Stream>();
  protected readonly closed = new ClosedStreams();
  protected readonly floods: InboundFloods;
  protected readonly outbound: Outbound;
  protected readonly inbound: InboundData;
  protected readonly peer = new PeerSettings();
  protected readonly reader: FrameReader;
  readonly #hpack = new HpackDecoder();
  readonly #keepalive: Keepalive | undefined;
  /** Nothing is read or written any more. */
  protected isDead = false;
  #areSettingsKnown = false;
  #isConnectionAbove = false;

  constructor(
    connection: Connection,
    options: Http2Options,
    stats: StatBlock,
    services: Http2Services,
  ) {
    this.connection = connection;
    this.options = options;
    this.stats = stats;
    this.services = services;
    this.floods = new InboundFloods(options);
    this.outbound = new Outbound(connection, this, options, stats, this.floods);
    this.inbound = new InboundData(this, this.outbound, options);
    this.reader = new FrameReader(new FrameDispatcher(this, this.floods, options.maxHeadersBytes));
    const { connectionKeepalive } = options;
    this.#keepalive =
      connectionKeepalive && new Keepalive(connectionKeepalive, services, this.outbound, this);
  }

  /** Streams of which something is still to be read or sent. */
  get activeStreams(): number {
    return this.streams.size;
  }

  protected begin(isClient: boolean): void {
    this.outbound.writeSettings(localSettings(this.options, isClient));
    const more = this.options.initialConnectionWindowSize - DEFAULT_WINDOW;
    if (more > 0) this.outbound.writeWindowUpdate(0, more);
    this.#isConnectionAbove = this.connection.isAboveHighWatermark;
  }

  /** A stream is about to begin. */
  protected beforeStream(): void {
    this.#keepalive?.beforeStream();
  }

  // What the connection says.

  dispatch(bytes: Buffer, length: number): void {
    if (this.isDead) return;
    this.#keepalive?.received();
    this.reader.read(bytes, 0, length);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#isConnectionAbove = true;
    for (const stream of this.streams.values()) this.#tellWatermark(stream);
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#isConnectionAbove = false;
    this.outbound.drain();
    if (this.#isConnectionAbove) return;
    for (const stream of this.streams.values()) this.#tellWatermark(stream);
  }

  onConnectionClose(details: string): void {
    this.#die();
    this.#resetAll('connectionTermination', details);
  }

  #tellWatermark(stream: Http2Stream): void {
    const isAbove = stream.isOverLimit || this.#isConnectionAbove;
    if (isAbove === stream.isAboveHighWatermark || stream.isLocalEndWritten) return;
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
    stream.receiveWindow = this.inbound.streamWindow(this.#areSettingsKnown);
    this.streams.add(stream);
    this.floods.countStream();
    this.stats.inc(field.streams_active);
    if (this.#isConnectionAbove) this.#tellWatermark(stream);
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
    this.#close(stream as Stream, 'localReset');
  }

  onPendingChanged(stream: Http2Stream): void {
    this.#tellWatermark(stream);
  }

  /** Our owner gives a stream up. */
  resetStream(stream: Stream, code: ErrorCode): void {
    if (stream.state === 'closed' || stream.state === 'idle' || this.isDead) return;
    if (this.outbound.reset(stream, code)) this.#close(stream, 'localReset');
  }

  /** The peer said that it will never look at this stream. */
  protected onRefused(stream: Stream): void {
    this.#close(stream, 'remoteReset');
    stream.onReset('remoteRefusedStreamReset', 'http2.remote_refuse');
  }

  #close(stream: Stream, by: 'localReset' | 'remoteReset'): void {
    if (stream.state === 'closed') return;
    stream.state = 'closed';
    this.#forget(stream, by);
  }

  #forget(stream: Stream, by: 'end' | 'localReset' | 'remoteReset'): void {
    if (this.streams.get(stream.id) !== stream) return;
    this.streams.remove(stream);
    this.closed.add(stream.id, by);
    this.outbound.forget(stream);
    this.inbound.release(stream);
    this.stats.dec(field.streams_active);
    this.onStreamGone(stream);
  }

  // Errors.

  streamError(
    streamId: number,
    code: ErrorCode,
    details: string,
    reason: StreamResetReason = 'protocolError',
  ): void {
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      // RST_STREAM must not be sent for a stream that never was.
      if (this.isIdle(streamId)) this.connectionError(code, details);
      else this.outbound.writeReset(streamId, code);
      return;
    }
    this.outbound.writeReset(streamId, code);
    this.#close(stream, 'localReset');
    stream.onReset(reason, details);
  }

  messagingError(stream: Http2Stream, details: string = BLOCK_DETAILS.messaging): void {
    this.stats.inc(field.rx_messaging_error);
    if (this.options.streamErrorOnInvalidHttpMessage) {
      this.streamError(stream.id, ErrorCode.PROTOCOL_ERROR, details);
    } else {
      this.#fail(ErrorCode.PROTOCOL_ERROR, details, 'protocolError', stream);
    }
  }

  connectionError(code: ErrorCode, details: string): void {
    this.#fail(code, `codec_error:${details.replaceAll(' ', '_')}`, 'protocolError', undefined);
  }

  onInboundFlood(flood: InboundFlood): void {
    this.stats.inc(field[flood]);
    this.#fail(ErrorCode.ENHANCE_YOUR_CALM, `http2.${flood}`, 'flood', undefined);
  }

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
    this.outbound.writeGoAway(this.lastPeerStreamId, code);
    this.stats.inc(field.goaway_sent);
    this.#die();
    this.outbound.flush();
    this.onConnectionError(kind, details);
    if (offender !== undefined) this.#lose(offender as Stream, 'protocolError', details);
    const others = offender === undefined ? details : 'codec_error:another_stream';
    this.#resetAll('protocolError', others);
    this.onDead();
  }

  #die(): void {
    this.isDead = true;
    this.reader.stop();
    this.#keepalive?.stop();
  }

  #resetAll(reason: StreamResetReason, details: string): void {
    for (const stream of this.streams.values()) this.#lose(stream, reason, details);
  }

  #lose(stream: Stream, reason: StreamResetReason, details: string): void {
    stream.state = 'closed';
    this.#forget(stream, 'remoteReset');
    stream.onReset(reason, details);
  }

  onKeepaliveTimeout(): void {
    this.stats.inc(field.keepalive_timeout);
    this.onPeerGone();
  }

  // What the peer says.

  onDataFrame(streamId: number, flags: number, length: number): boolean {
    if (!this.inbound.charge(length)) {
      this.connectionError(ErrorCode.FLOW_CONTROL_ERROR, 'connection window');
      return false;
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      this.#onDataWithoutStream(streamId);
      return false;
    }
    if (stream.isRemoteEnded) {
      this.streamError(streamId, ErrorCode.STREAM_CLOSED, 'DATA behind END_STREAM');
      return false;
    }
    if (!stream.hasHead) {
      this.messagingError(stream);
      return false;
    }
    return this.inbound.begin(stream, flags, length);
  }

  #onDataWithoutStream(streamId: number): void {
    if (this.isIdle(streamId)) {
      this.connectionError(ErrorCode.PROTOCOL_ERROR, 'DATA for an idle stream');
    } else if (this.closed.closedBy(streamId) !== 'localReset') {
      this.outbound.writeReset(streamId, ErrorCode.STREAM_CLOSED);
    }
  }

  onData(bytes: Buffer, start: number, end: number, isFrameEnd: boolean): void {
    this.inbound.onData(bytes, start, end, isFrameEnd);
  }

  onResetFrame(streamId: number, code: ErrorCode): void {
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      if (this.isIdle(streamId)) {
        this.connectionError(ErrorCode.PROTOCOL_ERROR, 'RST_STREAM for an idle stream');
      }
      return;
    }
    this.stats.inc(field.rx_reset);
    this.#close(stream, 'remoteReset');
    if (code === ErrorCode.REFUSED_STREAM) {
      stream.onReset('remoteRefusedStreamReset', 'http2.remote_refuse');
    } else {
      const isConnectError = code === ErrorCode.CONNECT_ERROR;
      stream.onReset(isConnectError ? 'connectError' : 'remoteReset', 'http2.remote_reset');
    }
  }

  onSettings(bytes: Buffer, start: number, end: number): void {
    const { peer, outbound } = this;
    const before = peer.initialWindowSize;
    const error = peer.read(bytes, start, end, this.#onHeaderTableSize);
    if (error !== ErrorCode.NO_ERROR) return this.connectionError(error, 'SETTINGS');
    outbound.setPeerFrameMax(peer.maxFrameSize);
    // In front of anything that goes out because of them.
    outbound.writeSettingsAck();
    const change = peer.initialWindowSize - before;
    if (change === 0 || this.#changeWindows(change)) this.onPeerSettings();
  }

  readonly #onHeaderTableSize = (bytes: number): void => {
    this.outbound.fields.encoder.setPeerTableSize(bytes);
  };

  #changeWindows(change: number): boolean {
    for (const stream of this.streams.values()) {
      if (stream.sendWindow + change > WINDOW_MAX) {
        this.connectionError(ErrorCode.FLOW_CONTROL_ERROR, 'SETTINGS overflow a window');
        return false;
      }
      stream.sendWindow += change;
      this.outbound.resume(stream);
    }
    return true;
  }

  onSettingsAck(): void {
    this.#areSettingsKnown = true;
    this.#hpack.setTableSizeMax(this.options.hpackTableSize);
  }

  onPing(isAck: boolean, bytes: Buffer, start: number): void {
    if (isAck) this.#keepalive?.answered();
    else this.outbound.writePing(true, bytes, start);
  }

  onWindowUpdate(streamId: number, increment: number): void {
    if (streamId === 0) return this.#onConnectionWindow(increment);
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      if (this.isIdle(streamId)) {
        this.connectionError(ErrorCode.PROTOCOL_ERROR, 'WINDOW_UPDATE for an idle stream');
      }
      return;
    }
    if (increment === 0) {
      return this.streamError(streamId, ErrorCode.PROTOCOL_ERROR, 'WINDOW_UPDATE of nothing');
    }
    if (stream.sendWindow + increment > WINDOW_MAX) {
      return this.streamError(streamId, ErrorCode.FLOW_CONTROL_ERROR, 'stream window overflow');
    }
    stream.sendWindow += increment;
    this.outbound.resume(stream);
  }

  #onConnectionWindow(increment: number): void {
    const { outbound } = this;
    if (increment === 0) {
      return this.connectionError(ErrorCode.PROTOCOL_ERROR, 'WINDOW_UPDATE of nothing');
    }
    if (outbound.window + increment > WINDOW_MAX) {
      return this.connectionError(ErrorCode.FLOW_CONTROL_ERROR, 'connection window overflow');
    }
    outbound.window += increment;
    outbound.drain();
  }

  /** Reads a header block into a sink; false: the connection failed over it. */
  protected decodeBlock(bytes: Buffer, start: number, end: number, sink: HeaderFieldSink): boolean {
    const defect = this.#hpack.decode(bytes, start, end, sink);
    if (defect === undefined) return true;
    this.connectionError(ErrorCode.COMPRESSION_ERROR, `hpack ${defect}`);
    return false;
  }

  abstract onHeaderBlock(
    streamId: number,
    flags: number,
    dependsOnItself: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void;
  abstract onGoAwayFrame(lastStreamId: number, code: ErrorCode): void;

  /** Whether no stream of this id was ever begun. */
  protected abstract isIdle(streamId: number): boolean;
  /** The last stream of the peer's that was begun. */
  protected abstract get lastPeerStreamId(): number;
  protected abstract onPeerSettings(): void;
  /** A stream is no longer one of the connection's. */
  protected abstract onStreamGone(stream: Stream): void;
  /** The connection is about to end; its streams are reset after this. */
  protected abstract onConnectionError(kind: 'protocolError' | 'flood', details: string): void;
  /** All is said. */
  protected abstract onDead(): void;
  /** The peer did not answer for too long. */
  protected abstract onPeerGone(): void;
}
