import type { ConnectionLog } from '#access-log/connection-log.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import {
  type ConnectionTimeout,
  type ConnectionTimeoutOwner,
  ConnectionTimers,
} from '#connection-manager/connection-timers.ts';
import type { DownstreamStreams } from '#connection-manager/downstream-streams.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import { Http1Streams } from '#connection-manager/http1-streams.ts';
import { Http2Streams } from '#connection-manager/http2-streams.ts';
import { protocolOf } from '#connection-manager/preface.ts';
import { type CloseReason, Connection, type ConnectionEvents } from '#network/connection.ts';
import type { EventTurn } from '#network/event-turn.ts';
import type { Transport } from '#network/transport.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import type { DownstreamInfo } from '#stream-info/stream-info.ts';

const { field } = connectionManagerStats;

/**
 * Whether the connection goes on (Envoy's DrainState):
 *
 *     notDraining --(idle, too old, listener drains)--> draining --(drain_timeout)--> closing
 *          \------(client or answer says close, stream broken off)---------------------^
 *
 * While it drains, clients are told: every HTTP/1.1 answer says `connection: close`, and HTTP/2 has
 * GOAWAY for it. When it is closing it takes no further request, and `closed` says that the end was
 * begun.
 */
type DrainState = 'notDraining' | 'draining' | 'closing' | 'closed';

/** As Envoy puts it. */
const END_OF_PROCESS = 'purging_socket_that_have_not_progressed_to_connections';

/** Why the proxy closes where nothing else is said, likewise. */
const DRAINED = 'deferred_close_on_drained_connection';

/** One client connection under an HTTP connection manager: how it begins, and how long it lasts. */
export class DownstreamConnection implements ConnectionEvents, ConnectionTimeoutOwner {
  readonly #manager: HttpConnectionManager;
  readonly #info: DownstreamInfo;
  readonly #connection: Connection;
  readonly #startMs: number;
  readonly #onClosed: (connection: DownstreamConnection) => void;
  readonly #timers: ConnectionTimers;
  /** Only where the listener has access logs of its own. */
  readonly #log: ConnectionLog | undefined;
  /** Absent until the client has said which protocol it speaks. */
  #streams: DownstreamStreams | undefined = undefined;
  /** Bytes that do not tell the protocol yet. */
  #beginning: Buffer | undefined = undefined;
  #drainState: DrainState = 'notDraining';
  #closeDetails = 'downstream_local_disconnect';
  /** What waited to be sent when the delayed close was last looked at. */
  #unsentBytes = 0;

  constructor(
    transport: Transport,
    turn: EventTurn,
    manager: HttpConnectionManager,
    info: DownstreamInfo,
    onClosed: (connection: DownstreamConnection) => void,
    log?: ConnectionLog,
  ) {
    const { config, services, stats } = manager;
    this.#manager = manager;
    this.#info = info;
    this.#onClosed = onClosed;
    this.#log = log;
    this.#startMs = services.clock.nowMs;
    this.#timers = new ConnectionTimers(services.timers, this);
    this.#connection = new Connection(transport, turn, this, 'open', manager.bufferLimitBytes);
    stats.inc(field.downstream_cx_total);
    stats.inc(field.downstream_cx_active);
    this.#timers.start('idle', config.common.idleTimeoutMs);
    this.#timers.start('duration', config.common.maxConnectionDurationMs);
    this.#connection.startReading();
  }

  // What the socket says.

