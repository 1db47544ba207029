import type { ActiveStream } from '#connection-manager/active-stream.ts';
import type {
  DownstreamWatermarkCallbacks,
  FilterServices,
  LocalReply,
  StreamFilterCallbacks,
} from '#connection-manager/filter.ts';
import type { StreamResetReason } from '#http/codec.ts';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import type { Route } from '#routing/route.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** One filter's view of its stream: everything it may ask, with its place in the chain known. */
export class ActiveFilter implements StreamFilterCallbacks {
  readonly #stream: ActiveStream;
  readonly #name: string;
  /** Its place among the filters of each direction. */
  readonly #decodeIndex: number;
  encodeIndex = -1;

  constructor(stream: ActiveStream, name: string, decodeIndex: number) {
    this.#stream = stream;
    this.#name = name;
    this.#decodeIndex = decodeIndex;
  }

  get streamInfo(): StreamInfo {
    return this.#stream.streamInfo;
  }

  get services(): FilterServices {
    return this.#stream.services;
  }

  get requestHeaders(): RequestHeaders | undefined {
    return this.#stream.requestHeaders;
  }

  get route(): Route | undefined {
    return this.#stream.route;
  }

  clearRouteCache(): void {
    this.#stream.clearRouteCache();
  }

  get perFilterConfig(): unknown {
    return this.#stream.route?.perFilterConfig(this.#name);
  }

  sendLocalReply(reply: LocalReply): void {
    this.#stream.sendLocalReply(reply);
  }

  resetStream(reason: StreamResetReason, details: string): void {
    this.#stream.resetStream(reason, details);
  }

  get bufferLimitBytes(): number {
    return this.#stream.bufferLimitBytes;
  }

  continueDecoding(): void {
    this.#stream.decodeIteration?.continueFrom(this.#decodeIndex);
  }

  addDecodedData(bytes: Buffer, isStreaming: boolean): void {
    this.#stream.decodeIteration?.addData(this.#decodeIndex, bytes, isStreaming);
  }

  injectDecodedData(bytes: Buffer, endStream: boolean): void {
    this.#stream.decodeIteration?.injectData(this.#decodeIndex, bytes, endStream);
  }

  addDecodedTrailers(): HeaderMap {
    return this.#stream.addDecodedTrailers();
  }

  get decodingBuffer(): readonly Buffer[] | undefined {
    return this.#stream.decodeIteration?.buffered;
  }

  onDecoderFilterAboveWriteBufferHighWatermark(): void {
    this.#stream.pauseRequest();
  }

  onDecoderFilterBelowWriteBufferLowWatermark(): void {
    this.#stream.resumeRequest();
  }

  addDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks): void {
    this.#stream.addDownstreamWatermarkCallbacks(callbacks);
  }

  removeDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks): void {
    this.#stream.removeDownstreamWatermarkCallbacks(callbacks);
  }

  encode1xxHeaders(headers: ResponseHeaders): void {
    this.#stream.encode1xxHeaders(headers);
  }

  encodeHeaders(headers: ResponseHeaders, endStream: boolean, details: string): void {
    this.#stream.streamInfo.responseCodeDetails = details;
    this.#stream.encodeHeaders(headers, endStream);
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    this.#stream.encodeData(bytes, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.#stream.encodeTrailers(trailers);
  }

  continueEncoding(): void {
    this.#stream.encodeIteration?.continueFrom(this.encodeIndex);
  }

  addEncodedData(bytes: Buffer, isStreaming: boolean): void {
    this.#stream.encodeIteration?.addData(this.encodeIndex, bytes, isStreaming);
  }

  injectEncodedData(bytes: Buffer, endStream: boolean): void {
    this.#stream.encodeIteration?.injectData(this.encodeIndex, bytes, endStream);
  }

  addEncodedTrailers(): HeaderMap {
    return this.#stream.addEncodedTrailers();
  }
}
