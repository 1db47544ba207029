import { BLOCK_DETAILS, type BlockDefect } from '#http/h2/block-defect.ts';
import { ErrorCode } from '#http/h2/error-code.ts';
import { FrameDispatcher, type FrameHandler } from '#http/h2/frame-dispatcher.ts';
import { FrameReader } from '#http/h2/frame-reader.ts';
import { DEFAULT_WINDOW, Flag, FRAME_HEADER_BYTES, WINDOW_MAX } from '#http/h2/frame-type.ts';
import { TrailerBlock } from '#http/h2/header-block.ts';
import { HeaderList } from '#http/h2/hpack/header-list.ts';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import type { HpackDefect } from '#http/h2/hpack/hpack-defect.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import type { Http2Services } from '#http/h2/http2-services.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import { Keepalive, type KeepaliveOwner } from '#http/h2/keepalive.ts';
import { localSettings } from '#http/h2/local-settings.ts';
import { OpenBlock } from '#http/h2/open-block.ts';
import { remoteResetReason } from '#http/h2/reset-codes.ts';
import type { Http2Stream } from '#http/h2/stream.ts';
import { StreamKeeper } from '#http/h2/stream-keeper.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { acquireTrailers } from '#http/header-pool.ts';
import type { Connection } from '#network/connection.ts';
import { SHARED_READ_BYTES } from '#network/read-buffers.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = http2Stats;
const trailerBlock = new TrailerBlock();
/** Of the block in hand. */
const headerList = new HeaderList();
/** As Envoy logs it. */
const TOO_MANY_FRAGMENTS = 'Too many CONTINUATION frames following a HEADER frame';

/** What counts messages that break a limit; those that break a rule are another matter. */
const DEFECT_COUNTERS = {
  tooManyFields: field.header_overflow,
  tooLarge: field.header_list_size_too_large,
  underscore: field.requests_rejected_with_underscores_in_headers,
  invalidField: undefined,
  messaging: undefined,
} as const satisfies { readonly [Defect in BlockDefect]: number | undefined };

