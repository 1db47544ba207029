import { type TimerOwner, WheelTimer } from '#base/timer-wheel.ts';
import { BodyBuffer } from '#connection-manager/body-buffer.ts';
import type { StreamFilterCallbacks } from '#connection-manager/filter.ts';
import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '#http/codec.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { releaseResponseHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { isUpgrade } from '#http/upgrade.ts';
import type { UpstreamConnectionInfo } from '#stream-info/stream-info.ts';
import { NEVER } from '#stream-info/stream-info.ts';
import { clusterStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import type { ConnectionPool } from '#upstream/pool/connection-pool.ts';
import type {
  PendingStream,
  PoolCallbacks,
  PoolFailureReason,
  UpstreamProtocol,
} from '#upstream/pool/pool-callbacks.ts';

const { field } = clusterStats;

/** What the router hears of one attempt. */
export interface UpstreamRequestOwner {
  onUpstream1xxHeaders(headers: ResponseHeaders): void;
  onUpstreamHeaders(headers: ResponseHeaders, endStream: boolean): void;
  /** The upstream answers a WebSocket handshake with another success than 101. */
  onUpstreamDeclined(headers: ResponseHeaders): void;
  onUpstreamData(bytes: Buffer, endStream: boolean): void;
  onUpstreamTrailers(trailers: HeaderMap): void;
  onUpstreamReset(reason: StreamResetReason, transportFailureReason: string): void;
  onPerTryTimeout(): void;
  onUpstreamMaxStreamDuration(): void;
  onUpstreamAboveWriteBufferHighWatermark(): void;
  onUpstreamBelowWriteBufferLowWatermark(): void;
}

const FAILURE_RESETS: { readonly [Reason in PoolFailureReason]: StreamResetReason } = {
  overflow: 'overflow',
  localConnectionFailure: 'localConnectionFailure',
  remoteConnectionFailure: 'remoteConnectionFailure',
  timeout: 'connectionTimeout',
};

/** What limits one attempt, in milliseconds; 0 is no limit. */
export interface AttemptLimits {
  /** From when both the request is complete and a connection was found. */
  readonly perTryMs: number;
  /** From when a connection was found. */
  readonly maxStreamDurationMs: number;
}

/** One attempt to have a request answered by one host. */
export class UpstreamRequest implements ResponseDecoder, PoolCallbacks, TimerOwner {
  readonly #owner: UpstreamRequestOwner;
  readonly #callbacks: StreamFilterCallbacks;
  readonly #pool: ConnectionPool;
  /** Absent when nothing limits the attempt alone. */
  readonly #limits: AttemptLimits | undefined;
  #headers: RequestHeaders | undefined = undefined;
  #isHeadersOnly = false;
  #isRequestComplete = false;
  #encoder: RequestEncoder | undefined = undefined;
  #pending: PendingStream | undefined = undefined;
  /**
   * An upgrade or CONNECT: what the client sends ahead waits until the upstream has agreed. One
   * that declines would take it for further requests.
   */
  #isHeld = false;
  /** The body that came while there was no connection yet, or that is held. */
  #early: BodyBuffer | undefined = undefined;
  #earlyTrailers: HeaderMap | undefined = undefined;
  #isPausedByEarly = false;
  #isAwaitingHeaders = true;
  #isResponseDone = false;
  #isOver = false;
  #readDisables = 0;
  /** When waiting for a connection began, in whole milliseconds of the stream. */
  #waitStartMs = 0;
  #perTryTimer: WheelTimer | undefined = undefined;
  #durationTimer: WheelTimer | undefined = undefined;

  constructor(
    owner: UpstreamRequestOwner,
    callbacks: StreamFilterCallbacks,
    pool: ConnectionPool,
    limits: AttemptLimits | undefined,
  ) {
    this.#owner = owner;
    this.#callbacks = callbacks;
    this.#pool = pool;
    this.#limits = limits;
  }

  get host(): Host {
    return this.#pool.host;
  }

  get isAwaitingHeaders(): boolean {
    return this.#isAwaitingHeaders;
  }

  start(headers: RequestHeaders, endStream: boolean): void {
    this.#headers = headers;
    this.#isHeadersOnly = endStream;
    this.#isRequestComplete = endStream;
    const pending = this.#pool.newStream(this, this);
    // With a connection at hand everything may be over by now.
    if (pending === undefined || this.#isOver) return;
    this.#pending = pending;
    this.#waitStartMs = this.#streamMs;
  }

  /** How long the stream lasts, in whole milliseconds. */
  get #streamMs(): number {
    const { services, streamInfo } = this.#callbacks;
    return (services.clock.nowMs - streamInfo.startTimeMs) | 0;
  }

  #noteWaited(): void {
    const { streamInfo } = this.#callbacks;
    streamInfo.poolReadyMs = this.#pending === undefined ? 0 : this.#streamMs - this.#waitStartMs;
    this.#pending = undefined;
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    if (this.#isOver) return;
    if (endStream) this.#completeRequest();
    if (this.#encoder !== undefined && !this.#isHeld) {
      this.#noteSent();
      this.#encoder.encodeData(bytes, endStream);
      return;
    }
    this.#early ??= new BodyBuffer();
    this.#early.add(bytes);
    if (!this.#isPausedByEarly && this.#early.length > this.#callbacks.bufferLimitBytes) {
      this.#isPausedByEarly = true;
      this.#callbacks.onDecoderFilterAboveWriteBufferHighWatermark();
    }
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.#isOver) return;
    this.#completeRequest();
    if (this.#encoder === undefined || this.#isHeld) {
      this.#earlyTrailers = trailers;
      return;
    }
    this.#noteSent();
    this.#encoder.encodeTrailers(trailers);
  }

  #completeRequest(): void {
    this.#isRequestComplete = true;
    if (this.#encoder !== undefined) this.#startPerTryTimer();
  }

  /** The answer is not wanted any more. */
  abandon(): void {
    if (this.#isOver) return;
    this.#end();
    if (this.#pending !== undefined) {
      this.#pool.cancel(this.#pending);
      this.#pending = undefined;
      return;
    }
    if (!this.#isResponseDone || this.#isOpenForRequest) this.#reset();
  }

  /**
   * Whether the rest of the request could still be sent although the response is complete. An
   * HTTP/1.1 connection is closed then.
   */
  get #isOpenForRequest(): boolean {
    return !this.#isRequestComplete && this.#pool.protocol !== 'HTTP/1.1';
  }

  /** As in Envoy, nobody waits for the rest of a request that has its response. */
  #endEarlyAnswered(): void {
    if (this.#isOver || !this.#isOpenForRequest) return;
    this.#end();
    this.#reset();
  }

  #reset(): void {
    if (this.#encoder === undefined) return;
    this.#encoder.resetStream('localReset');
    this.#pool.streamReset('localReset');
  }

  /** Counted: stops (and goes on) reading the response. */
  readDisable(isDisabled: boolean): void {
    const { stats } = this.#pool.cluster;
    this.#readDisables += isDisabled ? 1 : -1;
    if (this.#encoder === undefined || this.#isResponseDone || this.#isOver) return;
    stats.inc(
      isDisabled
        ? field.upstream_flow_control_paused_reading_total
        : field.upstream_flow_control_resumed_reading_total,
    );
    this.#encoder.readDisable(isDisabled);
  }

  // What the pool says.

  onPoolReady(
    encoder: RequestEncoder,
    connection: UpstreamConnectionInfo,
    protocol: UpstreamProtocol,
  ): void {
    const { streamInfo, services } = this.#callbacks;
    this.#noteWaited();
    this.#encoder = encoder;
    streamInfo.upstreamConnection = connection;
    streamInfo.beginUpstreamBytes(encoder.bytesMeter);
    streamInfo.upstreamProtocol = protocol === 'TCP' ? undefined : protocol;
    streamInfo.firstUpstreamTxByteMs = services.clock.nowMs;
    if (this.#limits !== undefined) this.#startTimers(this.#limits);
    for (let count = 0; count < this.#readDisables; count++) encoder.readDisable(true);
    this.#noteSent();
    const headers = this.#headers as RequestHeaders;
    this.#isHeld = headers.method === 'CONNECT' || isUpgrade(headers);
    encoder.encodeHeaders(headers, this.#isHeadersOnly);
    // The codec may have refused it, and everything is over.
    if (!this.#isHeadersOnly && !this.#isHeld && !this.#isOver) this.#sendEarly(encoder);
  }

  #sendEarly(encoder: RequestEncoder): void {
    const isEnded = this.#isRequestComplete && this.#earlyTrailers === undefined;
    const early = this.#early;
    if (early !== undefined) {
      this.#early = undefined;
      encoder.encodeData(early.takeAll(), isEnded);
      if (this.#isPausedByEarly) this.#callbacks.onDecoderFilterBelowWriteBufferLowWatermark();
      this.#isPausedByEarly = false;
    }
    if (this.#earlyTrailers !== undefined) encoder.encodeTrailers(this.#earlyTrailers);
  }

  #declinesWebSocket(status: number): boolean {
    const protocol = this.#headers?.getKnown(HeaderName.upgrade);
    return protocol?.toLowerCase() === 'websocket' && status >= 200 && status < 400;
  }

  /** The upstream agreed to a tunnel if this is a response that says so. */
  #openTunnel(status: number): void {
    const isConnect = this.#headers?.method === 'CONNECT';
    if (isConnect ? status < 200 || status > 299 : status !== 101) return;
    this.#isHeld = false;
    if (this.#encoder !== undefined) this.#sendEarly(this.#encoder);
  }

  onPoolFailure(reason: PoolFailureReason, transportFailureReason: string): void {
    this.#noteWaited();
    if (this.#isOver) return;
    this.#end();
    this.#owner.onUpstreamReset(FAILURE_RESETS[reason], transportFailureReason);
  }

  // What the codec says.

  decode1xxHeaders(headers: ResponseHeaders): void {
    if (!this.#isOver) this.#owner.onUpstream1xxHeaders(headers);
  }

  decodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    if (this.#isOver) {
      releaseResponseHeaders(headers);
      return;
    }
    const { streamInfo, services } = this.#callbacks;
    this.#isAwaitingHeaders = false;
    streamInfo.firstUpstreamRxByteMs = services.clock.nowMs;
    if (this.#isHeld && this.#declinesWebSocket(headers.status)) {
      this.#owner.onUpstreamDeclined(headers);
      return;
    }
    if (endStream) this.#responseDone();
    if (this.#isHeld) this.#openTunnel(headers.status);
    this.#owner.onUpstreamHeaders(headers, endStream);
    if (endStream) this.#endEarlyAnswered();
    if (endStream) this.#settleBytes();
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    if (this.#isOver) return;
    const { streamInfo, services } = this.#callbacks;
    if (streamInfo.responseHeadUs < 0) streamInfo.noteUpstreamBody(services.clock.nowMs);
    if (endStream) this.#responseDone();
    this.#owner.onUpstreamData(bytes, endStream);
    if (endStream) this.#endEarlyAnswered();
    if (endStream) this.#settleBytes();
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (this.#isOver) return;
    this.#responseDone();
    this.#owner.onUpstreamTrailers(trailers);
    this.#endEarlyAnswered();
    this.#settleBytes();
  }

  onResetStream(reason: StreamResetReason): void {
    if (this.#isOver) return;
    this.#end();
    this.#pool.streamReset(reason);
    this.#owner.onUpstreamReset(reason, '');
  }

  /** The upstream is slow, and the request not idle. */
  onPendingSent(): void {
    if (!this.#isOver) this.#callbacks.resetIdleTimer();
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#pool.cluster.stats.inc(field.upstream_flow_control_backed_up_total);
    if (!this.#isOver) this.#owner.onUpstreamAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#pool.cluster.stats.inc(field.upstream_flow_control_drained_total);
    if (!this.#isOver) this.#owner.onUpstreamBelowWriteBufferLowWatermark();
  }

  #noteSent(): void {
    this.#callbacks.streamInfo.lastUpstreamTxByteMs = this.#callbacks.services.clock.nowMs;
  }

  #responseDone(): void {
    this.#isResponseDone = true;
    this.#callbacks.streamInfo.lastUpstreamRxByteMs = this.#callbacks.services.clock.nowMs;
    this.#cancelTimers();
  }

  /** The connection goes on to another request; nearly always this one is logged by now. */
  #settleBytes(): void {
    const { streamInfo } = this.#callbacks;
    if (streamInfo.endMs === NEVER) streamInfo.settleUpstreamBytes();
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelTimers();
  }

  // Limits.

  #startTimers({ maxStreamDurationMs }: AttemptLimits): void {
    if (maxStreamDurationMs > 0) {
      this.#durationTimer = new WheelTimer(this);
      this.#callbacks.services.timers.start(this.#durationTimer, maxStreamDurationMs);
    }
    if (this.#isRequestComplete) this.#startPerTryTimer();
  }

  #startPerTryTimer(): void {
    const perTryMs = this.#limits?.perTryMs ?? 0;
    if (perTryMs === 0) return;
    this.#perTryTimer = new WheelTimer(this);
    this.#callbacks.services.timers.start(this.#perTryTimer, perTryMs);
  }

  #cancelTimers(): void {
    if (this.#limits === undefined) return;
    const { timers } = this.#callbacks.services;
    if (this.#perTryTimer !== undefined) timers.cancel(this.#perTryTimer);
    if (this.#durationTimer !== undefined) timers.cancel(this.#durationTimer);
  }

  onTimer(timer: WheelTimer): void {
    if (timer === this.#perTryTimer) this.#owner.onPerTryTimeout();
    else this.#owner.onUpstreamMaxStreamDuration();
  }
}
