import type { ActiveStream } from '#connection-manager/active-stream.ts';
import type {
  DownstreamWatermarkCallbacks,
  FilterServices,
  LocalReply,
  StreamFilterCallbacks,
} from '#connection-manager/filter.ts';
import type { FilterChain } from '#connection-manager/filter-chain.ts';
import type { StreamResetReason } from '#http/codec.ts';
import { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { Route } from '#routing/route.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** One filter's view of its stream: everything it may ask, with its place in the chain known. */
export class ActiveFilter implements StreamFilterCallbacks {
  protected readonly stream: ActiveStream;
  readonly #name: string;
  /** Absent for a filter that is alone: nothing lies between it and the ends of the stream. */
  readonly #chain: FilterChain | undefined;
  /** Its place among the filters of each direction. */
  readonly #decodeIndex: number;
  encodeIndex = -1;

  constructor(
    stream: ActiveStream,
    name: string,
    chain: FilterChain | undefined,
    decodeIndex: number,
  ) {
    this.stream = stream;
    this.#name = name;
    this.#chain = chain;
    this.#decodeIndex = decodeIndex;
  }

  get streamInfo(): StreamInfo {
    return this.stream.streamInfo;
  }

  get services(): FilterServices {
    return this.stream.services;
  }

  get requestHeaders(): RequestHeaders | undefined {
    return this.stream.requestHeaders;
  }

  get route(): Route | undefined {
    return this.stream.route;
  }

  clearRouteCache(): void {
    this.stream.clearRouteCache();
  }

  get perFilterConfig(): unknown {
    return this.stream.route?.perFilterConfig(this.#name);
  }

  get perFilterConfigs(): readonly unknown[] {
    return this.stream.route?.perFilterConfigs(this.#name) ?? [];
  }

  sendLocalReply(reply: LocalReply): void {
    this.stream.sendLocalReply(reply);
  }

  resetStream(reason: StreamResetReason, details: string): void {
    this.stream.resetStream(reason, details);
  }

  resetIdleTimer(): void {
    this.stream.resetIdleTimer();
  }

  get bufferLimitBytes(): number {
    return this.stream.bufferLimitBytes;
  }

  continueDecoding(): void {
    this.#chain?.decoding.continueFrom(this.#decodeIndex);
  }

  addDecodedData(bytes: Buffer, isStreaming: boolean): void {
    this.#chain?.decoding.addData(this.#decodeIndex, bytes, isStreaming);
  }

  injectDecodedData(bytes: Buffer, endStream: boolean): void {
    this.#chain?.decoding.injectData(this.#decodeIndex, bytes, endStream);
  }

  replaceDecodedData(bytes: Buffer): void {
    this.#chain?.decoding.replaceData(this.#decodeIndex, bytes);
  }

  setDecoderBufferLimit(limitBytes: number): void {
    this.#chain?.setDecodingLimit(limitBytes);
  }

  addDecodedTrailers(): HeaderMap {
    const create = (): HeaderMap => new HeaderMap();
    return this.#chain?.decoding.addTrailers(create) ?? create();
  }

  get decodingBuffer(): readonly Buffer[] | undefined {
    return this.#chain?.decoding.bufferedAt(this.#decodeIndex);
  }

  onDecoderFilterAboveWriteBufferHighWatermark(): void {
    this.stream.pauseRequest();
  }

  onDecoderFilterBelowWriteBufferLowWatermark(): void {
    this.stream.resumeRequest();
  }

  addDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks): void {
    this.stream.response.addWatermarkCallbacks(callbacks);
  }

  removeDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks): void {
    this.stream.response.removeWatermarkCallbacks(callbacks);
  }

  encode1xxHeaders(headers: ResponseHeaders): void {
    this.stream.response.encode1xxHeaders(headers);
  }

  encodeHeaders(headers: ResponseHeaders, endStream: boolean, details: string): void {
    this.stream.streamInfo.responseCodeDetails = details;
    this.stream.response.encodeHeaders(headers, endStream);
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    this.stream.response.encodeData(bytes, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.stream.response.encodeTrailers(trailers);
  }

  continueEncoding(): void {
    this.#chain?.continueEncoding(this.encodeIndex);
  }

  addEncodedData(bytes: Buffer, isStreaming: boolean): void {
    this.#chain?.encoding.addData(this.encodeIndex, bytes, isStreaming);
  }

  injectEncodedData(bytes: Buffer, endStream: boolean): void {
    this.#chain?.encoding.injectData(this.encodeIndex, bytes, endStream);
  }

  replaceEncodedData(bytes: Buffer): void {
    this.#chain?.encoding.replaceData(this.encodeIndex, bytes);
  }

  addEncodedTrailers(): HeaderMap {
    const create = (): HeaderMap => new HeaderMap();
    return this.#chain?.encoding.addTrailers(create) ?? create();
  }

  get encodingBuffer(): readonly Buffer[] | undefined {
    return this.#chain?.encoding.bufferedAt(this.encodeIndex);
  }

  onEncoderFilterAboveWriteBufferHighWatermark(): void {
    this.stream.response.onAboveWriteBufferHighWatermark();
  }

  onEncoderFilterBelowWriteBufferLowWatermark(): void {
    this.stream.response.onBelowWriteBufferLowWatermark();
  }
}