/** One side of an HTTP/2 connection: what servers and clients do with frames in common. */
export abstract class Http2Endpoint<Stream extends Http2Stream>
  extends StreamKeeper<Stream>
  implements FrameHandler, KeepaliveOwner
{
  protected readonly services: Http2Services;
  readonly #reader: FrameReader;
  readonly #hpack = new HpackDecoder();
  readonly #keepalive: Keepalive | undefined;
  #openBlock: OpenBlock | undefined = undefined;
  #isBulk = false;

  constructor(
    connection: Connection,
    options: Http2Options,
    stats: StatBlock,
    services: Http2Services,
    continuationsMax: number,
  ) {
    super(connection, options, stats);
    const { connectionKeepalive } = options;
    this.services = services;
    this.#reader = new FrameReader(new FrameDispatcher(this, this.floods, continuationsMax));
    this.#keepalive =
      connectionKeepalive && new Keepalive(connectionKeepalive, services, this.output, this);
  }

  protected begin(isClient: boolean): void {
    this.output.writeSettings(localSettings(this.options, isClient));
    const more = this.options.initialConnectionWindowSize - DEFAULT_WINDOW;
    if (more > 0) this.output.writeWindowUpdate(0, more);
    if (this.connection.isAboveHighWatermark) this.onAboveWriteBufferHighWatermark();
  }

  /** A stream is about to begin. */
  protected beforeStream(): void {
    this.#keepalive?.beforeStream();
  }

  dispatch(bytes: Buffer, length: number): void {
    this.read(bytes, 0, length);
  }

  protected read(bytes: Buffer, start: number, end: number): void {
    if (this.isDead) return;
    this.#keepalive?.received();
    this.#reader.read(bytes, start, end);
    // A read that filled its buffer has more behind it.
    const isBulk = end >= SHARED_READ_BYTES && this.streams.size > 0;
    if (isBulk !== this.#isBulk) this.#setBulk(isBulk);
  }

  #setBulk(isBulk: boolean): void {
    this.#isBulk = isBulk;
    this.connection.setBulk(isBulk);
  }

  /** The connection is about to be closed: what else has arrived already is not looked at. */
  stopReading(): void {
    this.#reader.stop();
  }

  protected override die(): void {
    super.die();
    this.#reader.stop();
    this.#keepalive?.stop();
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
    } else if (this.closed.isPeersFault(streamId)) {
      this.resetUnknown(streamId, ErrorCode.STREAM_CLOSED);
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
    this.closeStream(stream, 'remoteReset');
    const reason = remoteResetReason(code);
    const isRefused = reason === 'remoteRefusedStreamReset';
    stream.onReset(reason, isRefused ? 'http2.remote_refuse' : 'http2.remote_reset');
  }

  onSettings(bytes: Buffer, start: number, end: number): void {
    const { peer, bodies, output } = this;
    const before = peer.initialWindowSize;
    const error = peer.read(bytes, start, end, this.#onHeaderTableSize);
    if (error !== ErrorCode.NO_ERROR) return this.connectionError(error, 'SETTINGS');
    bodies.setPeerFrameMax(peer.maxFrameSize);
    // In front of anything that goes out because of them.
    output.writeSettingsAck();
    const change = peer.initialWindowSize - before;
    if (change === 0 || this.#changeWindows(change)) this.onPeerSettings();
  }

  readonly #onHeaderTableSize = (bytes: number): void => {
    this.output.fields.encoder.setPeerTableSize(bytes);
  };

  #changeWindows(change: number): boolean {
    if (!this.floods.mayChangeWindows()) {
      this.connectionError(ErrorCode.ENHANCE_YOUR_CALM, 'SETTINGS change windows all the time');
      return false;
    }
    const resumed: Stream[] = [];
    let isOverflow = false;
    this.streams.forEach((stream) => {
      stream.sendWindow += change;
      if (stream.sendWindow > WINDOW_MAX) isOverflow = true;
      if (stream.sendWindow > 0 && stream.pendingBytes > 0) resumed.push(stream);
    });
    if (isOverflow) {
      this.connectionError(ErrorCode.FLOW_CONTROL_ERROR, 'SETTINGS overflow a window');
      return false;
    }
    for (const stream of resumed) this.bodies.resume(stream);
    return true;
  }

  onSettingsAck(): void {
    // As nghttp2 and with it Envoy have it: ours are sent once.
    if (this.areSettingsKnown) {
      return this.connectionError(ErrorCode.PROTOCOL_ERROR, 'SETTINGS acknowledged again');
    }
    this.areSettingsKnown = true;
    this.#hpack.setTableSizeMax(this.options.hpackTableSize);
  }

  onPing(isAck: boolean, bytes: Buffer, start: number): void {
    if (isAck) this.#keepalive?.answered();
    else this.output.writePing(true, bytes, start);
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
    this.bodies.resume(stream);
  }

  #onConnectionWindow(increment: number): void {
    const { bodies } = this;
    if (increment === 0) {
      return this.connectionError(ErrorCode.PROTOCOL_ERROR, 'WINDOW_UPDATE of nothing');
    }
    if (bodies.window + increment > WINDOW_MAX) {
      return this.connectionError(ErrorCode.FLOW_CONTROL_ERROR, 'connection window overflow');
    }
    bodies.window += increment;
    bodies.drain();
  }

  onHeaders(
    streamId: number,
    flags: number,
    dependsOnItself: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const { options } = this;
    this.onBlockBegun(streamId, dependsOnItself);
    if ((flags & Flag.END_HEADERS) === 0) {
      this.#openBlock = new OpenBlock(streamId, flags, dependsOnItself, this.#hpack, options);
      return this.onFragment(bytes, start, end, false);
    }
    headerList.begin(options.maxHeadersCount + 1);
    const defect = this.#hpack.decode(bytes, start, end, headerList);
    if (defect !== undefined) return this.#failCompression(defect);
    this.onFields(streamId, flags, dependsOnItself, headerList, end - start);
  }

  #failCompression(defect: HpackDefect): void {
    this.connectionError(ErrorCode.COMPRESSION_ERROR, `hpack ${defect}`);
  }

  onFragment(bytes: Buffer, start: number, end: number, isLast: boolean): void {
    const block = this.#openBlock as OpenBlock;
    const wasWithinLimits = block.overflow === undefined;
    const defect = block.add(bytes, start, end, isLast);
    if (defect !== undefined) return this.#failCompression(defect);
    if (isLast) {
      this.#openBlock = undefined;
      if (!block.isJudged) this.#judge(block);
    } else if (wasWithinLimits && block.overflow !== undefined) {
      // The end of the block may be long in coming, if it comes; or right behind, and then all is well.
      this.connection.later(() => this.#refuseEarly(block));
    }
  }

  #refuseEarly(block: OpenBlock): void {
    if (block === this.#openBlock && !this.isDead) this.#judge(block);
  }

  /** All of a block came that decides what becomes of its message. */
  #judge(block: OpenBlock): void {
    const { streamId, flags, dependsOnItself, list, length } = block;
    this.onFields(streamId, flags, dependsOnItself, list, length);
    block.judge();
  }

  onTooManyFragments(): void {
    const { isJudged, overflow } = this.#openBlock as OpenBlock;
    if (overflow === undefined || isJudged) {
      return this.connectionError(ErrorCode.ENHANCE_YOUR_CALM, TOO_MANY_FRAGMENTS);
    }
    this.stats.inc(DEFECT_COUNTERS[overflow]);
    this.overflowError(BLOCK_DETAILS[overflow]);
  }

  /** Reads trailers; a block behind END_STREAM is read for HPACK's sake alone. */
  protected readTrailers(
    stream: Stream,
    endStream: boolean,
    list: HeaderList,
    length: number,
  ): void {
    const trailers = acquireTrailers();
    const defect = trailerBlock.read(list, trailers, this.options);
    stream.meterHeadersReceived(FRAME_HEADER_BYTES + length, trailerBlock.bytes);
    if (stream.isRemoteEnded) {
      return this.streamError(stream.id, ErrorCode.STREAM_CLOSED, 'HEADERS behind END_STREAM');
    }
    this.onTrailersRead();
    if (defect !== undefined) return this.refuseMessage(stream, defect);
    const { bodyLength, receivedBytes } = stream;
    if (!endStream || (bodyLength >= 0 && bodyLength !== receivedBytes)) {
      return this.messagingError(stream);
    }
    this.inbound.release(stream);
    stream.endRemote();
    stream.onTrailers(trailers);
    this.onRemoteEnd(stream);
  }

  /** A header block was read to its end, and makes no message. */
  protected refuseMessage(stream: Stream, defect: BlockDefect): void {
    const details = BLOCK_DETAILS[defect];
    const counter = DEFECT_COUNTERS[defect];
    if (counter === undefined) return this.messagingError(stream, details);
    this.stats.inc(counter);
    this.endInError(stream, ErrorCode.INTERNAL_ERROR, details, 'remoteReset');
  }

  // What the streams send.

  sendData(stream: Http2Stream, bytes: Buffer, endStream: boolean): void {
    this.bodies.sendData(stream, bytes, endStream);
  }

  sendTrailers(stream: Http2Stream, trailers: HeaderMap): void {
    this.bodies.sendTrailers(stream, trailers);
  }

  readDisable(stream: Http2Stream, isDisabled: boolean): void {
    this.inbound.readDisable(stream, isDisabled);
  }

  /** A header block begins; the rest of it may be long in coming. */
  protected abstract onBlockBegun(streamId: number, dependsOnItself: boolean): void;
  /**
   * The fields of a whole header block, or as many as decide what becomes of its message, until the
   * next block is decoded. `length`: octets of the block.
   */
  protected abstract onFields(
    streamId: number,
    flags: number,
    dependsOnItself: boolean,
    list: HeaderList,
    length: number,
  ): void;
  abstract onGoAwayFrame(lastStreamId: number, code: ErrorCode): void;

  /** Envoy counts the trailers of requests alone. */
  protected onTrailersRead(): void {}
  protected abstract onPeerSettings(): void;
  /** The peer did not answer for too long. */
  protected abstract onPeerGone(): void;
}
