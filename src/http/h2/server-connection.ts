import { WheelTimer } from '#base/timer-wheel.ts';
import type { ServerCodecCallbacks, ServerConnection } from '#http/codec.ts';
import type { ClosedBy } from '#http/h2/closed-streams.ts';
import { Http2Endpoint } from '#http/h2/endpoint.ts';
import { ErrorCode } from '#http/h2/error-code.ts';
import { CLIENT_PREFACE, Flag, FRAME_HEADER_BYTES, STREAM_ID_MAX } from '#http/h2/frame-type.ts';
import type { HeaderList } from '#http/h2/hpack/header-list.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import type { Http2Services } from '#http/h2/http2-services.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import { RequestBlock } from '#http/h2/request-block.ts';
import { ServerStream } from '#http/h2/server-stream.ts';
import { acquireRequestHeaders, releaseRequestHeaders } from '#http/header-pool.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { Connection } from '#network/connection.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = http2Stats;
const requestBlock = new RequestBlock();
/** As in Envoy: enough for 8 MB, which is as much as `max_request_headers_kb` may allow. */
const CONTINUATIONS_MAX = 512;

/** HTTP/2 towards a client (RFC 9113). */
export class Http2ServerConnection extends Http2Endpoint<ServerStream> implements ServerConnection {
  readonly protocol = 'HTTP/2';
  readonly #callbacks: ServerCodecCallbacks;
  readonly #scheme: string;
  /** How much of the client's preface came. */
  #prefaceLength = 0;
  #lastStreamId = 0;
  /** Streams above are refused: the client was told that this one is the last. */
  #lastAllowedId: number = STREAM_ID_MAX;
  /** Streams with a whole response whose request has not come to its end yet. */
  #answeredEarly: ServerStream[] | undefined = undefined;

  /** `scheme` stands in for requests that name none: `http` or `https`, as the transport says. */
  constructor(
    connection: Connection,
    callbacks: ServerCodecCallbacks,
    options: Http2Options,
    scheme: string,
    stats: StatBlock,
    services: Http2Services,
  ) {
    super(connection, options, stats, services, CONTINUATIONS_MAX);
    this.#callbacks = callbacks;
    this.#scheme = scheme;
    stats.inc(field.nghttp2_downstream_connections);
    this.begin(false);
  }

  override dispatch(bytes: Buffer, length: number): void {
    if (this.#prefaceLength === CLIENT_PREFACE.length) return this.read(bytes, 0, length);
    let at = 0;
    for (; at < length && this.#prefaceLength < CLIENT_PREFACE.length; at++) {
      if (bytes[at] !== CLIENT_PREFACE.charCodeAt(this.#prefaceLength++)) {
        return this.connectionError(ErrorCode.PROTOCOL_ERROR, 'no client preface');
      }
    }
    if (at < length) this.read(bytes, at, length);
  }

  shutdownNotice(): void {
    if (!this.isDead) this.output.writeGoAway(STREAM_ID_MAX, ErrorCode.NO_ERROR);
  }

  goAway(): void {
    if (this.isDead) return;
    this.#lastAllowedId = this.#lastStreamId;
    this.output.writeGoAway(this.#lastStreamId, ErrorCode.NO_ERROR);
    this.stats.inc(field.goaway_sent);
  }

  // Requests.

  protected override onFields(
    streamId: number,
    flags: number,
    dependsOnItself: boolean,
    list: HeaderList,
    length: number,
  ): void {
    const endStream = (flags & Flag.END_STREAM) !== 0;
    const stream = this.streams.get(streamId);
    if (stream !== undefined) {
      if (stream.hasHead) this.readTrailers(stream, endStream, list, length);
      else this.#onRequest(stream, endStream, list, length);
    } else if ((streamId & 1) === 0) {
      this.connectionError(ErrorCode.PROTOCOL_ERROR, 'HEADERS with an even stream');
    } else if (streamId <= this.#lastStreamId) {
      this.#onLateHeaders(streamId);
    } else {
      this.#lastStreamId = streamId;
      const refusal = this.#refusalOf(streamId, dependsOnItself);
      if (refusal !== undefined) this.#refuse(streamId, refusal);
      // There was no room for it when the block began.
      else this.#onRequest(this.#begin(streamId), endStream, list, length);
    }
  }

  #refuse(streamId: number, refusal: ErrorCode | 'ignored'): void {
    // Its body and trailers may be under way.
    this.closed.add(streamId, 'localReset');
    if (refusal === 'ignored') return;
    if (refusal === ErrorCode.REFUSED_STREAM) this.stats.inc(field.stream_refused_errors);
    this.resetUnknown(streamId, refusal);
  }

  #refusalOf(streamId: number, dependsOnItself: boolean): ErrorCode | 'ignored' | undefined {
    if (streamId > this.#lastAllowedId) return 'ignored';
    if (dependsOnItself) return ErrorCode.PROTOCOL_ERROR;
    const hasRoom = this.streams.size < this.options.maxConcurrentStreams;
    return hasRoom ? undefined : ErrorCode.REFUSED_STREAM;
  }

  /** The manager's timeouts run from now on. */
  protected override onBlockBegun(streamId: number, dependsOnItself: boolean): void {
    if ((streamId & 1) === 0 || streamId <= this.#lastStreamId) return;
    if (this.#refusalOf(streamId, dependsOnItself) !== undefined) return;
    this.#lastStreamId = streamId;
    this.#begin(streamId);
  }

  #begin(streamId: number): ServerStream {
    const stream = new ServerStream(this);
    this.open(stream, streamId);
    stream.decoder = this.#callbacks.newStream(stream, this.protocol);
    this.tellWatermark(stream);
    return stream;
  }

  #onRequest(stream: ServerStream, endStream: boolean, list: HeaderList, length: number): void {
    const headers = acquireRequestHeaders();
    headers.scheme = this.#scheme;
    const defect = requestBlock.read(list, headers, endStream, this.options, this.stats);
    stream.meterHeadersReceived(FRAME_HEADER_BYTES + length, requestBlock.bytes);
    if (defect !== undefined) {
      releaseRequestHeaders(headers);
      return this.refuseMessage(stream, defect);
    }
    this.#startRequest(stream, headers, endStream);
  }

  #startRequest(stream: ServerStream, headers: RequestHeaders, endStream: boolean): void {
    stream.hasHead = true;
    stream.bodyLength = requestBlock.contentLength;
    stream.isUpgrade = requestBlock.protocol !== undefined;
    if (endStream) stream.endRemote();
    // It may have timed out, and its answer wait for the client.
    if (stream.decoder === undefined) releaseRequestHeaders(headers);
    else stream.decoder.decodeHeaders(headers, endStream);
    if (endStream) this.onRemoteEnd(stream);
  }

  /** Behind our RST_STREAM they were under way; otherwise the client lost count of its streams. */
  #onLateHeaders(streamId: number): void {
    const closedBy = this.closed.closedBy(streamId);
    if (closedBy === 'localReset') {
      this.stats.inc(field.headers_cb_no_stream);
    } else if (closedBy === 'unknown') {
      this.connectionError(ErrorCode.PROTOCOL_ERROR, 'stream ids out of order');
    } else {
      this.connectionError(ErrorCode.STREAM_CLOSED, 'HEADERS for a closed stream');
    }
  }

