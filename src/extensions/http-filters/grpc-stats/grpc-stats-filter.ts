import {
  type FilterDataStatus,
  type FilterHeadersStatus,
  type FilterTrailersStatus,
  StreamFilter,
  type StreamFilterCallbacks,
} from '#connection-manager/filter.ts';
import {
  type CallProtocol,
  callProtocolOf,
} from '#extensions/http-filters/grpc-stats/call-protocol.ts';
import type { CountedMethods } from '#extensions/http-filters/grpc-stats/counted-methods.ts';
import type { GrpcStatsConfig } from '#extensions/http-filters/grpc-stats/grpc-stats-config.ts';
import { MessageCounts } from '#extensions/http-filters/grpc-stats/message-counts.ts';
import { ResponseMessageCounter } from '#extensions/http-filters/grpc-stats/response-message-counter.ts';
import { GrpcFrameReader } from '#http/grpc-frame-reader.ts';
import { isGrpcResponse } from '#http/grpc-status.ts';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import { NEVER } from '#stream-info/stream-info.ts';
import type { GrpcMethodStats } from '#upstream/grpc-stats.ts';

const STATUS = HeaderName['grpc-status'];

/** Counts calls, their outcomes and their messages for the cluster they go to. */
export class GrpcStatsFilter extends StreamFilter {
  readonly #config: GrpcStatsConfig;
  readonly #methods: CountedMethods;
  #protocol: CallProtocol | undefined = undefined;
  /** Nothing where the call goes to no cluster. */
  #stats: GrpcMethodStats | undefined = undefined;
  #isGrpcResponse = false;
  readonly #request = new GrpcFrameReader();
  readonly #response = new ResponseMessageCounter();
  #counts: MessageCounts | undefined = undefined;

  constructor(callbacks: StreamFilterCallbacks, config: GrpcStatsConfig, methods: CountedMethods) {
    super(callbacks);
    this.#config = config;
    this.#methods = methods;
  }

  override decodeHeaders(headers: RequestHeaders, _endStream: boolean): FilterHeadersStatus {
    this.#protocol = callProtocolOf(headers);
    if (this.#protocol !== undefined) {
      this.#stats = this.#methods.statsOf(headers.path, this.callbacks);
    }
    return 'continue';
  }

  override decodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    if (this.#protocol === undefined) return 'continue';
    if (this.#protocol !== 'connectUnary') {
      this.#requestMessages(this.#request.read(bytes));
    } else if (endStream) {
      this.#request.count = 1;
      this.#requestMessages(1);
    }
    return 'continue';
  }

  override encodeHeaders(headers: ResponseHeaders, endStream: boolean): FilterHeadersStatus {
    this.#isGrpcResponse = isGrpcResponse(headers, endStream);
    if (this.#protocol === 'connectUnary') this.#stats?.succeeded(headers.status === 200);
    else if (!isConnectStream(headers)) this.#stats?.ended(headers.getKnown(STATUS));
    if (endStream) this.#chargeUpstreamTime();
    return 'continue';
  }

  override encodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    if (this.#protocol === undefined) return 'continue';
    if (this.#isGrpcResponse) {
      this.#readResponse(bytes);
    } else if (this.#protocol === 'connectStreaming') {
      this.#readResponse(bytes);
      if (endStream) this.#stats?.succeeded(this.#response.isConnectSuccess);
      if (endStream) this.#chargeUpstreamTime();
    } else if (this.#protocol === 'connectUnary' && endStream) {
      this.#response.count = 1;
      this.#responseMessages(1);
      this.#chargeUpstreamTime();
    }
    return 'continue';
  }

  override encodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    if (this.#protocol === 'grpc') {
      this.#stats?.ended(trailers.getKnown(STATUS));
      this.#chargeUpstreamTime();
    }
    return 'continue';
  }

  #readResponse(bytes: Buffer): void {
    const before = this.#response.messages;
    this.#response.read(bytes);
    this.#responseMessages(this.#response.messages - before);
  }

  #requestMessages(count: number): void {
    if (count === 0) return;
    this.#noteCounts();
    this.#stats?.requestMessages(count);
  }

  #responseMessages(count: number): void {
    if (count === 0) return;
    this.#noteCounts();
    this.#stats?.responseMessages(count);
  }

  #noteCounts(): void {
    if (!this.#config.emitFilterState) return;
    if (this.#counts === undefined) {
      this.#counts = new MessageCounts();
      this.callbacks.streamInfo.setFilterState('envoy.filters.http.grpc_stats', this.#counts);
    }
    this.#counts.requests = this.#request.count;
    this.#counts.responses = this.#response.messages;
  }

  #chargeUpstreamTime(): void {
    if (!this.#config.enableUpstreamStats) return;
    const { lastUpstreamTxByteMs, lastUpstreamRxByteMs } = this.callbacks.streamInfo;
    if (lastUpstreamTxByteMs === NEVER || lastUpstreamRxByteMs === NEVER) return;
    this.#stats?.upstreamTime(Math.trunc(lastUpstreamRxByteMs - lastUpstreamTxByteMs));
  }
}

function isConnectStream(headers: ResponseHeaders): boolean {
  if (headers.status !== 200) return false;
  const type = headers.getKnown(HeaderName['content-type']);
  return type?.startsWith('application/connect+') ?? false;
}
