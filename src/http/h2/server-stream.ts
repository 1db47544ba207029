import type { TimerOwner, WheelTimer } from '#base/timer-wheel.ts';
import type { RequestDecoder, ResponseEncoder, StreamResetReason } from '#http/codec.ts';
import { serverResetCode } from '#http/h2/reset-codes.ts';
import type { Http2ServerConnection } from '#http/h2/server-connection.ts';
import { Http2Stream } from '#http/h2/stream.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

/** A request and its response on a client's connection. */
export class ServerStream extends Http2Stream implements ResponseEncoder, TimerOwner {
  readonly #connection: Http2ServerConnection;
  /** Gone when there is nothing more to be told. */
  decoder: RequestDecoder | undefined = undefined;
  /** The request was an extended CONNECT: where HTTP/1.1 says 101, it is answered with 200. */
  isUpgrade = false;
  /** Runs while the end of the response waits for the client's window. */
  flushTimer: WheelTimer | undefined = undefined;

  constructor(connection: Http2ServerConnection) {
    super();
    this.#connection = connection;
  }

  encode1xxHeaders(headers: ResponseHeaders): void {
    this.#connection.sendHead(this, headers, false);
  }

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.#connection.sendHead(this, headers, endStream);
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    this.#connection.sendData(this, bytes, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.#connection.sendTrailers(this, trailers);
  }

  resetStream(reason: StreamResetReason): void {
    this.decoder = undefined;
    this.#connection.resetStream(this, serverResetCode(reason, this.isLocalEndWritten));
  }

  readDisable(isDisabled: boolean): void {
    this.#connection.readDisable(this, isDisabled);
  }

  onData(bytes: Buffer, endStream: boolean): void {
    this.decoder?.decodeData(bytes, endStream);
  }

  onTrailers(trailers: HeaderMap): void {
    this.decoder?.decodeTrailers(trailers);
  }

  onReset(reason: StreamResetReason, details: string): void {
    const { decoder } = this;
    this.decoder = undefined;
    decoder?.onResetStream(reason, details);
  }

  onTimer(): void {
    this.#connection.onFlushTimeout(this);
  }

  onPendingSent(): void {
    this.decoder?.onPendingSent?.();
  }

  onAboveWriteBufferHighWatermark(): void {
    this.decoder?.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.decoder?.onBelowWriteBufferLowWatermark();
  }
}
