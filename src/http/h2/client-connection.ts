import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import { ClientStream } from '#http/h2/client-stream.ts';
import { Http2Endpoint } from '#http/h2/endpoint.ts';
import { ErrorCode } from '#http/h2/error-code.ts';
import { CLIENT_PREFACE, Flag, FRAME_HEADER_BYTES, STREAM_ID_MAX } from '#http/h2/frame-type.ts';
import type { HeaderList } from '#http/h2/hpack/header-list.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import type { Http2Services } from '#http/h2/http2-services.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import { ResponseBlock } from '#http/h2/response-block.ts';
import { acquireResponseHeaders, releaseResponseHeaders } from '#http/header-pool.ts';
import { isKnownInterim } from '#http/interim-status.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { isUpgrade } from '#http/upgrade.ts';
import type { Connection } from '#network/connection.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = http2Stats;
const responseBlock = new ResponseBlock();
/** As in Envoy, which takes twice as many from upstreams as from clients. */
const CONTINUATIONS_MAX = 1024;

/** What every server should allow (RFC 9113 section 6.5.2); more might be refused. */
const STREAMS_BEFORE_SETTINGS = 100;

/** What an HTTP/2 client connection tells its pool. */
export interface Http2ClientCallbacks {
  /** The upstream's settings came, for the first time or again: `maxConcurrentStreams` may differ. */
  onSettings(): void;
  /**
   * The upstream takes no further stream. Those above `lastStreamId` are reset with
   * `remoteRefusedStreamReset` right after this, the others go on.
   */
  onGoAway(lastStreamId: number, errorCode: number): void;
  /** A stream is over, in whatever way; there is room for another one. */
  onStreamDone(): void;
  /** A stream that the upstream knows of is about to be reset by its owner. */
  onCancel?(): void;
  /**
   * The upstream broke the protocol, or a limit, for the whole connection. GOAWAY is written; each
   * stream is reset after this. The connection is then to be closed by the pool.
   */
  onProtocolError(details: string): void;
  /** There was no answer to a keepalive PING. The connection is to be closed at once. */
  onKeepaliveTimeout(): void;
}

/** HTTP/2 towards an upstream host (RFC 9113). */
export class Http2ClientConnection extends Http2Endpoint<ClientStream> {
  readonly protocol = 'HTTP/2';
  readonly #callbacks: Http2ClientCallbacks;
  #nextStreamId = 1;
  /** Streams that were begun and have not sent their head yet. */
  #unsentStreams = 0;
  #isGoingAway = false;
  #hasSettings = false;

  constructor(
    connection: Connection,
    callbacks: Http2ClientCallbacks,
    options: Http2Options,
    stats: StatBlock,
    services: Http2Services,
  ) {
    super(connection, options, stats, services, CONTINUATIONS_MAX);
    this.#callbacks = callbacks;
    stats.inc(field.nghttp2_upstream_connections);
    this.output.writeRaw(CLIENT_PREFACE);
    this.begin(true);
  }

  override get activeStreams(): number {
    return super.activeStreams + this.#unsentStreams;
  }

  /** How many streams may be active: the upstream's limit, or ours; 100 until its settings come. */
  get maxConcurrentStreams(): number {
    const theirs = this.#hasSettings ? this.peer.maxConcurrentStreams : STREAMS_BEFORE_SETTINGS;
    return Math.min(this.options.maxConcurrentStreams, theirs);
  }

