import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '#http/codec.ts';
import type { Http2ClientConnection } from '#http/h2/client-connection.ts';
import { clientResetCode } from '#http/h2/reset-codes.ts';
import type { RequestKind } from '#http/h2/response-block.ts';
import { Http2Stream } from '#http/h2/stream.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

/** A request and its response on a connection to an upstream host. */
export class ClientStream extends Http2Stream implements RequestEncoder, RequestKind {
  readonly #connection: Http2ClientConnection;
  /** Gone when there is nothing more to be told. */
  decoder: ResponseDecoder | undefined;
  isHead = false;
  isConnect = false;
  /** What an upgrade asks for: the request goes as an extended CONNECT, and 200 comes back as 101. */
  upgrade: string | undefined = undefined;

  constructor(connection: Http2ClientConnection, decoder: ResponseDecoder) {
    super();
    this.#connection = connection;
    this.decoder = decoder;
  }

  encodeHeaders(headers: RequestHeaders, endStream: boolean): void {
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
    this.#connection.cancel(this, clientResetCode(reason));
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
