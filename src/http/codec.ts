import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { BytesMeter } from '#stream-info/bytes-meter.ts';
import type { Protocol } from '#stream-info/stream-info.ts';

/** Why a stream ended before its time (Envoy's StreamResetReason). */
export type StreamResetReason =
  | 'localReset'
  | 'localRefusedStreamReset'
  | 'remoteReset'
  | 'remoteRefusedStreamReset'
  | 'localConnectionFailure'
  | 'remoteConnectionFailure'
  | 'connectionTimeout'
  | 'connectionTermination'
  | 'overflow'
  /** The upstream could not connect to where a CONNECT request wanted to go. */
  | 'connectError'
  | 'protocolError'
  | 'overloadManager'
  | 'http1PrematureUpstreamHalfClose';

/** A message that breaks its protocol, as the connection manager answers and counts it. */
export interface CodecError {
  /** Status of the local reply: 400, 426, 431, 501 … */
  readonly status: number;
  /** Envoy's response-code details: `http1.codec_error`. */
  readonly details: string;
  /** The body of the local reply. */
  readonly body: string;
}

/** Where the connection manager puts an answer; one per stream, made by the codec. */
export interface ResponseEncoder {
  /** What the stream moves between the client and the proxy; valid until the stream ends. */
  readonly bytesMeter: BytesMeter;
  encode1xxHeaders(headers: ResponseHeaders): void;
  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void;
  /** `bytes` may be overwritten as soon as this returns. */
  encodeData(bytes: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
  /** Gives the stream up; for HTTP/1.1 that ends the connection. */
  resetStream(reason: StreamResetReason): void;
  /** Counted: no more of the request body is read while disabled. */
  readDisable(isDisabled: boolean): void;
  /** HTTP/2: the end of the response waits until the client takes what is in front of it. */
  readonly isEndPending?: boolean;
}

/** What hears a request as it is read; one per stream, made by the connection manager. */
export interface RequestDecoder {
  decodeHeaders(headers: RequestHeaders, endStream: boolean): void;
  /** `bytes` are valid only during the call. */
  decodeData(bytes: Buffer, endStream: boolean): void;
  decodeTrailers(trailers: HeaderMap): void;
  /** What was read breaks the protocol; nothing more will come. */
  decodeError(error: CodecError): void;
  onResetStream(reason: StreamResetReason, details: string): void;
  /** HTTP/2: how long the end of the response may wait for its client; 0 is no limit. */
  readonly flushTimeoutMs?: number | undefined;
  /** HTTP/2: the stream is closed without a reset by the client; nothing of it is pending any more. */
  onStreamClosed?(): void;
  /** HTTP/2: the client took some of the body that had to wait for it. */
  onPendingSent?(): void;
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
}

/** What a server codec asks of the connection manager. */
export interface ServerCodecCallbacks {
  /** A request began. `headers` will be filled before `decodeHeaders`; they belong to the stream. */
  newStream(encoder: ResponseEncoder, protocol: Protocol): RequestDecoder;
  /**
   * The response and the request are complete, and nothing of them waits to be sent. HTTP/1.1: the
   * connection may serve the next one.
   */
  onStreamDone(): void;
  /** The codec cannot go on: what was written is to be sent, and then the connection to end. */
  closeConnection(): void;
  /**
   * HTTP/2: the client broke the protocol, or a limit, for the whole connection. GOAWAY is written;
   * each stream is reset after this, and then `closeConnection` called. `details` as Envoy logs them.
   */
  onCodecError?(kind: 'protocolError' | 'flood', details: string): void;
  /**
   * HTTP/2: the client made the codec reset a stream that the connection manager never heard of, or
   * that was over: it began too many at a time, or sent more behind its end.
   */
  onResetProvoked?(): void;
  /** HTTP/2: there was no answer to a keepalive PING. The connection is to be closed at once. */
  onKeepaliveTimeout?(): void;
}

/** A server codec, as the connection that it serves sees it. */
export interface ServerConnection {
  /** HTTP/1.0 is told by the stream. */
  readonly protocol: Protocol;
  /** Bytes arrived; they are read to the end, or kept. */
  dispatch(bytes: Buffer, length: number): void;
  /** The connection is gone, and its streams with it. */
  onConnectionClose(details: string): void;
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
  /** Tells the client that the connection will end soon: new streams are still served. */
  shutdownNotice(): void;
  /** Tells the client which stream was the last one; later ones are refused. */
  goAway(): void;
}

/** Where the router puts a request; one per stream, made by a client codec. */
export interface RequestEncoder {
  /** What the stream moves between the proxy and the upstream; valid until the response ends. */
  readonly bytesMeter: BytesMeter;
  encodeHeaders(headers: RequestHeaders, endStream: boolean): void;
  /** `bytes` may be overwritten as soon as this returns. */
  encodeData(bytes: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
  resetStream(reason: StreamResetReason): void;
  readDisable(isDisabled: boolean): void;
}

/** What hears a response as it is read. */
export interface ResponseDecoder {
  /** HTTP/2: the upstream took some of the request's body that had to wait for it. */
  onPendingSent?(): void;
  decode1xxHeaders(headers: ResponseHeaders): void;
  decodeHeaders(headers: ResponseHeaders, endStream: boolean): void;
  decodeData(bytes: Buffer, endStream: boolean): void;
  decodeTrailers(trailers: HeaderMap): void;
  onResetStream(reason: StreamResetReason, details: string): void;
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
}
