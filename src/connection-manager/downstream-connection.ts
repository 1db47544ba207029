import { ActiveStream } from '#connection-manager/active-stream.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import { wantsClose } from '#connection-manager/connection-persistence.ts';
import {
  type ConnectionTimeout,
  type ConnectionTimeoutOwner,
  ConnectionTimers,
} from '#connection-manager/connection-timers.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import { StreamTimeouts } from '#connection-manager/stream-timeouts.ts';
import type { RequestDecoder, ResponseEncoder, ServerCodecCallbacks } from '#http/codec.ts';
import { Http1ServerConnection } from '#http/h1/server-connection.ts';
import type { RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import { type CloseReason, Connection, type ConnectionEvents } from '#network/connection.ts';
import type { EventTurn } from '#network/event-turn.ts';
import type { Transport } from '#network/transport.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import { type DownstreamInfo, type Protocol, StreamInfo } from '#stream-info/stream-info.ts';

const { field } = connectionManagerStats;

/**
 * Whether the connection goes on (Envoy's DrainState):
 *
 *     notDraining --(idle, too old, listener drains)--> draining --(drain_timeout)--> closing
 *          \------(client or answer says close, stream broken off)---------------------^
 *
 * While it drains, every answer says `connection: close`; when it is closing it takes no further
 * request, and `closed` says that the end was begun.
 */
type DrainState = 'notDraining' | 'draining' | 'closing' | 'closed';

/** As Envoy puts it. */
const END_OF_PROCESS =
  'downstream_local_disconnect(purging_socket_that_have_not_progressed_to_connections)';

/** One client connection under an HTTP connection manager. */
export class DownstreamConnection
  implements ConnectionEvents, ServerCodecCallbacks, ConnectionTimeoutOwner
{
  readonly #manager: HttpConnectionManager;
  readonly #info: DownstreamInfo;
  readonly #connection: Connection;
  readonly #codec: Http1ServerConnection;
  readonly #startMs: number;
  readonly #onClosed: (connection: DownstreamConnection) => void;
  readonly #timers: ConnectionTimers;
  readonly #streamTimeouts: StreamTimeouts;
  #stream: ActiveStream | undefined = undefined;
  #drainState: DrainState = 'notDraining';
  /** The client has sent something. */
  #hasBegun = false;
  #requests = 0;
  #isBadRequest = false;
  /** What waited to be sent when the delayed close was last looked at. */
  #unsentBytes = 0;

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
    this.#timers = new ConnectionTimers(services.timers, this);
    this.#streamTimeouts = new StreamTimeouts(services.timers);
    this.#connection = new Connection(transport, turn, this, 'open', manager.bufferLimitBytes);
    this.#codec = new Http1ServerConnection(
      this.#connection,
      this,
      manager.codecOptions,
      info.tls === undefined ? 'http' : 'https',
    );
    stats.inc(field.downstream_cx_total);
    stats.inc(field.downstream_cx_active);
    this.#timers.start('idle', config.common.idleTimeoutMs);
    this.#timers.start('duration', config.common.maxConnectionDurationMs);
    this.#connection.startReading();
  }

  // What the socket says.

  onBytes(bytes: Buffer, length: number): void {
    const { stats } = this.#manager;
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      stats.inc(field.downstream_cx_http1_total);
      stats.inc(field.downstream_cx_http1_active);
    }
    stats.add(field.downstream_cx_rx_bytes_total, length);
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
    const isLocal = reason === 'local';
    this.#drainState = 'closed';
    this.#timers.cancelAll();
    this.#streamTimeouts.cancelAll();
    if (this.#stream !== undefined) {
      stats.inc(field.downstream_cx_destroy_active_rq);
      stats.inc(
        isLocal
          ? field.downstream_cx_destroy_local_active_rq
          : field.downstream_cx_destroy_remote_active_rq,
      );
      if (!isLocal) {
        this.#stream.streamInfo.setResponseFlag(ResponseFlag.downstreamConnectionTermination);
      }
    }
    this.#codec.onConnectionClose(
      isLocal ? 'downstream_local_disconnect' : 'downstream_remote_disconnect',
    );
    stats.inc(field.downstream_cx_destroy);
    stats.inc(isLocal ? field.downstream_cx_destroy_local : field.downstream_cx_destroy_remote);
    stats.dec(field.downstream_cx_active);
    if (this.#hasBegun) stats.dec(field.downstream_cx_http1_active);
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
    const manager = this.#manager;
    const { stats, services } = manager;
    stats.inc(field.downstream_rq_total);
    stats.inc(field.downstream_rq_active);
    stats.inc(field.downstream_rq_http1_total);
    const info = new StreamInfo(this.#info, services.clock.nowMs, services.clock.wallMs());
    info.protocol = protocol;
    const stream = new ActiveStream(this, manager, this.#streamTimeouts, encoder, info);
    this.#stream = stream;
    const { maxRequestsPerConnection } = manager.config.common;
    if (maxRequestsPerConnection > 0 && ++this.#requests >= maxRequestsPerConnection) {
      stats.inc(field.downstream_cx_max_requests_reached);
      stream.closesConnection = true;
      this.#drainState = 'closing';
    }
    return stream;
  }

  onStreamDone(): void {}

  closeConnection(): void {
    this.#closeAfterStream();
    this.#closeIfDone(false);
  }

  // What the stream says.

  /** The request's head is known. */
  noteRequest(headers: RequestHeaders, stream: ActiveStream): void {
    const isHttp10 = this.#codec.minorVersion === 0;
    if (isHttp10) stream.streamInfo.protocol = 'HTTP/1.0';
    if (wantsClose(headers, isHttp10)) stream.closesConnection = true;
  }

  /** What the client sends next may be anything, and it may not have read our answer yet. */
  closeAfterBadRequest(): void {
    this.#isBadRequest = true;
    this.#closeAfterStream();
  }

  #closeAfterStream(): void {
    if (this.#drainState !== 'closed') this.#drainState = 'closing';
  }

  /** The answer's head is about to go: decides, and tells the client, what becomes of the connection. */
  noteResponse(headers: ResponseHeaders, stream: ActiveStream): void {
    const { drain, stats } = this.#manager;
    if (drain.isActive && this.#drainState === 'notDraining' && drain.shouldClose()) {
      this.#startDraining();
      stats.inc(field.downstream_cx_drain_close);
    }
    if (this.#codec.minorVersion === 0) {
      // HTTP/1.0 has no chunks: without a length, the end of the connection is that of the body.
      if (!headers.hasKnown(HeaderName['content-length'])) stream.closesConnection = true;
      if (!stream.closesConnection) headers.set('connection', 'keep-alive');
    }
    if (stream.closesConnection && this.#drainState === 'notDraining') {
      this.#drainState = 'closing';
    }
    if (!stream.isRequestComplete) {
      // Nobody waits for the rest of the request once it is answered.
      this.#closeAfterStream();
      stats.inc(field.downstream_rq_response_before_rq_complete);
    }
    const isClosing = this.#drainState !== 'notDraining';
    if (isClosing && !stream.response.isTunnel) headers.set('connection', 'close');
  }

  /** The stream is answered, or broken off. */
  endStream(stream: ActiveStream): void {
    const { isRequestComplete, response, closesConnection } = stream;
    const isWhole = isRequestComplete && response.isComplete;
    const endsWithConnection = this.#codec.responseEndsWithConnection;
    if (!isWhole) this.#manager.stats.inc(field.downstream_rq_rx_reset);
    this.#destroyStream(stream);
    if (!isWhole) this.#closeAfterStream();
    if (!response.isComplete) this.#codec.resetStream('localReset');
    const isAnswerAwaited = isRequestComplete || endsWithConnection;
    const skipsDelay = closesConnection && isAnswerAwaited && !this.#isBadRequest;
    if (!this.#closeIfDone(skipsDelay)) this.#codec.nextRequest();
  }

  /** The connection is gone, and the stream with it. */
  abandonStream(stream: ActiveStream): void {
    this.#destroyStream(stream);
  }

  #destroyStream(stream: ActiveStream): void {
    const { stats, config } = this.#manager;
    this.#stream = undefined;
    const { streamInfo } = stream;
    stream.destroy();
    stats.dec(field.downstream_rq_active);
    stats.record(field.downstream_rq_time, streamInfo.endMs - streamInfo.startTimeMs);
    if (this.#drainState !== 'closed') this.#timers.start('idle', config.common.idleTimeoutMs);
  }

  // The end.

  /** The process ends: a request under way is broken off. */
  breakOff(): void {
    if (this.#stream === undefined) return;
    this.#stream.streamInfo.setResponseFlag(ResponseFlag.downstreamConnectionTermination);
    this.#codec.onConnectionClose(END_OF_PROCESS);
    this.#connection.destroy();
  }

  onConnectionTimeout(timeout: ConnectionTimeout): void {
    const { stats } = this.#manager;
    switch (timeout) {
      case 'idle':
        // It is not stopped for every request, only started anew after each.
        if (this.#stream !== undefined) return;
        stats.inc(field.downstream_cx_idle_timeout);
        return this.#startDraining();
      case 'duration':
        stats.inc(field.downstream_cx_max_duration_reached);
        return this.#startDraining();
      case 'drain':
        this.#drainState = 'closing';
        this.#closeIfDone(false);
        return;
      case 'delayedClose':
        return this.#onDelayedCloseTimeout();
    }
  }

  /** Clients get some time to hear of it; one that never said anything needs none. */
  #startDraining(): void {
    if (!this.#hasBegun) return this.#close(true);
    if (this.#drainState !== 'notDraining') return;
    this.#drainState = 'draining';
    this.#timers.start('drain', Math.max(this.#manager.config.drainTimeoutMs, 1));
  }

  /** Whether the connection ends: nothing is under way and nothing more is to come. */
  #closeIfDone(skipsDelay: boolean): boolean {
    if (this.#drainState === 'closed') return true;
    if (this.#drainState !== 'closing' || this.#stream !== undefined) return false;
    this.#close(skipsDelay);
    return true;
  }

  /**
   * Sends what is left. Then the client gets time to read it and to close (`delayed_close_timeout`):
   * a client that is still sending would otherwise see its connection reset before our answer.
   */
  #close(skipsDelay: boolean): void {
    const { delayedCloseTimeoutMs } = this.#manager.config;
    this.#drainState = 'closed';
    this.#timers.cancelAll();
    this.#timers.start('delayedClose', delayedCloseTimeoutMs);
    this.#connection.finish(skipsDelay || delayedCloseTimeoutMs === 0);
    this.#unsentBytes = this.#connection.bufferedBytes;
  }

  #onDelayedCloseTimeout(): void {
    const { stats, config } = this.#manager;
    const unsentBytes = this.#connection.bufferedBytes;
    if (unsentBytes > 0 && unsentBytes < this.#unsentBytes) {
      // A slow reader, but a reader.
      this.#unsentBytes = unsentBytes;
      this.#timers.start('delayedClose', config.delayedCloseTimeoutMs);
      return;
    }
    stats.inc(field.downstream_cx_delayed_close_timeout);
    this.#connection.destroy();
  }
}
