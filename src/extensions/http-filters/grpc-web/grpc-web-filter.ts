import {
  type FilterDataStatus,
  type FilterHeadersStatus,
  type FilterTrailersStatus,
  StreamFilter,
} from '#connection-manager/filter.ts';
import { Base64TextDecoder } from '#extensions/http-filters/grpc-web/base64-text-decoder.ts';
import { ForeignBody } from '#extensions/http-filters/grpc-web/foreign-body.ts';
import {
  GRPC_WEB_PROTO,
  GRPC_WEB_TEXT_PROTO,
  isBinaryGrpcWebResponseType,
  isGrpcWebTextType,
  isGrpcWebType,
} from '#extensions/http-filters/grpc-web/grpc-web-types.ts';
import { MessageTextEncoder } from '#extensions/http-filters/grpc-web/message-text-encoder.ts';
import { trailersFrame } from '#extensions/http-filters/grpc-web/trailers-frame.ts';
import { encodeGrpcMessage } from '#http/grpc-message.ts';
import { parseGrpcMethod } from '#http/grpc-method.ts';
import { grpcStatusOfHttp, isGrpcResponse } from '#http/grpc-status.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { GrpcMethodStats } from '#upstream/grpc-stats.ts';

const CONTENT_TYPE = HeaderName['content-type'];
const CONTENT_LENGTH = HeaderName['content-length'];
const STATUS = HeaderName['grpc-status'];
const NOTHING = Buffer.alloc(0);
const INVALID_BASE64 = 'Bad gRPC-web request, invalid base64 data.';

/**
 * Translates calls of browsers: gRPC-Web to gRPC, and back (gRPC's `PROTOCOL-WEB.md`). Bodies pass
 * as they come; an answer that is not gRPC becomes a status with its body as the message.
 */
export class GrpcWebFilter extends StreamFilter {
  #isGrpcWeb = false;
  /** Absent for binary requests. */
  #decoder: Base64TextDecoder | undefined = undefined;
  /** Absent for binary responses. */
  #encoder: MessageTextEncoder | undefined = undefined;
  #stats: GrpcMethodStats | undefined = undefined;
  #responseHeaders: ResponseHeaders | undefined = undefined;
  /** Present while an answer is read that is not gRPC. */
  #foreignBody: ForeignBody | undefined = undefined;

  override decodeHeaders(headers: RequestHeaders, _endStream: boolean): FilterHeadersStatus {
    const type = headers.getKnown(CONTENT_TYPE);
    if (type === undefined || headers.path === '' || !isGrpcWebType(type)) return 'continue';
    this.#isGrpcWeb = true;
    this.#stats = this.#statsOf(headers.path);
    // It is the length of the body as the client encoded it, and trailers may follow.
    headers.removeKnown(CONTENT_LENGTH);
    if (isGrpcWebTextType(type)) this.#decoder = new Base64TextDecoder();
    if (isGrpcWebTextType(headers.getKnown(HeaderName.accept))) {
      this.#encoder = new MessageTextEncoder();
    }
    headers.set('content-type', 'application/grpc');
    headers.set('te', 'trailers');
    if (!headers.has('grpc-accept-encoding')) headers.set('grpc-accept-encoding', 'identity');
    return 'continue';
  }

  override decodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    const decoder = this.#decoder;
    if (decoder === undefined) return 'continue';
    const decoded = decoder.decode(bytes);
    if (decoded === undefined) return this.#refuse('grpc_base_64_decode_failed');
    if (endStream && decoder.isInGroup) return this.#refuse('grpc_base_64_decode_failed_bad_size');
    if (decoded.length === 0 && !endStream) return 'stopIterationNoBuffer';
    this.callbacks.replaceDecodedData(decoded);
    return 'continue';
  }

  override decodeTrailers(_trailers: HeaderMap): FilterTrailersStatus {
    if (this.#decoder?.isInGroup !== true) return 'continue';
    this.#refuse('grpc_base_64_decode_failed_bad_size');
    return 'stopIteration';
  }

  override encodeHeaders(headers: ResponseHeaders, endStream: boolean): FilterHeadersStatus {
    if (!this.#isGrpcWeb) return 'continue';
    this.#stats?.ended(headers.getKnown(STATUS));
    const isForeign =
      !isGrpcResponse(headers, endStream) &&
      !(headers.status === 200 && isBinaryGrpcWebResponseType(headers.getKnown(CONTENT_TYPE)));
    headers.removeKnown(CONTENT_LENGTH);
    const isText = this.#encoder !== undefined;
    headers.set('content-type', isText ? GRPC_WEB_TEXT_PROTO : GRPC_WEB_PROTO);
    if (endStream || !isForeign) return 'continue';
    this.#responseHeaders = headers;
    this.#foreignBody = new ForeignBody();
    return 'stopIteration';
  }

  override encodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    if (!this.#isGrpcWeb) return 'continue';
    if (this.#foreignBody !== undefined) {
      if (endStream) this.#endForeignBody(this.#foreignBody, bytes);
      else this.#foreignBody.add(bytes);
      this.callbacks.replaceEncodedData(NOTHING);
      return endStream ? 'continue' : 'stopIterationNoBuffer';
    }
    const encoder = this.#encoder;
    if (encoder === undefined) return 'continue';
    let text = encoder.encode(bytes);
    if (endStream) text = Buffer.concat([text, encoder.flush()]);
    if (text.length === 0 && !endStream) return 'stopIterationNoBuffer';
    this.callbacks.replaceEncodedData(text);
    return 'continue';
  }

  override encodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    if (!this.#isGrpcWeb) return 'continue';
    this.#stats?.ended(trailers.getKnown(STATUS));
    if (this.#foreignBody !== undefined) {
      this.#endForeignBody(this.#foreignBody, NOTHING);
      return 'continue';
    }
    const frame = trailersFrame(trailers);
    trailers.clear();
    this.callbacks.addEncodedData(this.#encoder === undefined ? frame : this.#asText(frame), true);
    return 'continue';
  }

  #asText(frame: Buffer): Buffer {
    const rest = this.#encoder?.flush() ?? NOTHING;
    return Buffer.concat([rest, Buffer.from(frame.toString('base64'), 'latin1')]);
  }

  #endForeignBody(body: ForeignBody, last: Buffer): void {
    this.#foreignBody = undefined;
    const headers = this.#responseHeaders as ResponseHeaders;
    headers.set('grpc-message', encodeGrpcMessage(body.finish(last)));
    headers.set('grpc-status', String(grpcStatusOfHttp(headers.status)));
    headers.set('content-length', '0');
  }

  #refuse(details: string): 'stopIterationNoBuffer' {
    this.callbacks.sendLocalReply({ status: 400, body: INVALID_BASE64, details });
    return 'stopIterationNoBuffer';
  }

  #statsOf(path: string): GrpcMethodStats | undefined {
    const { route, services } = this.callbacks;
    if (route?.action.kind !== 'route') return undefined;
    const called = parseGrpcMethod(path);
    const cluster = services.clusters.get(route.action.clusterName);
    return called && cluster?.grpcStats.of('grpc-web', called);
  }
}