  onBytes(bytes: Buffer, length: number): void {
    this.#manager.stats.add(field.downstream_cx_rx_bytes_total, length);
    if (this.#log !== undefined) this.#log.streamInfo.bytesReceived += length;
    if (this.#streams === undefined) this.#begin(bytes, length);
    else this.#streams.dispatch(bytes, length);
  }

  onSent(length: number): void {
    this.#manager.stats.add(field.downstream_cx_tx_bytes_total, length);
    if (this.#log !== undefined) this.#log.streamInfo.bytesSent += length;
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
    this.#streams?.onConnectionClose(
      isLocal,
      isLocal ? this.#closeDetails : 'downstream_remote_disconnect',
    );
    stats.inc(field.downstream_cx_destroy);
    stats.inc(isLocal ? field.downstream_cx_destroy_local : field.downstream_cx_destroy_remote);
    stats.dec(field.downstream_cx_active);
    stats.record(field.downstream_cx_length_ms, services.clock.nowMs - this.#startMs);
    if (this.#log !== undefined) {
      if (reason === 'reset') this.#log.detectedCloseType = 'RemoteReset';
      this.#log.write(services.clock.nowMs);
    }
    this.#onClosed(this);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#streams?.codec.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#streams?.codec.onBelowWriteBufferLowWatermark();
  }

  // The protocol.

  /** `codec_type`: finds out by the first bytes what the client speaks, unless it is said. */
  #begin(bytes: Buffer, length: number): void {
    const { config } = this.#manager;
    const { codecType } = config;
    const earlier = this.#beginning;
    const all =
      earlier === undefined
        ? bytes.subarray(0, length)
        : Buffer.concat([earlier, bytes.subarray(0, length)]);
    const protocol = codecType === 'AUTO' ? protocolOf(all) : codecType;
    if (protocol === 'unknown') {
      if (earlier === undefined) this.#timers.start('protocol', config.requestHeadersTimeoutMs);
      this.#beginning = Buffer.from(all);
      return;
    }
    this.#start(protocol, all);
  }

  #start(protocol: 'HTTP1' | 'HTTP2', bytes: Buffer): void {
    const Streams = protocol === 'HTTP2' ? Http2Streams : Http1Streams;
    this.#beginning = undefined;
    this.#timers.cancel('protocol');
    this.#streams = new Streams(this, this.#manager, this.#info, this.#connection);
    this.#streams.dispatch(bytes, bytes.length);
    const log = this.#log?.streamInfo;
    // As in Envoy, what cannot be understood from the first byte on has no protocol.
    if (log?.responseFlags === 0) log.protocol = this.#streams.codec.protocol;
  }

  // What the streams say.

  /** Whether the client may go on using it, for all that it was told. */
  get isStaying(): boolean {
    return this.#drainState === 'notDraining';
  }

  /** Whether its end was not begun. */
  get isOpen(): boolean {
    return this.#drainState !== 'closed';
  }

  /** No stream is under way any more. */
  becameIdle(): void {
    if (this.isOpen) this.#timers.start('idle', this.#manager.config.common.idleTimeoutMs);
  }

  /** Clients get some time to hear of it; one that never said anything needs none, for `reason`. */
  startDraining(reason = DRAINED): void {
    if (this.#streams === undefined) return this.close(true, reason);
    if (!this.isStaying) return;
    this.#drainState = 'draining';
    this.#streams.codec.shutdownNotice();
    this.#timers.start('drain', Math.max(this.#manager.config.drainTimeoutMs, 1));
  }

  /** It takes no more streams. */
  closeAfterStreams(): void {
    if (this.isOpen) this.#drainState = 'closing';
  }

  /** Whether the connection ends: nothing is under way and nothing more is to come. */
  closeIfDone(skipsDelay: boolean): boolean {
    if (!this.isOpen) return true;
    const isBusy = this.#streams !== undefined && !this.#streams.isDone;
    if (this.#drainState !== 'closing' || isBusy) return false;
    this.close(skipsDelay);
    return true;
  }

  // The end.

  /**
   * Sends what is left. Then the client gets time to read it and to close (`delayed_close_timeout`):
   * a client that is still sending would otherwise see its connection reset before our answer.
   */
  close(skipsDelay: boolean, reason = DRAINED): void {
    if (!this.isOpen) return;
    if (this.#log?.localCloseReason === '') this.#noteReason(reason);
    const { delayedCloseTimeoutMs } = this.#manager.config;
    this.#drainState = 'closed';
    this.#timers.cancelAll();
    this.#timers.start('delayedClose', delayedCloseTimeoutMs);
    this.#connection.finish(skipsDelay || delayedCloseTimeoutMs === 0);
    this.#unsentBytes = this.#connection.bufferedBytes;
  }

  /** What the client sent breaks its protocol; `details` are those of the response code. */
  noteCodecError(details: string): void {
    this.#log?.streamInfo.setResponseFlag(ResponseFlag.downstreamProtocolError);
    this.#noteReason(`codec_error:${details}`);
  }

  /** Why the proxy closes, as Envoy's `LocalCloseReasons` have it. */
  #noteReason(reason: string): void {
    if (this.#log !== undefined) this.#log.localCloseReason = reason;
  }

  /** Ends it at once; `details` say why, as Envoy logs it. */
  abort(details: string): void {
    if (!this.isOpen) return;
    this.#noteReason(details);
    this.#drainState = 'closed';
    this.#closeDetails = `downstream_local_disconnect(${details})`;
    this.#connection.destroy();
  }

  /** The process ends: requests under way are broken off. */
  breakOff(): void {
    this.#noteReason(END_OF_PROCESS);
    this.#log?.write(this.#manager.services.clock.nowMs);
    if (this.#streams === undefined || this.#streams.isEmpty) return;
    this.#streams.breakOff(`downstream_local_disconnect(${END_OF_PROCESS})`);
    this.#connection.destroy();
  }

  onConnectionTimeout(timeout: ConnectionTimeout): void {
    const { stats } = this.#manager;
    switch (timeout) {
      case 'idle':
        // It is not stopped for every request, only started anew after each.
        if (this.#streams?.isEmpty === false) return;
        stats.inc(field.downstream_cx_idle_timeout);
        return this.startDraining('on_idle_timeout');
      case 'duration':
        stats.inc(field.downstream_cx_max_duration_reached);
        return this.startDraining('duration_timeout');
      case 'protocol':
        // HTTP/2 clients do not hesitate within their preface. What there is of a request can time out.
        return this.#start('HTTP1', this.#beginning as Buffer);
      case 'drain':
        this.#streams?.codec.goAway();
        this.closeAfterStreams();
        this.closeIfDone(false);
        return;
      case 'delayedClose':
        return this.#onDelayedCloseTimeout();
    }
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
    this.#noteReason('triggered_delayed_close_timeout');
    this.#connection.destroy();
  }
}
