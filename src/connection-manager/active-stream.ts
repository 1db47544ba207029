import { type TimerOwner, WheelTimer } from '#base/timer-wheel.ts';
import { ActiveFilter } from '#connection-manager/active-filter.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import type { DownstreamConnection } from '#connection-manager/downstream-connection.ts';
import type {
  DownstreamWatermarkCallbacks,
  FilterServices,
  LocalReply,
  StreamFilter,
} from '#connection-manager/filter.ts';
import { FilterIteration, type IterationEnd } from '#connection-manager/filter-iteration.ts';
import { DecodeStep, EncodeStep } from '#connection-manager/filter-steps.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import { localReplyHeaders } from '#connection-manager/local-reply.ts';
import { checkRequest } from '#connection-manager/request-checks.ts';
import { prepareRequestHeaders } from '#connection-manager/request-headers.ts';
import { prepareResponseHeaders } from '#connection-manager/response-headers.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import type {
  CodecError,
  RequestDecoder,
  ResponseEncoder,
  StreamResetReason,
} from '#http/codec.ts';
import { HeaderMap, type RequestHeaders, type ResponseHeaders } from '#http/header-map.ts';
import { releaseRequestHeaders, releaseResponseHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { Route } from '#routing/route.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import { StreamInfo } from '#stream-info/stream-info.ts';

const { field } = connectionManagerStats;

/**
 * One request and its answer, from the first byte to the log line: the filters' host, and the
 * place where limits, timeouts, local replies and statistics of a stream are minded.
 */
export class ActiveStream
  implements RequestDecoder, IterationEnd<ResponseHeaders>, TimerOwner, FormatterContext
{
  readonly #connection: DownstreamConnection;
  readonly #manager: HttpConnectionManager;
  readonly #encoder: ResponseEncoder;
  readonly streamInfo: StreamInfo;
  requestHeaders: RequestHeaders | undefined = undefined;
  responseHeaders: ResponseHeaders | undefined = undefined;
  responseTrailers: HeaderMap | undefined = undefined;
  /** The body of a local reply, for formats that quote it. */
  localReplyBody = '';
  readonly accessLogType = 'DownstreamEnd';
  /** Fixed for the stream: decides among weighted clusters and fractions. */
  readonly #random: number;
  #route: Route | undefined = undefined;
  #isRouteKnown = false;
  #filters: StreamFilter[] = [];
  /** The only filter, called without iteration: most chains are a router and nothing else. */
  #onlyFilter: StreamFilter | undefined = undefined;
  decodeIteration: FilterIteration<RequestHeaders> | undefined = undefined;
  /** Absent when no filter looks at responses. */
  encodeIteration: FilterIteration<ResponseHeaders> | undefined = undefined;
  #isRequestComplete = false;
  #isResponseStarted = false;
  #isResponseComplete = false;
  #isLocalReply = false;
  #isDestroyed = false;
  #watermarkCallbacks: DownstreamWatermarkCallbacks[] = [];
  #isAboveHighWatermark = false;
  #idleTimer: WheelTimer | undefined = undefined;
  #idleTimeoutMs: number;
  #requestTimer: WheelTimer | undefined = undefined;
  #headersTimer: WheelTimer | undefined = undefined;
  #durationTimer: WheelTimer | undefined = undefined;

  constructor(
    connection: DownstreamConnection,
    manager: HttpConnectionManager,
    encoder: ResponseEncoder,
    info: StreamInfo,
  ) {
    this.#connection = connection;
    this.#manager = manager;
    this.#encoder = encoder;
    this.streamInfo = info;
    this.#random = manager.services.random.uint32();
    const { config } = manager;
    this.#idleTimeoutMs = config.streamIdleTimeoutMs;
    if (this.#idleTimeoutMs > 0) this.#idleTimer = this.#startTimer(this.#idleTimeoutMs);
    if (config.requestTimeoutMs > 0) this.#requestTimer = this.#startTimer(config.requestTimeoutMs);
    if (config.requestHeadersTimeoutMs > 0) {
      this.#headersTimer = this.#startTimer(config.requestHeadersTimeoutMs);
    }
    if (config.common.maxStreamDurationMs > 0) {
      this.#durationTimer = this.#startTimer(config.common.maxStreamDurationMs);
    }
  }

  get services(): FilterServices {
    return this.#manager.services;
  }

  get bufferLimitBytes(): number {
    return this.#manager.bufferLimitBytes;
  }

  /** Iteration must not go on: the stream ended or a local reply took over. */
  get isOver(): boolean {
    return this.#isDestroyed;
  }

  get isRequestComplete(): boolean {
    return this.#isRequestComplete;
  }

  get isResponseComplete(): boolean {
    return this.#isResponseComplete;
  }

  get hasResponseStarted(): boolean {
    return this.#isResponseStarted;
  }

  get route(): Route | undefined {
    if (!this.#isRouteKnown && this.requestHeaders !== undefined) {
      this.#isRouteKnown = true;
      this.#route = this.#manager.routes.match(this.requestHeaders, this.streamInfo, this.#random);
      this.streamInfo.routeName = this.#route?.name ?? '';
      this.streamInfo.route = this.#route;
    }
    return this.#route;
  }

  clearRouteCache(): void {
    this.#isRouteKnown = false;
    this.#route = undefined;
  }

  // The request, as the codec reads it.

  decodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    this.requestHeaders = headers;
    this.#touch();
    if (this.#headersTimer !== undefined) this.services.timers.cancel(this.#headersTimer);
    if (endStream) this.#requestDone();
    this.#connection.noteRequest(headers, this.streamInfo);
    const rejection = checkRequest(headers, this.streamInfo, this.#manager);
    if (rejection !== undefined) {
      this.sendLocalReply(rejection);
      return;
    }
    const { config, runtime } = this.#manager;
    prepareRequestHeaders(headers, this.streamInfo, config, runtime);
    this.#answerExpectation(headers);
    this.#createFilters();
    if (this.#onlyFilter !== undefined) this.#onlyFilter.decodeHeaders(headers, endStream);
    else this.decodeIteration?.startHeaders(headers, endStream);
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    this.#touch();
    this.streamInfo.bytesReceived += bytes.length;
    if (endStream) this.#requestDone();
    if (this.#isLocalReply || this.#isDestroyed) {
      if (endStream) this.#finishIfComplete();
      return;
    }
    if (this.#onlyFilter !== undefined) this.#onlyFilter.decodeData(bytes, endStream);
    else this.decodeIteration?.startData(bytes, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.#touch();
    this.#requestDone();
    if (this.#isLocalReply || this.#isDestroyed) {
      this.#finishIfComplete();
      return;
    }
    if (this.#onlyFilter !== undefined) this.#onlyFilter.decodeTrailers(trailers);
    else this.decodeIteration?.startTrailers(trailers);
  }

  decodeError(error: CodecError): void {
    this.#manager.stats.inc(field.downstream_cx_protocol_error);
    this.streamInfo.setResponseFlag(ResponseFlag.downstreamProtocolError);
    this.#connection.closeAfterResponse();
    if (this.#isResponseStarted) {
      this.resetStream('protocolError', error.details);
      return;
    }
    this.sendLocalReply(error);
  }

  onResetStream(_reason: StreamResetReason, details: string): void {
    if (this.#isDestroyed) return;
    this.streamInfo.setResponseFlag(ResponseFlag.downstreamConnectionTermination);
    if (this.streamInfo.responseCodeDetails === '' || !this.#isResponseComplete) {
      this.streamInfo.responseCodeDetails = details;
    }
    this.#manager.stats.inc(field.downstream_rq_rx_reset);
    this.#destroy();
  }

  // The response, as filters and the router make it.

  encode1xxHeaders(headers: ResponseHeaders): void {
    if (!this.#manager.config.proxy100Continue) return;
    this.#encoder.encode1xxHeaders(headers);
  }

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.responseHeaders = headers;
    if (this.encodeIteration !== undefined) this.encodeIteration.startHeaders(headers, endStream);
    else this.onHeaders(headers, endStream);
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    if (this.encodeIteration !== undefined) this.encodeIteration.startData(bytes, endStream);
    else this.onData(bytes, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.encodeIteration !== undefined) this.encodeIteration.startTrailers(trailers);
    else this.onTrailers(trailers);
  }

  /** Headers passed every filter. */
  onHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.#touch();
    const { clock } = this.services;
    const date = this.#manager.date.at(clock.wallMs());
    prepareResponseHeaders(headers, this.requestHeaders, this.#manager.config, date);
    this.#connection.decidePersistence(headers, this);
    this.streamInfo.responseCode = headers.status;
    this.streamInfo.firstDownstreamTxByteMs = clock.nowMs;
    this.#isResponseStarted = true;
    this.#manager.chargeResponse(headers.status);
    if (endStream) this.#responseDone();
    this.#encoder.encodeHeaders(headers, endStream);
    if (endStream) this.#finishIfComplete();
  }

  onData(bytes: Buffer, endStream: boolean): void {
    this.#touch();
    this.streamInfo.bytesSent += bytes.length;
    if (endStream) this.#responseDone();
    this.#encoder.encodeData(bytes, endStream);
    if (endStream) this.#finishIfComplete();
  }

  onTrailers(trailers: HeaderMap): void {
    this.#touch();
    this.responseTrailers = trailers;
    this.#responseDone();
    this.#encoder.encodeTrailers(trailers);
    this.#finishIfComplete();
  }

  sendLocalReply(reply: LocalReply): void {
    if (this.#isDestroyed) return;
    if (this.#isResponseStarted) {
      // The client has seen the beginning of another answer: all that is left is to break off.
      this.streamInfo.responseCodeDetails = reply.details;
      this.resetStream('localReset', reply.details);
      return;
    }
    this.#isLocalReply = true;
    this.streamInfo.responseCodeDetails = reply.details;
    const isHead = this.requestHeaders?.method === 'HEAD';
    const { headers, body } = localReplyHeaders(reply);
    const hasBody = body.length > 0 && !isHead;
    this.encodeHeaders(headers, !hasBody);
    if (hasBody && !this.#isDestroyed) this.encodeData(body, true);
  }

  resetStream(reason: StreamResetReason, details: string): void {
    if (this.#isDestroyed) return;
    if (this.streamInfo.responseCodeDetails === '') this.streamInfo.responseCodeDetails = details;
    this.#manager.stats.inc(field.downstream_rq_tx_reset);
    this.#destroy();
    this.#encoder.resetStream(reason);
  }

  // Flow control.

  pauseRequest(): void {
    this.#manager.stats.inc(field.downstream_flow_control_paused_reading_total);
    this.#encoder.readDisable(true);
  }

  resumeRequest(): void {
    this.#manager.stats.inc(field.downstream_flow_control_resumed_reading_total);
    this.#encoder.readDisable(false);
  }

  onBufferLimitExceeded(isStreaming: boolean): void {
    if (isStreaming) return;
    this.#manager.stats.inc(field.rs_too_large);
    this.sendLocalReply({
      status: 500,
      body: 'Internal Server Error',
      details: 'response_payload_too_large',
    });
  }

  onBufferDrained(): void {}

  addDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks): void {
    this.#watermarkCallbacks.push(callbacks);
    if (this.#isAboveHighWatermark) callbacks.onAboveWriteBufferHighWatermark();
  }

  removeDownstreamWatermarkCallbacks(callbacks: DownstreamWatermarkCallbacks): void {
    const index = this.#watermarkCallbacks.indexOf(callbacks);
    if (index >= 0) this.#watermarkCallbacks.splice(index, 1);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#isAboveHighWatermark = true;
    for (const callbacks of this.#watermarkCallbacks) callbacks.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#isAboveHighWatermark = false;
    this.#touch();
    for (const callbacks of this.#watermarkCallbacks) callbacks.onBelowWriteBufferLowWatermark();
  }

  addDecodedTrailers(): HeaderMap {
    return (this.decodeIteration as FilterIteration<RequestHeaders>).addTrailers(
      () => new HeaderMap(),
    );
  }

  addEncodedTrailers(): HeaderMap {
    return (this.encodeIteration as FilterIteration<ResponseHeaders>).addTrailers(
      () => new HeaderMap(),
    );
  }

  // Timeouts.

  onTimer(timer: WheelTimer): void {
    const { stats } = this.#manager;
    if (timer === this.#idleTimer) {
      stats.inc(field.downstream_rq_idle_timeout);
      this.streamInfo.setResponseFlag(ResponseFlag.streamIdleTimeout);
      const status = this.#isRequestComplete ? 504 : 408;
      this.sendLocalReply({ status, body: 'stream timeout', details: 'stream_idle_timeout' });
    } else if (timer === this.#headersTimer) {
      stats.inc(field.downstream_rq_header_timeout);
      this.#connection.closeAfterResponse();
      this.sendLocalReply({
        status: 408,
        body: 'request header timeout',
        details: 'request_header_timeout',
      });
    } else if (timer === this.#requestTimer) {
      stats.inc(field.downstream_rq_timeout);
      this.sendLocalReply({
        status: 408,
        body: 'request timeout',
        details: 'request_overall_timeout',
      });
    } else {
      stats.inc(field.downstream_rq_max_duration_reached);
      this.streamInfo.setResponseFlag(ResponseFlag.upstreamMaxStreamDurationReached);
      this.sendLocalReply({
        status: this.#isRequestComplete ? 504 : 408,
        body: 'downstream duration timeout',
        details: 'max_duration_timeout',
      });
    }
  }

  /** The route's own idle timeout takes the place of the connection manager's. */
  setIdleTimeout(timeoutMs: number): void {
    this.#idleTimeoutMs = timeoutMs;
    if (this.#idleTimer !== undefined) this.services.timers.cancel(this.#idleTimer);
    this.#idleTimer = timeoutMs > 0 ? this.#startTimer(timeoutMs) : undefined;
  }

  #startTimer(delayMs: number): WheelTimer {
    const timer = new WheelTimer(this);
    this.services.timers.start(timer, delayMs);
    return timer;
  }

  /** Something moved: the stream is not idle. */
  #touch(): void {
    if (this.#idleTimer !== undefined) {
      this.services.timers.start(this.#idleTimer, this.#idleTimeoutMs);
    }
  }

  #answerExpectation(headers: RequestHeaders): void {
    if (!headers.hasKnown(HeaderName.expect) || this.#manager.config.proxy100Continue) return;
    if (headers.getKnown(HeaderName.expect)?.toLowerCase() !== '100-continue') return;
    headers.removeKnown(HeaderName.expect);
    this.#connection.sendContinue(this.#encoder);
  }

  #createFilters(): void {
    const { filters: factories } = this.#manager;
    const only = factories.length === 1 ? factories[0] : undefined;
    if (only !== undefined) {
      const filter = only.create(new ActiveFilter(this, only.name, 0));
      this.#onlyFilter = filter;
      this.#filters.push(filter);
      return;
    }
    const decodeSteps: DecodeStep[] = [];
    const encodeSteps: EncodeStep[] = [];
    const actives: ActiveFilter[] = [];
    for (const factory of factories) {
      if (this.route?.isFilterDisabled(factory.name) ?? factory.isDisabled) continue;
      const active = new ActiveFilter(this, factory.name, decodeSteps.length);
      const filter = factory.create(active);
      actives.push(active);
      this.#filters.push(filter);
      decodeSteps.push(new DecodeStep(filter));
      encodeSteps.unshift(new EncodeStep(filter));
    }
    actives.forEach((active, index) => {
      active.encodeIndex = actives.length - 1 - index;
    });
    this.decodeIteration = new FilterIteration(decodeSteps, new RequestEnd(this));
    this.encodeIteration = new FilterIteration(encodeSteps, this);
  }

  #requestDone(): void {
    this.#isRequestComplete = true;
    this.streamInfo.lastDownstreamRxByteMs = this.services.clock.nowMs;
    if (this.#requestTimer !== undefined) this.services.timers.cancel(this.#requestTimer);
  }

  #responseDone(): void {
    this.#isResponseComplete = true;
    this.streamInfo.lastDownstreamTxByteMs = this.services.clock.nowMs;
  }

  #finishIfComplete(): void {
    if (!this.#isResponseComplete || this.#isDestroyed) return;
    this.#destroy();
    this.#connection.streamDone(this);
  }

  get hasLocalReply(): boolean {
    return this.#isLocalReply;
  }

  #destroy(): void {
    this.#isDestroyed = true;
    const { timers, clock } = this.services;
    if (this.#idleTimer !== undefined) timers.cancel(this.#idleTimer);
    if (this.#requestTimer !== undefined) timers.cancel(this.#requestTimer);
    if (this.#headersTimer !== undefined) timers.cancel(this.#headersTimer);
    if (this.#durationTimer !== undefined) timers.cancel(this.#durationTimer);
    const { streamInfo: info } = this;
    info.endMs = clock.nowMs;
    this.#connection.streamEnded(this);
    for (const log of this.#manager.logs) {
      log.log(this);
    }
    for (const filter of this.#filters) filter.onDestroy();
    if (this.requestHeaders !== undefined) releaseRequestHeaders(this.requestHeaders);
    if (this.responseHeaders !== undefined) releaseResponseHeaders(this.responseHeaders);
    this.requestHeaders = undefined;
    this.responseHeaders = undefined;
  }
}

/** Behind the last filter of a request lies nothing: the router is the end. */
class RequestEnd implements IterationEnd<RequestHeaders> {
  readonly #stream: ActiveStream;

  constructor(stream: ActiveStream) {
    this.#stream = stream;
  }

  onHeaders(): void {}
  onData(): void {}
  onTrailers(): void {}

  onBufferLimitExceeded(isStreaming: boolean): void {
    if (isStreaming) {
      this.#stream.pauseRequest();
      return;
    }
    this.#stream.sendLocalReply({
      status: 413,
      body: 'Payload Too Large',
      details: 'request_payload_too_large',
    });
  }

  onBufferDrained(): void {
    this.#stream.resumeRequest();
  }

  get isOver(): boolean {
    return this.#stream.isOver || this.#stream.hasLocalReply;
  }

  get bufferLimitBytes(): number {
    return this.#stream.bufferLimitBytes;
  }
}
