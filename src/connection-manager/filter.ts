import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { TimerWheel } from '#base/timer-wheel.ts';
import type { StreamResetReason } from '#http/codec.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { Route } from '#routing/route.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';
import type { ClusterManager } from '#upstream/cluster-manager.ts';

/**
 * What a filter answers to headers (Envoy's FilterHeadersStatus).
 *
 * - `continue`: the next filter sees them.
 * - `stopIteration`: later filters wait; data still comes to this filter. Go on with `continue…`.
 * - `continueAndDontEndStream`: as `continue`, but a body that the filter makes will follow.
 * - `stopAllIterationAndBuffer`: nothing more comes, not even to this filter, until it continues;
 *   data is buffered, and more than the limit is answered with 413 (or 500 for responses).
 * - `stopAllIterationAndWatermark`: the same, but too much data stops the peer from sending.
 */
export type FilterHeadersStatus =
  | 'continue'
  | 'stopIteration'
  | 'continueAndDontEndStream'
  | 'stopAllIterationAndBuffer'
  | 'stopAllIterationAndWatermark';

/** What a filter answers to data (Envoy's FilterDataStatus). */
export type FilterDataStatus =
  | 'continue'
  | 'stopIterationAndBuffer'
  | 'stopIterationAndWatermark'
  | 'stopIterationNoBuffer';

export type FilterTrailersStatus = 'continue' | 'stopIteration';

/** A response that the proxy makes itself. */
export interface LocalReply {
  readonly status: number;
  readonly body: string;
  /** Envoy's response code details: `route_not_found`. */
  readonly details: string;
  /** Changes the headers before `local_reply_config` and the filters see them. */
  readonly modifyHeaders?: ((headers: ResponseHeaders) => void) | undefined;
  /** The gRPC status if the request is gRPC and the HTTP status would not tell. */
  readonly grpcStatus?: number;
}

/** What a worker offers to filters. */
export interface FilterServices {
  readonly clock: Clock;
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly clusters: ClusterManager;
}

/** Hears that the client does not take what it is sent, so that a filter stops its source. */
export interface DownstreamWatermarkCallbacks {
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
}

/** What a filter may ask of the stream it is in (Envoy's StreamFilterCallbacks). */
export interface StreamFilterCallbacks {
  readonly streamInfo: StreamInfo;
  readonly services: FilterServices;
  readonly requestHeaders: RequestHeaders | undefined;
  /** The route, looked up on first use and kept until `clearRouteCache`. */
  readonly route: Route | undefined;
  clearRouteCache(): void;
  /** What the route, virtual host and so on say to this filter, the most specific wins. */
  readonly perFilterConfig: unknown;
  /** What each of them says, the least specific first. */
  readonly perFilterConfigs: readonly unknown[];
  sendLocalReply(reply: LocalReply): void;
  resetStream(reason: StreamResetReason, details: string): void;
  /** Something moved that the stream did not see. */
  resetIdleTimer(): void;
  /** How much of a body may be buffered, in bytes. */
  readonly bufferLimitBytes: number;

  continueDecoding(): void;
  addDecodedData(bytes: Buffer, isStreaming: boolean): void;
  injectDecodedData(bytes: Buffer, endStream: boolean): void;
  /** In `decodeData`: these bytes go on, or are held, in the place of those that it was given. */
  replaceDecodedData(bytes: Buffer): void;
  addDecodedTrailers(): HeaderMap;
  /** How much of the request's body the filters of this stream may buffer, in bytes. */
  setDecoderBufferLimit(limitBytes: number): void;
  /** What was buffered of the request body so far. */
  readonly decodingBuffer: readonly Buffer[] | undefined;
  /** The sender of the request is asked to pause. Counted. */
  onDecoderFilterAboveWriteBufferHighWatermark(): void;
  onDecoderFilterBelowWriteBufferLowWatermark(): void;
  addDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks): void;
  removeDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks): void;

  /** For the terminal filter: the response begins its way back through the filters. */
  encode1xxHeaders(headers: ResponseHeaders): void;
  encodeHeaders(headers: ResponseHeaders, endStream: boolean, details: string): void;
  encodeData(bytes: Buffer, endStream: boolean): void;
  encodeTrailers(trailers: HeaderMap): void;

  continueEncoding(): void;
  addEncodedData(bytes: Buffer, isStreaming: boolean): void;
  injectEncodedData(bytes: Buffer, endStream: boolean): void;
  /** In `encodeData`: these bytes go on, or are held, in the place of those that it was given. */
  replaceEncodedData(bytes: Buffer): void;
  addEncodedTrailers(): HeaderMap;
  /** What was buffered of the response body so far. */
  readonly encodingBuffer: readonly Buffer[] | undefined;
  /** The source of the response is asked to pause. Counted. */
  onEncoderFilterAboveWriteBufferHighWatermark(): void;
  onEncoderFilterBelowWriteBufferLowWatermark(): void;
}

/**
 * One HTTP filter of one stream. Requests pass the `decode` methods in the order of the chain,
 * responses the `encode` methods in the reverse order. All calls are synchronous; bytes are valid
 * only during the call. A filter overrides what it cares about.
 */
export abstract class StreamFilter {
  protected readonly callbacks: StreamFilterCallbacks;

  constructor(callbacks: StreamFilterCallbacks) {
    this.callbacks = callbacks;
  }

  decodeHeaders(_headers: RequestHeaders, _endStream: boolean): FilterHeadersStatus {
    return 'continue';
  }

  decodeData(_bytes: Buffer, _endStream: boolean): FilterDataStatus {
    return 'continue';
  }

  decodeTrailers(_trailers: HeaderMap): FilterTrailersStatus {
    return 'continue';
  }

  encode1xxHeaders(_headers: ResponseHeaders): FilterTrailersStatus {
    return 'continue';
  }

  encodeHeaders(_headers: ResponseHeaders, _endStream: boolean): FilterHeadersStatus {
    return 'continue';
  }

  encodeData(_bytes: Buffer, _endStream: boolean): FilterDataStatus {
    return 'continue';
  }

  encodeTrailers(_trailers: HeaderMap): FilterTrailersStatus {
    return 'continue';
  }

  /** The stream is over; logs have been written. Nothing may be called on `callbacks` any more. */
  onDestroy(): void {}
}

/** Makes the filter of one stream. */
export type FilterCreator = (callbacks: StreamFilterCallbacks) => StreamFilter;

/** Makes a filter for each stream; what can be computed once per configuration was computed. */
export interface FilterFactory {
  readonly name: string;
  readonly isDisabled: boolean;
  readonly create: FilterCreator;
}
