import type { ActiveStream } from '#connection-manager/active-stream.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import type { DownstreamWatermarkCallbacks, LocalReply } from '#connection-manager/filter.ts';
import type { IterationEnd } from '#connection-manager/filter-iteration.ts';
import { type RenderedReply, renderLocalReply } from '#connection-manager/local-reply.ts';
import {
  cleanResponseHeaders,
  prepareResponseHeaders,
} from '#connection-manager/response-headers.ts';
import type { ResponseEncoder } from '#http/codec.ts';
import type { HeaderMap } from '#http/header-map.ts';
import {
  acquireResponseHeaders,
  releaseResponseHeaders,
  releaseTrailers,
} from '#http/header-pool.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

const { field } = connectionManagerStats;

/**
 * The answer of one stream: what the router or the proxy itself says goes through the filters, is
 * made fit for the client and handed to the codec.
 */
export class ResponseSide implements IterationEnd<ResponseHeaders> {
  readonly #stream: ActiveStream;
  readonly #encoder: ResponseEncoder;
  headers: ResponseHeaders | undefined = undefined;
  trailers: HeaderMap | undefined = undefined;
  /** The source has given all of it; filters may still hold it. */
  isDecided = false;
  /** Its head went to the codec. */
  isStarted = false;
  /** All of it went to the codec. */
  isComplete = false;
  /** The connection belongs to another protocol from now on. */
  isTunnel = false;
  /** A local reply goes past the filters, which have begun with another response. */
  #isDirect = false;
  /** Most streams have one: the router. */
  #watermarkCallbacks: DownstreamWatermarkCallbacks | undefined = undefined;
  #moreWatermarkCallbacks: DownstreamWatermarkCallbacks[] | undefined = undefined;
  #highWatermarks = 0;

  constructor(stream: ActiveStream, encoder: ResponseEncoder) {
    this.#stream = stream;
    this.#encoder = encoder;
  }

  // What its source says: the router, or the proxy itself.

  encode1xxHeaders(headers: ResponseHeaders): void {
    const { manager, filters } = this.#stream;
    if (manager.config.proxy100Continue) filters?.passInterimHeaders(headers);
  }

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.#setHeaders(headers);
    this.isDecided = endStream;
    const encoding = this.#stream.filters?.encoding;
    if (encoding === undefined) this.onHeaders(headers, endStream);
    else encoding.startHeaders(headers, endStream);
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    this.isDecided = endStream;
    const encoding = this.#stream.filters?.encoding;
    if (encoding === undefined) this.onData(bytes, endStream);
    else encoding.startData(bytes, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.isDecided = true;
    this.trailers = trailers;
    const encoding = this.#stream.filters?.encoding;
    if (encoding === undefined) this.onTrailers(trailers);
    else encoding.startTrailers(trailers);
  }

  // Behind the last filter.

  /** A 1xx response; the map stays the caller's. */
  onInterimHeaders(headers: ResponseHeaders): void {
    const stream = this.#stream;
    stream.timeouts.touch();
    cleanResponseHeaders(headers, stream.requestHeaders);
    stream.chargeResponse(headers.status);
    this.#encoder.encode1xxHeaders(headers);
  }

  /** `100 Continue` of the proxy's own. */
  sendContinue(): void {
    const headers = acquireResponseHeaders();
    headers.status = 100;
    this.#stream.chargeResponse(100);
    this.#encoder.encode1xxHeaders(headers);
    releaseResponseHeaders(headers);
  }

  onHeaders(headers: ResponseHeaders, endStream: boolean): void {
    const stream = this.#stream;
    const { manager, streamInfo, services } = stream;
    const { clock } = services;
    stream.timeouts.touch();
    stream.timeouts.requestRead();
    const date = manager.date.at(clock.wallMs());
    prepareResponseHeaders(headers, stream.requestHeaders, manager.config, date);
    this.isTunnel = this.#agreesToTunnel(headers);
    stream.streams.noteResponse(headers, stream);
    stream.chargeResponse(headers.status);
    streamInfo.firstDownstreamTxByteMs = clock.nowMs;
    this.isStarted = true;
    this.#encoder.encodeHeaders(headers, endStream);
    if (this.isTunnel) stream.onTunnelEstablished();
    if (endStream) this.#end();
  }

  onData(bytes: Buffer, endStream: boolean): void {
    const stream = this.#stream;
    stream.timeouts.touch();
    stream.streamInfo.bytesSent += bytes.length;
    this.#encoder.encodeData(bytes, endStream);
    if (endStream) this.#end();
  }

