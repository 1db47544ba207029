import type { HeaderMap, RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
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
  | 'protocolError'
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
  encode1xxHeaders(headers: ResponseHeaders): void;
  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void;
  /** `bytes` may be overwritten as soon as this returns. */
  encodeData(bytes: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
  /** Gives the stream up; for HTTP/1.1 that ends the connection. */
  resetStream(reason: StreamResetReason): void;
  /** Counted: no more of the request body is read while disabled. */
  readDisable(isDisabled: boolean): void;
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
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
}

/** What a server codec asks of the connection manager. */
export interface ServerCodecCallbacks {
  /** A request began. `headers` will be filled before `decodeHeaders`; they belong to the stream. */
  newStream(encoder: ResponseEncoder, protocol: Protocol): RequestDecoder;
  /** The response and the request are complete; the connection may serve the next one. */
  onStreamDone(): void;
  /** The codec cannot go on: what was written is to be sent, and then the connection to end. */
  closeConnection(): void;
}

/** Where the router puts a request; one per stream, made by a client codec. */
export interface RequestEncoder {
  encodeHeaders(headers: RequestHeaders, endStream: boolean): void;
  /** `bytes` may be overwritten as soon as this returns. */
  encodeData(bytes: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;
  resetStream(reason: StreamResetReason): void;
  readDisable(isDisabled: boolean): void;
}

/** What hears a response as it is read. */
export interface ResponseDecoder {
  decode1xxHeaders(headers: ResponseHeaders): void;
  decodeHeaders(headers: ResponseHeaders, endStream: boolean): void;
  decodeData(bytes: Buffer, endStream: boolean): void;
  decodeTrailers(trailers: HeaderMap): void;
  onResetStream(reason: StreamResetReason, details: string): void;
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
}
