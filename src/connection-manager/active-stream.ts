import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import { createStreamFilters } from '#connection-manager/create-stream-filters.ts';
import { DeferredRequest } from '#connection-manager/deferred-request.ts';
import type { DownstreamStreams } from '#connection-manager/downstream-streams.ts';
import type { FilterFactory, FilterServices, LocalReply } from '#connection-manager/filter.ts';
import { findRoute } from '#connection-manager/find-route.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import type { RepliedStream } from '#connection-manager/local-reply-rules.ts';
import { checkRequest } from '#connection-manager/request-checks.ts';
import { prepareRequestHeaders } from '#connection-manager/request-headers.ts';
import { normalizeHost } from '#connection-manager/request-host.ts';
import { ResponseSide } from '#connection-manager/response-side.ts';
import type { StreamFilters } from '#connection-manager/stream-filters.ts';
import type {
  StreamTimeout,
  StreamTimeoutOwner,
  StreamTimeouts,
} from '#connection-manager/stream-timeouts.ts';
import { timeoutField, timeoutReply } from '#connection-manager/timeout-replies.ts';
import { upgradeTypeOf } from '#connection-manager/upgrade-policy.ts';
import type { AccessLogType } from '#formatter/formatter-context.ts';
import type {
  CodecError,
  RequestDecoder,
  ResponseEncoder,
  StreamResetReason,
} from '#http/codec.ts';
import { isGrpcRequest } from '#http/grpc-status.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { releaseRequestHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { Route } from '#routing/route.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

const { field } = connectionManagerStats;

const UPGRADE_FAILED: LocalReply = { status: 403, body: '', details: 'upgrade_failed' };

/**
 * One request and its answer, from the first byte to the log line. The request's way through it is
 * `decodeHeaders`, read from top to bottom; the answer's way is in `ResponseSide`.
 */
export class ActiveStream implements RequestDecoder, RepliedStream, StreamTimeoutOwner {
  /** The streams of its connection, which it is one of. */
  readonly streams: DownstreamStreams;
  readonly manager: HttpConnectionManager;
  readonly timeouts: StreamTimeouts;
  readonly streamInfo: StreamInfo;
  readonly response: ResponseSide;
  readonly encoder: ResponseEncoder;
  requestHeaders: RequestHeaders | undefined = undefined;
  localReplyBody = '';
  isGrpc = false;
  accessLogType: AccessLogType = 'DownstreamEnd';
  /** The connection is to close with this stream. */
  closesConnection = false;
  isRequestComplete = false;
  /** Nothing may happen to the stream any more. */
  isOver = false;
  /** Answered, but the client has not taken all of it. */
  isLingering = false;
  /** Its neighbours among the streams of an HTTP/2 connection. */
  earlier: ActiveStream | undefined = undefined;
  later: ActiveStream | undefined = undefined;
  filters: StreamFilters | undefined = undefined;
  /** Fixed for the stream: decides among weighted clusters and fractions. */
  readonly #random: number;
  #route: Route | undefined = undefined;
  #isRouteKnown = false;
  #isUpgraded = false;
  #deferred: DeferredRequest | undefined = undefined;

  constructor(
    streams: DownstreamStreams,
    manager: HttpConnectionManager,
    timeouts: StreamTimeouts,
    encoder: ResponseEncoder,
    info: StreamInfo,
  ) {
    this.streams = streams;
    this.manager = manager;
    this.timeouts = timeouts;
    this.encoder = encoder;
    this.streamInfo = info;
    info.downstreamBytes = encoder.bytesMeter;
    this.response = new ResponseSide(this, encoder);
    this.#random = manager.services.random.uint32();
    timeouts.begin(this, manager.config);
  }

  get services(): FilterServices {
    return this.manager.services;
  }

  get stats(): StatBlock {
    return this.manager.stats;
  }

  get bufferLimitBytes(): number {
    return this.manager.bufferLimitBytes;
  }

  get responseHeaders(): ResponseHeaders | undefined {
    return this.response.headers;
  }

  get responseTrailers(): HeaderMap | undefined {
    return this.response.trailers;
  }

  // The request, as the codec reads it.

  decodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    const { manager, streamInfo } = this;
    streamInfo.noteRequestHead(this.services.clock.nowMs);
    this.requestHeaders = headers;
    this.isGrpc = isGrpcRequest(headers);
    this.timeouts.requestHeadersRead();
    const error = this.streams.noteRequest(headers, this);
    if (endStream) this.#completeRequest();
    if (error !== undefined) return this.decodeError(error);
    if (headers.hasKnown(HeaderName.expect)) this.#answerExpectation(headers);
    const refusal = checkRequest(headers, streamInfo, manager);
    if (refusal !== undefined) return this.sendLocalReply(refusal);
    if (manager.normalizesHost) {
      normalizeHost(headers, manager.config, streamInfo.downstream.localAddress);
    }
    prepareRequestHeaders(headers, streamInfo, manager.config, manager.runtime);
    const { route } = this;
    const filters = this.#createFilters(headers, route);
    if (manager.logsNewRequests) this.log('DownstreamStart');
    if (filters === undefined) return this.#refuseUpgrade();
    if (this.streams.defers(this)) return this.#defer(headers, endStream);
    filters.decodeHeaders(headers, endStream);
    this.timeouts.touch();
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    if (this.isOver) return;
    this.timeouts.touch();
    this.streamInfo.bytesReceived += bytes.length;
    if (endStream) this.#completeRequest();
    if (this.#deferred !== undefined) this.#deferred.decodeData(bytes, endStream);
    else if (!this.response.isDecided) this.filters?.decodeData(bytes, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (this.isOver) return;
    this.timeouts.touch();
    this.#completeRequest();
    if (this.#deferred !== undefined) this.#deferred.decodeTrailers(trailers);
    else if (!this.response.isDecided) this.filters?.decodeTrailers(trailers);
  }

  #defer(headers: RequestHeaders, endStream: boolean): void {
    this.#deferred = new DeferredRequest(headers, endStream, this.encoder, this.bufferLimitBytes);
  }

  /** The request had to wait, and its turn has come. */
  passOnRequest(): void {
    const deferred = this.#deferred;
    this.#deferred = undefined;
    if (deferred === undefined || this.filters === undefined || this.response.isDecided) return;
    deferred.passOn(this.filters, () => this.isOver || this.response.isDecided);
    this.timeouts.touch();
  }

  decodeError(error: CodecError): void {
    if (this.isOver) return;
    this.stats.inc(field.downstream_cx_protocol_error);
    this.streamInfo.setResponseFlag(ResponseFlag.downstreamProtocolError);
    this.streams.noteCodecError(error.details);
    this.sendLocalReply(error);
  }

  /** The client gave it up, the codec did because of what the client sent, or the connection is gone. */
  onResetStream(reason: StreamResetReason, details: string): void {
    if (this.isOver) return;
    this.stats.inc(field.downstream_rq_rx_reset);
    if (reason === 'remoteReset' || reason === 'remoteRefusedStreamReset') {
      this.streamInfo.setResponseFlag(ResponseFlag.downstreamRemoteReset);
    } else if (reason === 'protocolError') {
      this.streamInfo.setResponseFlag(ResponseFlag.downstreamProtocolError);
    }
    this.streamInfo.responseCodeDetails = details;
    this.streams.abandonStream(this);
  }

  /** What was to be sent is sent, or given up. */
  onStreamClosed(): void {
    if (!this.isOver) this.streams.onStreamClosed(this);
  }

  /** `100 Continue` is the proxy's to say unless it is configured to leave that to the upstream. */
  #answerExpectation(headers: RequestHeaders): void {
    if (this.manager.config.proxy100Continue) return;
    if (headers.getKnown(HeaderName.expect)?.toLowerCase() !== '100-continue') return;
    this.response.sendContinue();
    headers.removeKnown(HeaderName.expect);
  }