  onTrailers(trailers: HeaderMap): void {
    this.#stream.timeouts.touch();
    this.trailers = trailers;
    this.#encoder.encodeTrailers(trailers);
    this.#end();
  }

  #end(): void {
    const stream = this.#stream;
    if (stream.isOver) return;
    this.isComplete = true;
    stream.streamInfo.lastDownstreamTxByteMs = stream.services.clock.nowMs;
    stream.streams.endStream(stream);
  }

  /** `101`, or a 2xx to CONNECT: what follows is not HTTP. */
  #agreesToTunnel({ status }: ResponseHeaders): boolean {
    if (status === 101) return true;
    return status < 300 && this.#stream.requestHeaders?.method === 'CONNECT';
  }

  // Replies of the proxy's own.

  /** Sends a local reply, through the filters. */
  sendReply(reply: LocalReply): void {
    const stream = this.#stream;
    const { headers, body } = this.#render(reply);
    this.encodeHeaders(headers, body === '');
    if (body !== '' && !stream.isOver) this.encodeData(Buffer.from(body, 'latin1'), true);
  }

  /** Sends a local reply past the filters, in the place of a response that has not left them yet. */
  sendReplyDirectly(reply: LocalReply): void {
    const { headers, body } = this.#render(reply);
    this.#isDirect = true;
    this.isDecided = true;
    this.onHeaders(headers, body === '');
    if (body !== '' && !this.#stream.isOver) this.onData(Buffer.from(body, 'latin1'), true);
  }

  #render(reply: LocalReply): RenderedReply {
    const stream = this.#stream;
    return renderLocalReply(reply, stream, stream.manager.localReplyRules, (headers) => {
      this.#setHeaders(headers);
    });
  }

  /** The head of the answer; it is this object's to give back. */
  #setHeaders(headers: ResponseHeaders): void {
    if (this.headers !== undefined && this.headers !== headers) {
      releaseResponseHeaders(this.headers);
    }
    this.headers = headers;
  }

  // Where filters buffer too much, and where the client takes too little.

  afterCall(): void {}

  onBufferLimitExceeded(isStreaming: boolean): void {
    const stream = this.#stream;
    if (isStreaming) {
      this.onAboveWriteBufferHighWatermark();
      return;
    }
    stream.stats.inc(field.rs_too_large);
    stream.sendLocalReply({
      status: 500,
      body: 'Internal Server Error',
      details: 'response_payload_too_large',
    });
  }

  onBufferDrained(): void {
    this.onBelowWriteBufferLowWatermark();
  }

  get isOver(): boolean {
    return this.#isDirect || this.#stream.isOver;
  }

  get bufferLimitBytes(): number {
    return this.#stream.bufferLimitBytes;
  }

  /** Whoever joins late hears of every watermark that is exceeded already. */
  addWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks): void {
    if (this.#watermarkCallbacks === undefined) {
      this.#watermarkCallbacks = callbacks;
    } else {
      this.#moreWatermarkCallbacks ??= [];
      this.#moreWatermarkCallbacks.push(callbacks);
    }
    for (let count = 0; count < this.#highWatermarks; count++) {
      callbacks.onAboveWriteBufferHighWatermark();
    }
  }

  removeWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks): void {
    const more = this.#moreWatermarkCallbacks;
    if (this.#watermarkCallbacks === callbacks) {
      this.#watermarkCallbacks = more?.shift();
      return;
    }
    const index = more?.indexOf(callbacks) ?? -1;
    if (index >= 0) more?.splice(index, 1);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#highWatermarks++;
    this.#watermarkCallbacks?.onAboveWriteBufferHighWatermark();
    for (const callbacks of this.#moreWatermarkCallbacks ?? []) {
      callbacks.onAboveWriteBufferHighWatermark();
    }
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#highWatermarks--;
    this.#watermarkCallbacks?.onBelowWriteBufferLowWatermark();
    for (const callbacks of this.#moreWatermarkCallbacks ?? []) {
      callbacks.onBelowWriteBufferLowWatermark();
    }
  }

  /** The stream is over. */
  release(): void {
    if (this.headers !== undefined) releaseResponseHeaders(this.headers);
    if (this.trailers !== undefined) releaseTrailers(this.trailers);
    this.headers = undefined;
    this.trailers = undefined;
  }
}
