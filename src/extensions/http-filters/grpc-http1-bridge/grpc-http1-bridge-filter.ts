import {
  type FilterDataStatus,
  type FilterHeadersStatus,
  type FilterTrailersStatus,
  StreamFilter,
  type StreamFilterCallbacks,
} from '#connection-manager/filter.ts';
import type { GrpcHttp1BridgeConfig } from '#extensions/http-filters/grpc-http1-bridge/grpc-http1-bridge-config.ts';
import { GRPC_FRAME_HEADER_LENGTH, grpcFrameHeader } from '#http/grpc-frame-reader.ts';
import { isGrpcRequest, isGrpcResponse } from '#http/grpc-status.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

const PROTOBUF = 'application/x-protobuf';
const CONTENT_TYPE = HeaderName['content-type'];
const CONTENT_LENGTH = HeaderName['content-length'];
const STATUS = HeaderName['grpc-status'];

/**
 * Lets HTTP/1.1 clients call gRPC methods that take and return one message: the answer is held
 * until its status is known, which then is in its head. Status 503 stands for every failure.
 */
export class GrpcHttp1BridgeFilter extends StreamFilter {
  readonly #config: GrpcHttp1BridgeConfig;
  #isBridging = false;
  /** The client sends and expects messages without gRPC's headers. */
  #isFraming = false;
  /** Bytes of the header of the answer's message that are still to be left out. */
  #headerLeft = 0;
  #responseHeaders: ResponseHeaders | undefined = undefined;

  constructor(callbacks: StreamFilterCallbacks, config: GrpcHttp1BridgeConfig) {
    super(callbacks);
    this.#config = config;
  }

  override decodeHeaders(headers: RequestHeaders, _endStream: boolean): FilterHeadersStatus {
    const { upgradeProtobufToGrpc, ignoreQueryParameters } = this.#config;
    if (upgradeProtobufToGrpc && isProtobuf(headers)) {
      this.#isFraming = true;
      headers.set('content-type', 'application/grpc');
      headers.removeKnown(CONTENT_LENGTH);
      // Routes may ask for the content type.
      this.callbacks.clearRouteCache();
    }
    const { protocol } = this.callbacks.streamInfo;
    this.#isBridging = protocol !== 'HTTP/2' && isGrpcRequest(headers);
    if (this.#isBridging && ignoreQueryParameters) {
      const queryStart = headers.path.indexOf('?');
      if (queryStart >= 0) headers.path = headers.path.slice(0, queryStart);
    }
    return 'continue';
  }

  override decodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    if (!this.#isBridging || !this.#isFraming) return 'continue';
    if (!endStream) return 'stopIterationAndBuffer';
    this.#sendFrameHeader(bytes.length);
    return 'continue';
  }

  override decodeTrailers(_trailers: HeaderMap): FilterTrailersStatus {
    if (this.#isBridging && this.#isFraming) this.#sendFrameHeader(0);
    return 'continue';
  }

  override encodeHeaders(headers: ResponseHeaders, endStream: boolean): FilterHeadersStatus {
    if (!this.#isBridging || endStream) return 'continue';
    this.#responseHeaders = headers;
    const isFramed = this.#isFraming && isGrpcResponse(headers, endStream);
    this.#headerLeft = isFramed ? GRPC_FRAME_HEADER_LENGTH : 0;
    return 'stopIteration';
  }

  override encodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    if (!this.#isBridging) return 'continue';
    if (this.#headerLeft > 0) {
      const skipped = Math.min(this.#headerLeft, bytes.length);
      this.#headerLeft -= skipped;
      this.callbacks.replaceEncodedData(bytes.subarray(skipped));
    }
    return endStream ? 'continue' : 'stopIterationAndBuffer';
  }

  override encodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    if (this.#responseHeaders !== undefined) this.#moveStatus(trailers, this.#responseHeaders);
    return 'continue';
  }

  /** Goes ahead of the body that was held, of which the length is known by now. */
  #sendFrameHeader(lastLength: number): void {
    const held = totalLength(this.callbacks.decodingBuffer);
    this.callbacks.injectDecodedData(grpcFrameHeader(held + lastLength), false);
  }

  #moveStatus(trailers: HeaderMap, headers: ResponseHeaders): void {
    const status = trailers.getKnown(STATUS);
    if (status !== undefined) {
      if (!/^\+?0+$/.test(status)) headers.status = 503;
      headers.set('grpc-status', status);
    }
    const message = trailers.get('grpc-message');
    if (message !== undefined) headers.set('grpc-message', message);
    headers.set('content-length', String(totalLength(this.callbacks.encodingBuffer)));
  }
}

function isProtobuf(headers: RequestHeaders): boolean {
  return headers.path !== '' && headers.getKnown(CONTENT_TYPE) === PROTOBUF;
}

function totalLength(chunks: readonly Buffer[] | undefined): number {
  return (chunks ?? []).reduce((sum, { length }) => sum + length, 0);
}