  /** Whether another stream may begin: no GOAWAY came, there is room, and stream ids are left. */
  get canTakeStream(): boolean {
    if (this.isDead || this.#isGoingAway) return false;
    const { activeStreams } = this;
    const isIdLeft = this.#nextStreamId + 2 * this.#unsentStreams <= STREAM_ID_MAX;
    return activeStreams < this.maxConcurrentStreams && isIdLeft;
  }

  /** Begins a stream: `decoder` hears the response, the returned encoder takes the request. */
  newStream(decoder: ResponseDecoder): RequestEncoder {
    this.beforeStream();
    this.#unsentStreams++;
    const stream = new ClientStream(this, decoder);
    this.tellWatermark(stream);
    return stream;
  }

  /** The upstream finished sending; what is under way is lost. */
  onEnd(): void {
    this.onConnectionClose('upstream_remote_disconnect');
  }

  /** Tells the upstream that no further streams come. */
  goAway(): void {
    if (this.isDead) return;
    this.output.writeGoAway(0, ErrorCode.NO_ERROR);
    this.stats.inc(field.goaway_sent);
  }

  // Requests.

  sendHead(stream: ClientStream, headers: RequestHeaders, endStream: boolean): void {
    if (stream.state !== 'idle') return;
    this.#unsentStreams--;
    const upgrade = isUpgrade(headers) ? headers.getKnown(HeaderName.upgrade) : undefined;
    if (this.isDead || this.#isGoingAway) return this.#refuse(stream);
    if (upgrade !== undefined && this.#hasSettings && !this.peer.enablesConnectProtocol) {
      stream.state = 'closed';
      stream.onReset('protocolError', 'http2.extended_connect_not_offered');
      return this.#callbacks.onStreamDone();
    }
    stream.isHead = headers.method === 'HEAD';
    stream.isConnect = headers.method === 'CONNECT' || upgrade !== undefined;
    stream.upgrade = upgrade;
    this.open(stream, this.#nextStreamId);
    this.#nextStreamId += 2;
    const { output } = this;
    const at = output.beginHeaders();
    output.fields.writeRequestLine(headers, upgrade);
    output.fields.writeFields(headers);
    output.endHeaders(at, stream, endStream);
    if (endStream) this.onLocalEnd(stream);
  }

  /** The upstream has said that it takes no more. */
  #refuse(stream: ClientStream): void {
    stream.state = 'closed';
    stream.onReset('remoteRefusedStreamReset', 'http2.remote_refuse');
    this.#callbacks.onStreamDone();
  }

  cancel(stream: ClientStream, code: ErrorCode): void {
    if (stream.state !== 'idle') {
      if (!stream.isClosed) this.#callbacks.onCancel?.();
      return this.resetStream(stream, code);
    }
    stream.state = 'closed';
    this.#unsentStreams--;
    this.#callbacks.onStreamDone();
  }

  // Responses.

  protected override onBlockBegun(): void {}

  protected override onFields(
    streamId: number,
    flags: number,
    dependsOnItself: boolean,
    list: HeaderList,
    length: number,
  ): void {
    const endStream = (flags & Flag.END_STREAM) !== 0;
    const stream = this.streams.get(streamId);
    if (stream === undefined || stream.isRemoteEnded) {
      return this.#onLateHeaders(streamId);
    }
    if (stream.hasHead) this.readTrailers(stream, endStream, list, length);
    else this.#onHead(stream, endStream, list, length);
    if (dependsOnItself) this.streamError(streamId, ErrorCode.PROTOCOL_ERROR, 'depends on itself');
  }

  #onHead(stream: ClientStream, endStream: boolean, list: HeaderList, length: number): void {
    const headers = acquireResponseHeaders();
    const defect = responseBlock.read(list, headers, stream, endStream, this.options);
    stream.meterHeadersReceived(FRAME_HEADER_BYTES + length, responseBlock.bytes);
    if (defect !== undefined) {
      releaseResponseHeaders(headers);
      return this.refuseMessage(stream, defect);
    }
    if (headers.status >= 200) return this.#startResponse(stream, headers, endStream);
    if (isKnownInterim(headers.status)) stream.decoder?.decode1xxHeaders(headers);
    releaseResponseHeaders(headers);
  }

  #startResponse(stream: ClientStream, headers: ResponseHeaders, endStream: boolean): void {
    const { decoder, upgrade } = stream;
    stream.hasHead = true;
    stream.bodyLength = responseBlock.bodyLength;
    if (upgrade !== undefined && headers.status === 200) {
      headers.status = 101;
      headers.appendKnown(HeaderName.upgrade, 'upgrade', upgrade);
      headers.appendKnown(HeaderName.connection, 'connection', 'upgrade');
    }
    if (endStream) stream.endRemote();
    if (decoder === undefined) releaseResponseHeaders(headers);
    else decoder.decodeHeaders(headers, endStream);
    if (endStream) this.onRemoteEnd(stream);
  }

  /** Behind our RST_STREAM they were under way. */
  #onLateHeaders(streamId: number): void {
    if (this.isIdle(streamId)) {
      return this.connectionError(ErrorCode.PROTOCOL_ERROR, 'HEADERS for an idle stream');
    }
    this.stats.inc(field.headers_cb_no_stream);
    if (this.streams.get(streamId) === undefined && !this.closed.isPeersFault(streamId)) return;
    this.streamError(streamId, ErrorCode.STREAM_CLOSED, 'HEADERS behind END_STREAM');
  }

  // The connection.

  onGoAwayFrame(lastStreamId: number, code: ErrorCode): void {
    this.#isGoingAway = true;
    this.#callbacks.onGoAway(lastStreamId, code);
    for (const stream of this.streams.values()) {
      if (stream.id > lastStreamId) this.onRefused(stream);
    }
  }

  protected override isIdle(streamId: number): boolean {
    return (streamId & 1) === 0 || streamId >= this.#nextStreamId;
  }

  /** Nobody pushes. */
  protected override get lastPeerStreamId(): number {
    return 0;
  }

  protected override onPeerSettings(): void {
    this.#hasSettings = true;
    this.#callbacks.onSettings();
  }

  protected override onStreamGone(): void {
    this.#callbacks.onStreamDone();
  }

  protected override onConnectionError(_kind: 'protocolError' | 'flood', details: string): void {
    this.#callbacks.onProtocolError(details);
  }

  /**
   * Bodies wait in their streams, where small pieces come together: a client that sends single bytes
   * must not end the connection for all others because the upstream is busy for a moment.
   */
  override onManyFramesWait(): void {
    this.connection.holdBack();
  }

  protected override onDead(): void {}

  protected override onPeerGone(): void {
    this.#callbacks.onKeepaliveTimeout();
  }
}
