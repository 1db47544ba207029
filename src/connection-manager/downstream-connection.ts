import { type TimerOwner, WheelTimer } from '#base/timer-wheel.ts';
import { ActiveStream } from '#connection-manager/active-stream.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import type { RequestDecoder, ResponseEncoder, ServerCodecCallbacks } from '#http/codec.ts';
import { Http1ServerConnection } from '#http/h1/server-connection.ts';
import type { RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { acquireResponseHeaders, releaseResponseHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';
import { type CloseReason, Connection, type ConnectionEvents } from '#network/connection.ts';
import type { EventTurn } from '#network/event-turn.ts';
import type { Transport } from '#network/transport.ts';
import { type DownstreamInfo, type Protocol, StreamInfo } from '#stream-info/stream-info.ts';

const { field } = connectionManagerStats;

/** Whether the connection goes on after the present answer. */
type Persistence = 'keepAlive' | 'closeAfterResponse' | 'closing';

/** One client connection under an HTTP connection manager. */
export class DownstreamConnection implements ConnectionEvents, ServerCodecCallbacks, TimerOwner {
  readonly #manager: HttpConnectionManager;
  readonly #info: DownstreamInfo;
  readonly #connection: Connection;
  readonly #codec: Http1ServerConnection;
  readonly #startMs: number;
  readonly #onClosed: (connection: DownstreamConnection) => void;
  #stream: ActiveStream | undefined = undefined;
  #persistence: Persistence = 'keepAlive';
  #isHttp10KeepAlive = false;
  #requests = 0;
  readonly #idleTimer: WheelTimer;
  #durationTimer: WheelTimer | undefined = undefined;
  #delayedCloseTimer: WheelTimer | undefined = undefined;

  constructor(
    transport: Transport,
    turn: EventTurn,
    manager: HttpConnectionManager,
    info: DownstreamInfo,
    onClosed: (connection: DownstreamConnection) => void,
  ) {
    const { config, services, stats } = manager;
    this.#manager = manager;
    this.#info = info;
    this.#onClosed = onClosed;
    this.#startMs = services.clock.nowMs;
    this.#connection = new Connection(transport, turn, this, 'open', manager.bufferLimitBytes);
    this.#codec = new Http1ServerConnection(
      this.#connection,
      this,
      manager.codecOptions,
      info.tls === undefined ? 'http' : 'https',
    );
    stats.inc(field.downstream_cx_total);
    stats.inc(field.downstream_cx_active);
    stats.inc(field.downstream_cx_http1_total);
    stats.inc(field.downstream_cx_http1_active);
    this.#idleTimer = new WheelTimer(this);
    this.#startIdleTimer();
    if (config.common.maxConnectionDurationMs > 0) {
      this.#durationTimer = new WheelTimer(this);
      services.timers.start(this.#durationTimer, config.common.maxConnectionDurationMs);
    }
    this.#connection.startReading();
  }

  get hasStream(): boolean {
    return this.#stream !== undefined;
  }

  // What the socket says.

  onBytes(bytes: Buffer, length: number): void {
    this.#manager.stats.add(field.downstream_cx_rx_bytes_total, length);
    if (this.#persistence === 'closing') return;
    this.#codec.dispatch(bytes, length);
  }

  onSent(length: number): void {
    this.#manager.stats.add(field.downstream_cx_tx_bytes_total, length);
  }

  onEnd(): void {
    // As in Envoy, a client that stops sending has left: answers are not sent into the void.
    this.#connection.destroy('remote');
  }

  onClose(reason: CloseReason): void {
    const { stats, services } = this.#manager;
    const hadStream = this.#stream !== undefined;
    const isLocal = reason === 'local';
    this.#codec.onConnectionClose('downstream_remote_disconnect');
    services.timers.cancel(this.#idleTimer);
    if (this.#durationTimer !== undefined) services.timers.cancel(this.#durationTimer);
    if (this.#delayedCloseTimer !== undefined) services.timers.cancel(this.#delayedCloseTimer);
    stats.inc(field.downstream_cx_destroy);
    stats.inc(isLocal ? field.downstream_cx_destroy_local : field.downstream_cx_destroy_remote);
    if (hadStream) {
      stats.inc(field.downstream_cx_destroy_active_rq);
      stats.inc(
        isLocal
          ? field.downstream_cx_destroy_local_active_rq
          : field.downstream_cx_destroy_remote_active_rq,
      );
    }
    stats.dec(field.downstream_cx_active);
    stats.dec(field.downstream_cx_http1_active);
    stats.record(field.downstream_cx_length_ms, services.clock.nowMs - this.#startMs);
    this.#onClosed(this);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#codec.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#codec.onBelowWriteBufferLowWatermark();
  }

  // What the codec says.

  newStream(encoder: ResponseEncoder, protocol: Protocol): RequestDecoder {
    const { stats, services } = this.#manager;
    services.timers.cancel(this.#idleTimer);
    stats.inc(field.downstream_rq_total);
    stats.inc(field.downstream_rq_active);
    stats.inc(field.downstream_rq_http1_total);
    const info = new StreamInfo(this.#info, services.clock.nowMs, services.clock.wallMs());
    info.protocol = protocol;
    this.#requests++;
    this.#stream = new ActiveStream(this, this.#manager, encoder, info);
    return this.#stream;
  }

  onStreamDone(): void {}

  closeConnection(): void {
    this.#closeDelayed();
  }

  // What the stream says.

  /** The request's headers are known: finds out whether the client wants to go on afterwards. */
  noteRequest(headers: RequestHeaders, info: StreamInfo): void {
    info.protocol = this.#codec.minorVersion === 0 ? 'HTTP/1.0' : 'HTTP/1.1';
    const { maxRequestsPerConnection } = this.#manager.config.common;
    if (maxRequestsPerConnection > 0 && this.#requests >= maxRequestsPerConnection) {
      this.#manager.stats.inc(field.downstream_cx_max_requests_reached);
      this.closeAfterResponse();
    }
    const connection = headers.getKnown(HeaderName.connection);
    this.#isHttp10KeepAlive = false;
    if (this.#codec.minorVersion === 0) {
      if (connection?.toLowerCase() === 'keep-alive') this.#isHttp10KeepAlive = true;
      else this.closeAfterResponse();
    } else if (connection !== undefined && /(?:^|,)\s*close\s*(?:,|$)/i.test(connection)) {
      this.closeAfterResponse();
    }
  }

  closeAfterResponse(): void {
    if (this.#persistence === 'keepAlive') this.#persistence = 'closeAfterResponse';
  }

  /** Tells the client in the response's headers what becomes of the connection. */
  decidePersistence(headers: ResponseHeaders, stream: ActiveStream): void {
    if (!stream.isRequestComplete && stream.hasLocalReply) this.closeAfterResponse();
    if (headers.status === 101) return;
    if (this.#persistence !== 'keepAlive') headers.set('connection', 'close');
    else if (this.#isHttp10KeepAlive) headers.set('connection', 'keep-alive');
  }

  /** The listener is going away: closes now when idle, else after the present answer. */
  drain(): void {
    this.#manager.stats.inc(field.downstream_cx_drain_close);
    if (this.#stream === undefined) this.#closeDelayed();
    else this.closeAfterResponse();
  }

  sendContinue(encoder: ResponseEncoder): void {
    const headers = acquireResponseHeaders();
    headers.status = 100;
    encoder.encode1xxHeaders(headers);
    releaseResponseHeaders(headers);
  }

  /** For the statistics of every stream, however it ended. */
  streamEnded(stream: ActiveStream): void {
    const { stats } = this.#manager;
    stats.dec(field.downstream_rq_active);
    stats.record(field.downstream_rq_time, stream.streamInfo.endMs - stream.streamInfo.startTimeMs);
    if (this.#stream === stream) this.#stream = undefined;
  }

  /** The answer was sent whole. */
  streamDone(stream: ActiveStream): void {
    if (!stream.isRequestComplete) {
      this.#manager.stats.inc(field.downstream_rq_response_before_rq_complete);
      this.closeAfterResponse();
    }
    if (this.#persistence !== 'keepAlive') {
      this.#closeDelayed();
      return;
    }
    this.#startIdleTimer();
    this.#codec.nextRequest();
  }

  onTimer(timer: WheelTimer): void {
    if (timer === this.#idleTimer) {
      this.#manager.stats.inc(field.downstream_cx_idle_timeout);
      this.#closeDelayed();
    } else if (timer === this.#durationTimer) {
      this.#manager.stats.inc(field.downstream_cx_max_duration_reached);
      if (this.#stream === undefined) this.#closeDelayed();
      else this.closeAfterResponse();
    } else {
      this.#manager.stats.inc(field.downstream_cx_delayed_close_timeout);
      this.#connection.destroy();
    }
  }

  #startIdleTimer(): void {
    const { idleTimeoutMs } = this.#manager.config.common;
    if (idleTimeoutMs > 0) this.#manager.services.timers.start(this.#idleTimer, idleTimeoutMs);
  }

  /** Ends our side and waits a moment for the client's, so that it can read what was sent. */
  #closeDelayed(): void {
    if (this.#persistence === 'closing') return;
    this.#persistence = 'closing';
    const { delayedCloseTimeoutMs } = this.#manager.config;
    this.#connection.end();
    if (delayedCloseTimeoutMs > 0) {
      this.#delayedCloseTimer = new WheelTimer(this);
      this.#manager.services.timers.start(this.#delayedCloseTimer, delayedCloseTimeoutMs);
    }
  }
}
