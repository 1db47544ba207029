import { BodyBuffer } from '#connection-manager/body-buffer.ts';
import type { StreamFilterCallbacks } from '#connection-manager/filter.ts';
import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '#http/codec.ts';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { releaseResponseHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';
import { isUpgrade } from '#http/upgrade.ts';
import { clusterStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import type {
  Http1Pool,
  PendingRequest,
  PoolCallbacks,
  PoolFailureReason,
} from '#upstream/pool/http1-pool.ts';
import type { UpstreamConnection } from '#upstream/pool/upstream-connection.ts';

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
  onUpstreamAboveWriteBufferHighWatermark(): void;
  onUpstreamBelowWriteBufferLowWatermark(): void;
}

const FAILURE_RESETS: { readonly [Reason in PoolFailureReason]: StreamResetReason } = {
  overflow: 'overflow',
  localConnectionFailure: 'localConnectionFailure',
  remoteConnectionFailure: 'remoteConnectionFailure',
  timeout: 'connectionTimeout',
};

/** One attempt to have a request answered by one host. */
export class UpstreamRequest implements ResponseDecoder, PoolCallbacks {
  readonly #owner: UpstreamRequestOwner;
  readonly #callbacks: StreamFilterCallbacks;
  readonly #pool: Http1Pool;
  #headers: RequestHeaders | undefined = undefined;
  #isHeadersOnly = false;
  #encoder: RequestEncoder | undefined = undefined;
  #pending: PendingRequest | undefined = undefined;
  /**
   * An upgrade or CONNECT: what the client sends ahead waits until the upstream has agreed. One
   * that declines would take it for further requests.
   */
  #isHeld = false;
  /** The body that came while there was no connection yet, or that is held. */
  #early: BodyBuffer | undefined = undefined;
  #earlyTrailers: HeaderMap | undefined = undefined;
  #isEarlyEnd = false;
  #isEarlyAboveLimit = false;
  #isResponseDone = false;
  #isOver = false;
  #readDisables = 0;

  constructor(owner: UpstreamRequestOwner, callbacks: StreamFilterCallbacks, pool: Http1Pool) {
    this.#owner = owner;
    this.#callbacks = callbacks;
    this.#pool = pool;
  }

  get host(): Host {
    return this.#pool.host;
  }

  start(headers: RequestHeaders, endStream: boolean): void {
    this.#headers = headers;
    this.#isHeadersOnly = endStream;
    this.#pending = this.#pool.newStream(this, this);
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    if (this.#isOver) return;
    if (this.#encoder !== undefined && !this.#isHeld) {
      this.#noteSent();
      this.#encoder.encodeData(bytes, endStream);
      return;
    }
    this.#early ??= new BodyBuffer();
    this.#early.add(bytes);
    this.#isEarlyEnd = endStream;
    if (!this.#isEarlyAboveLimit && this.#early.length > this.#callbacks.bufferLimitBytes) {
      this.#isEarlyAboveLimit = true;
      this.#callbacks.onDecoderFilterAboveWriteBufferHighWatermark();
    }
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.#isOver) return;
    if (this.#encoder === undefined || this.#isHeld) this.#earlyTrailers = trailers;
    else this.#encoder.encodeTrailers(trailers);
  }

  /** The answer is not wanted any more. */
  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#pending !== undefined) {
      this.#pool.cancel(this.#pending);
      this.#pending = undefined;
      return;
    }
    if (this.#encoder === undefined || this.#isResponseDone) return;
    this.#encoder.resetStream('localReset');
  }

  /** Counted: stops (and goes on) reading the response. */
  readDisable(isDisabled: boolean): void {
    const { stats } = this.#pool.cluster;
    this.#readDisables += isDisabled ? 1 : -1;
    if (this.#encoder === undefined || this.#isResponseDone || this.#isOver) return;
    if (isDisabled) stats.inc(field.upstream_flow_control_paused_reading_total);
    else stats.inc(field.upstream_flow_control_resumed_reading_total);
    this.#encoder.readDisable(isDisabled);
  }

  // What the pool says.

  onPoolReady(encoder: RequestEncoder, connection: UpstreamConnection): void {
    const { streamInfo } = this.#callbacks;
    this.#pending = undefined;
    this.#encoder = encoder;
    streamInfo.upstreamLocalAddress = connection.localAddress;
    streamInfo.upstreamProtocol = 'HTTP/1.1';
    streamInfo.firstUpstreamTxByteMs = this.#callbacks.services.clock.nowMs;
    for (let count = 0; count < this.#readDisables; count++) encoder.readDisable(true);
    this.#noteSent();
    const headers = this.#headers as RequestHeaders;
    this.#isHeld = headers.method === 'CONNECT' || isUpgrade(headers);
    encoder.encodeHeaders(headers, this.#isHeadersOnly);
    if (!this.#isHeld) this.#sendEarly(encoder);
  }

  /** Sends what had to wait. */
  #sendEarly(encoder: RequestEncoder): void {
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined) {
      encoder.encodeData(early.takeAll(), this.#isEarlyEnd && this.#earlyTrailers === undefined);
      if (this.#isEarlyAboveLimit) this.#callbacks.onDecoderFilterBelowWriteBufferLowWatermark();
      this.#isEarlyAboveLimit = false;
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
    this.#pending = undefined;
    if (this.#isOver) return;
    this.#isOver = true;
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
    streamInfo.firstUpstreamRxByteMs = services.clock.nowMs;
    if (this.#isHeld && this.#declinesWebSocket(headers.status)) {
      this.#owner.onUpstreamDeclined(headers);
      return;
    }
    if (endStream) this.#responseDone();
    if (this.#isHeld) this.#openTunnel(headers.status);
    this.#owner.onUpstreamHeaders(headers, endStream);
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    if (this.#isOver) return;
    if (endStream) this.#responseDone();
    this.#owner.onUpstreamData(bytes, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (this.#isOver) return;
    this.#responseDone();
    this.#owner.onUpstreamTrailers(trailers);
  }

  onResetStream(reason: StreamResetReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.onUpstreamReset(reason, '');
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
  }
}
