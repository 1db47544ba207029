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
import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { NEVER } from '#stream-info/stream-info.ts';
import type { GrpcMethodStats } from '#upstream/grpc-stats.ts';

const STATUS = HeaderName['grpc-status'];

/** The messages of a call, each way. */
class CallMessages {
  readonly requests = new GrpcFrameReader();
  readonly responses = new ResponseMessageCounter();
}

/** Counts calls, their outcomes and their messages for the cluster they go to. */
export class GrpcStatsFilter extends StreamFilter {
  readonly #config: GrpcStatsConfig;
  readonly #methods: CountedMethods;
  #protocol: CallProtocol | undefined = undefined;
  /** Made for calls alone: most meshes have this filter in the way of every request. */
  #messages: CallMessages | undefined = undefined;
  /** Nothing where the call goes to no cluster. */
  #stats: GrpcMethodStats | undefined = undefined;
  #isGrpcResponse = false;
  #counts: MessageCounts | undefined = undefined;

  constructor(callbacks: StreamFilterCallbacks, config: GrpcStatsConfig, methods: CountedMethods) {
    super(callbacks);
    this.#config = config;
    this.#methods = methods;
  }

  override decodeHeaders(headers: RequestHeaders, _endStream: boolean): FilterHeadersStatus {
    this.#protocol = callProtocolOf(headers);
    if (this.#protocol === undefined) return 'continue';
    this.#messages = new CallMessages();
    this.#stats = this.#methods.statsOf(headers.path, this.callbacks);
    return 'continue';
  }

  override decodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    const messages = this.#messages;
    if (messages === undefined) return 'continue';
    const { requests } = messages;
    const before = requests.count;
    if (this.#protocol !== 'connectUnary') requests.read(bytes);
    else if (endStream) requests.count = 1;
    const count = requests.count - before;
    if (count === 0) return 'continue';
    this.#noteCounts(messages);
    this.#stats?.requestMessages(count);
    return 'continue';
  }

  override encodeHeaders(headers: ResponseHeaders, endStream: boolean): FilterHeadersStatus {
    if (this.#protocol === undefined) return 'continue';
    this.#isGrpcResponse = isGrpcResponse(headers, endStream);
    if (this.#protocol === 'connectUnary') this.#stats?.succeeded(headers.status === 200);
    else if (!isConnectStream(headers)) this.#stats?.ended(headers.getKnown(STATUS));
    if (endStream) this.#chargeUpstreamTime();
    return 'continue';
  }

  override encodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    const messages = this.#messages;
    if (messages === undefined) return 'continue';
    this.#readResponse(messages, bytes, endStream);
    if (!endStream || this.#isGrpcResponse) return 'continue';
    if (this.#protocol === 'grpc') return 'continue';
    if (this.#protocol === 'connectStreaming') {
      this.#stats?.succeeded(messages.responses.isConnectSuccess);
    }
    this.#chargeUpstreamTime();
    return 'continue';
  }

  override encodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    if (this.#protocol === 'grpc') {
      this.#stats?.ended(trailers.getKnown(STATUS));
      this.#chargeUpstreamTime();
    }
    return 'continue';
  }

  #readResponse(messages: CallMessages, bytes: Buffer, endStream: boolean): void {
    const { responses } = messages;
    const before = responses.messages;
    if (this.#isGrpcResponse || this.#protocol === 'connectStreaming') responses.read(bytes);
    else if (this.#protocol === 'connectUnary' && endStream) responses.count = 1;
    const count = responses.messages - before;
    if (count === 0) return;
    this.#noteCounts(messages);
    this.#stats?.responseMessages(count);
  }

  #noteCounts({ requests, responses }: CallMessages): void {
    if (!this.#config.emitFilterState) return;
    if (this.#counts === undefined) {
      this.#counts = new MessageCounts();
      this.callbacks.streamInfo.setFilterState('envoy.filters.http.grpc_stats', this.#counts);
    }
    this.#counts.requests = requests.count;
    this.#counts.responses = responses.messages;
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