  #completeRequest(): void {
    this.isRequestComplete = true;
    this.streamInfo.lastDownstreamRxByteMs = this.services.clock.nowMs;
    this.timeouts.requestRead();
  }

  // Routing.

  /** What the route says of it. Its idle timeout counts for this too, unless the manager has its own. */
  get flushTimeoutMs(): number | undefined {
    const action = this.#route?.action;
    if (action?.kind !== 'route') return undefined;
    const { streamFlushTimeoutMs } = this.manager.config;
    return (
      action.flushTimeoutMs ??
      (streamFlushTimeoutMs === undefined ? action.idleTimeoutMs : undefined)
    );
  }

  /** The route if it was looked up already. */
  get knownRoute(): Route | undefined {
    return this.#route;
  }

  /** The route, looked up now if it was not before. */
  get route(): Route | undefined {
    const { requestHeaders } = this;
    if (!this.#isRouteKnown && requestHeaders !== undefined) {
      const { streamInfo, manager, timeouts } = this;
      this.#isRouteKnown = true;
      this.#route = findRoute(requestHeaders, streamInfo, manager, timeouts, this.#random);
    }
    return this.#route;
  }

  /** The next question for the route is answered anew, unless the answer has begun. */
  clearRouteCache(): void {
    if (!this.response.isStarted) this.#isRouteKnown = false;
  }

  // Filters.

  /** Nothing for an upgrade that is not allowed; a request without a route gets its 404 anyway. */
  #createFilters(headers: RequestHeaders, route: Route | undefined): StreamFilters | undefined {
    const { manager } = this;
    const upgradeType = upgradeTypeOf(headers);
    if (upgradeType === undefined) return this.#useFilters(manager.filters);
    const factories = manager.upgrades.filtersFor(upgradeType, route);
    const filters = this.#useFilters(factories ?? manager.filters);
    if (factories !== undefined) this.#noteUpgrade();
    return factories === undefined && route !== undefined ? undefined : filters;
  }

  #useFilters(factories: readonly FilterFactory[]): StreamFilters {
    const filters = createStreamFilters(this, factories);
    this.filters = filters;
    return filters;
  }

  #noteUpgrade(): void {
    this.#isUpgraded = true;
    this.stats.inc(field.downstream_cx_upgrades_total);
    this.stats.inc(field.downstream_cx_upgrades_active);
  }

  /** What follows on the connection may be anything: it is not to be read as a request. */
  #refuseUpgrade(): void {
    this.closesConnection = true;
    this.stats.inc(field.downstream_rq_ws_on_non_ws_route);
    this.sendLocalReply(UPGRADE_FAILED);
  }

  // The answer.

  /** Answers with a reply of the proxy's own, whatever the stream is at. */
  sendLocalReply(reply: LocalReply): void {
    if (this.isOver) return;
    const { response, manager } = this;
    this.streamInfo.responseCodeDetails = reply.details;
    if (reply.status === 400) this.streams.noteBadRequest();
    if (response.isStarted) {
      // The client has seen the beginning of another answer: all that is left is to break off.
      this.resetStream('localReset', reply.details);
    } else if (response.headers !== undefined) {
      response.sendReplyDirectly(reply);
    } else {
      (this.filters ?? this.#useFilters(manager.filters)).startLocalReply(reply);
    }
  }

  /** Breaks the stream off; for HTTP/1.1 that is the end of its connection. */
  resetStream(_reason: StreamResetReason, details: string): void {
    if (this.isOver) return;
    if (this.streamInfo.responseCodeDetails === '') this.streamInfo.responseCodeDetails = details;
    this.stats.inc(field.downstream_rq_tx_reset);
    this.streams.endStream(this);
  }

  chargeResponse(status: number): void {
    this.streamInfo.responseCode = status;
    this.manager.chargeResponse(status);
  }

  onTunnelEstablished(): void {
    const { flushOnTunnelSuccessfullyEstablished } = this.manager.config.accessLogOptions;
    if (flushOnTunnelSuccessfullyEstablished) this.log('DownstreamTunnelSuccessfullyEstablished');
  }

  // Flow control.

  pauseRequest(): void {
    this.stats.inc(field.downstream_flow_control_paused_reading_total);
    if (!this.isOver) this.encoder.readDisable(true);
  }

  resumeRequest(): void {
    this.stats.inc(field.downstream_flow_control_resumed_reading_total);
    // At the end of a stream the codec takes back every pause by itself.
    if (!this.isOver) this.encoder.readDisable(false);
  }

  /** The client is slow, not idle. */
  onPendingSent(): void {
    this.resetIdleTimer();
  }

  resetIdleTimer(): void {
    this.timeouts.touch();
  }

  onAboveWriteBufferHighWatermark(): void {
    this.response.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.timeouts.touch();
    this.response.onBelowWriteBufferLowWatermark();
  }

  onTimeout(timeout: StreamTimeout): void {
    if (timeout === 'logInterval') {
      this.log('DownstreamPeriodic');
      this.timeouts.startLogInterval(this.manager.config.accessLogOptions.flushIntervalMs);
      return;
    }
    this.stats.inc(timeoutField(timeout));
    if (timeout === 'idle') this.streamInfo.setResponseFlag(ResponseFlag.streamIdleTimeout);
    this.sendLocalReply(timeoutReply(timeout, this.isRequestComplete));
  }

  // The end.

  log(type: AccessLogType): void {
    this.accessLogType = type;
    for (const log of this.manager.logs) log.log(this);
  }

  /** To be called by the connection alone: logs, and gives back everything. */
  destroy(): void {
    this.isOver = true;
    this.timeouts.end();
    this.streamInfo.endMs = this.services.clock.nowMs;
    if (this.#isUpgraded) this.stats.dec(field.downstream_cx_upgrades_active);
    this.log('DownstreamEnd');
    this.filters?.onDestroy();
    if (this.requestHeaders !== undefined) releaseRequestHeaders(this.requestHeaders);
    this.requestHeaders = undefined;
    this.response.release();
  }
}