  // Responses.

  sendHead(stream: ServerStream, headers: ResponseHeaders, endStream: boolean): void {
    if (stream.isLocalEndWritten) return;
    const { output } = this;
    const at = output.beginHeaders();
    const isAccepted = stream.isUpgrade && headers.status === 101;
    output.fields.writeStatus(isAccepted ? 200 : headers.status);
    output.fields.writeFields(headers);
    output.endHeaders(at, stream, endStream);
    if (endStream) this.onLocalEnd(stream);
  }

  /**
   * Behind a whole response a reset only says that the rest of the request is not wanted. It waits
   * until everything is read that came together: where the end of the request is in that, as in
   * nearly every small one, there is nothing to reset, and some clients (curl) would lose the
   * response over it.
   */
  override resetStream(stream: ServerStream, code: ErrorCode): void {
    if (code !== ErrorCode.NO_ERROR || !stream.hasHead || stream.isRemoteEnded || this.isDead) {
      return super.resetStream(stream, code);
    }
    if (this.#answeredEarly === undefined) {
      this.#answeredEarly = [];
      this.connection.later(() => this.#resetAnswered());
    }
    this.#answeredEarly.push(stream);
  }

  #resetAnswered(): void {
    const streams = this.#answeredEarly ?? [];
    this.#answeredEarly = undefined;
    for (const stream of streams) {
      if (!stream.isRemoteEnded) super.resetStream(stream, ErrorCode.NO_ERROR);
    }
  }

  // The connection.

  onGoAwayFrame(): void {
    // A client that leaves does so by closing; its streams are served until then.
  }

  protected override isIdle(streamId: number): boolean {
    return (streamId & 1) === 0 || streamId > this.#lastStreamId;
  }

  protected override get lastPeerStreamId(): number {
    return Math.min(this.#lastStreamId, this.#lastAllowedId);
  }

  protected override onTrailersRead(): void {
    this.stats.inc(field.trailers);
  }

  protected override onPeerSettings(): void {}

  protected override onUnknownReset(): void {
    this.#callbacks.onResetProvoked?.();
  }

  /** The response is whole as far as everybody else knows; here it may wait for the client. */
  override onEndWaits(stream: ServerStream): void {
    const timeoutMs = stream.decoder?.flushTimeoutMs ?? this.options.streamFlushTimeoutMs;
    if (timeoutMs === 0 || this.isDead) return;
    stream.flushTimer ??= new WheelTimer(stream);
    this.services.timers.start(stream.flushTimer, timeoutMs);
  }

  onFlushTimeout(stream: ServerStream): void {
    this.stats.inc(field.tx_flush_timeout);
    this.resetStream(stream, ErrorCode.CANCEL);
  }

  protected override onStreamGone({ flushTimer, decoder }: ServerStream, by: ClosedBy): void {
    if (flushTimer !== undefined) this.services.timers.cancel(flushTimer);
    if (by !== 'remoteReset') decoder?.onStreamClosed?.();
    this.#callbacks.onStreamDone();
  }

  protected override onConnectionError(kind: 'protocolError' | 'flood', details: string): void {
    this.#callbacks.onCodecError?.(kind, details);
  }

  protected override onDead(): void {
    this.#callbacks.closeConnection();
  }

  protected override onPeerGone(): void {
    this.#callbacks.onKeepaliveTimeout?.();
  }
}
