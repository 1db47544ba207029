import { type TimerOwner, WheelTimer } from '#base/timer-wheel.ts';
import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import {
  type ClientCodecCallbacks,
  type ExchangeEnd,
  Http1ClientConnection,
} from '#http/h1/client-connection.ts';
import type { Address } from '#network/address.ts';
import { type ConnectFailure, describeConnectFailure } from '#network/connect-failure.ts';
import { type ConnectCallbacks, connect } from '#network/connecting.ts';
import { type CloseReason, Connection, type ConnectionEvents } from '#network/connection.ts';
import type { Transport } from '#network/transport.ts';
import type { UpstreamConnectionInfo } from '#stream-info/stream-info.ts';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { Http1Pool } from '#upstream/pool/http1-pool.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';

const { field } = clusterStats;
const { field: hostField } = hostStats;

type State = 'connecting' | 'ready' | 'closed';

let nextConnectionId = 0;

/** One connection to a host, with its codec, its timers and its statistics. */
export class UpstreamConnection
  implements ConnectionEvents, ConnectCallbacks, ClientCodecCallbacks, TimerOwner
{
  readonly #pool: Http1Pool;
  readonly #environment: PoolEnvironment;
  readonly #address: Address;
  readonly #transport: Transport;
  readonly #connection: Connection;
  readonly #codec: Http1ClientConnection;
  readonly #startMs: number;
  #state: State = 'connecting';
  #requests = 0;
  #hasTimedOut = false;
  #connectFailure: ConnectFailure | undefined = undefined;
  #info: UpstreamConnectionInfo | undefined = undefined;
  /** The connect timeout first, then the idle timeout. */
  readonly #timer: WheelTimer;
  #durationTimer: WheelTimer | undefined = undefined;
  /** `max_connection_duration` is over: the present exchange is the last one. */
  #isExpired = false;
  /** An exchange was begun and not given back to the pool's counts yet. */
  #isBusy = false;
  /** The connection is closed because of an exchange that did not come to a good end. */
  #isLostByExchange = false;
  /** The upstream sends nothing more. */
  #isEnded = false;

  constructor(pool: Http1Pool, environment: PoolEnvironment) {
    const { config, stats } = pool.cluster;
    this.#pool = pool;
    this.#environment = environment;
    this.#startMs = environment.clock.nowMs;
    this.#address = pool.host.address;
    this.#transport = connect({ address: this.#address, source: config.sourceAddress }, this);
    this.#connection = new Connection(
      this.#transport,
      environment.turn,
      this,
      'connecting',
      config.perConnectionBufferLimitBytes,
    );
    this.#codec = new Http1ClientConnection(this.#connection, this, pool.codecOptions);
    stats.inc(field.upstream_cx_total);
    stats.inc(field.upstream_cx_active);
    stats.inc(field.upstream_cx_http1_total);
    pool.host.stats.inc(hostField.cx_total);
    pool.host.stats.inc(hostField.cx_active);
    this.#timer = new WheelTimer(this);
    environment.timers.start(this.#timer, config.connectTimeoutMs);
  }

  /** What streams remember of the connection; only for one that is up. */
  get info(): UpstreamConnectionInfo | undefined {
    return this.#info;
  }

  /** Begins an exchange. */
  newStream(decoder: ResponseDecoder): RequestEncoder {
    this.#requests++;
    this.#isBusy = true;
    return this.#codec.newStream(decoder);
  }

  becameIdle(): void {
    const { idleTimeoutMs } = this.#pool.cluster.config.http;
    if (idleTimeoutMs > 0) this.#environment.timers.start(this.#timer, idleTimeoutMs);
  }

  close(): void {
    // It must not be handed out until the end of the connection is reported.
    this.#pool.withdraw(this);
    this.#connection.destroy(this.#isEnded ? 'remote' : 'local');
  }

  // What the codec says.

  onStreamDone(end: ExchangeEnd): void {
    const { maxRequestsPerConnection } = this.#pool.cluster.config;
    this.#isBusy = false;
    this.#isLostByExchange = end === 'requestIncomplete';
    this.#pool.streamEnded();
    if (end !== 'reusable' || !this.#connection.isOpen || this.#isExpired) {
      this.close();
      return;
    }
    if (maxRequestsPerConnection > 0 && this.#requests >= maxRequestsPerConnection) {
      this.#pool.cluster.stats.inc(field.upstream_cx_max_requests);
      this.close();
      return;
    }
    this.#pool.released(this);
  }

  onProtocolError(): void {
    this.#pool.cluster.stats.inc(field.upstream_cx_protocol_error);
    this.#pool.withdraw(this);
  }

  onCloseAnnounced(): void {
    this.#pool.cluster.stats.inc(field.upstream_cx_close_notify);
  }

  // What the socket says.

  onConnected(): void {
    const { turn, clock, timers } = this.#environment;
    turn.begin();
    timers.cancel(this.#timer);
    this.#state = 'ready';
    const { config, stats } = this.#pool.cluster;
    this.#info = {
      connectionId: nextConnectionId++,
      localAddress: this.#connection.localAddress,
      connectStartMs: this.#startMs,
      connectEndMs: clock.nowMs,
    };
    stats.record(field.upstream_cx_connect_ms, clock.nowMs - this.#startMs);
    if (config.tcpKeepalive !== undefined) {
      this.#transport.setKeepAlive(config.tcpKeepalive.idleSeconds ?? DEFAULT_KEEPALIVE_SECONDS);
    }
    const { maxConnectionDurationMs } = config.http;
    if (maxConnectionDurationMs > 0) {
      this.#durationTimer = new WheelTimer(this);
      timers.start(this.#durationTimer, maxConnectionDurationMs);
    }
    this.#connection.markConnected();
    this.#connection.startReading();
    this.#pool.connected(this);
    turn.end();
  }

  onConnectFailed(failure: ConnectFailure): void {
    // What is given up is reported as a failure too.
    if (!this.#connection.isOpen) return;
    this.#connectFailure = failure;
    this.#connection.destroy(failure.stage === 'bind' ? 'local' : 'remote');
  }

  onBytes(bytes: Buffer, length: number): void {
    this.#pool.cluster.stats.add(field.upstream_cx_rx_bytes_total, length);
    this.#codec.dispatch(bytes, length);
  }

  onSent(length: number): void {
    this.#pool.cluster.stats.add(field.upstream_cx_tx_bytes_total, length);
  }

  onEnd(): void {
    this.#isEnded = true;
    this.#codec.onEnd();
    this.close();
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#codec.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#codec.onBelowWriteBufferLowWatermark();
  }

  onClose(reason: CloseReason, systemError: string | undefined): void {
    const { stats } = this.#pool.cluster;
    const wasConnecting = this.#state === 'connecting';
    const isLocal = reason === 'local';
    this.#state = 'closed';
    this.#environment.timers.cancel(this.#timer);
    if (this.#durationTimer !== undefined) this.#environment.timers.cancel(this.#durationTimer);
    stats.dec(field.upstream_cx_active);
    this.#pool.host.stats.dec(hostField.cx_active);
    stats.inc(field.upstream_cx_destroy);
    stats.inc(isLocal ? field.upstream_cx_destroy_local : field.upstream_cx_destroy_remote);
    stats.record(field.upstream_cx_length_ms, this.#environment.clock.nowMs - this.#startMs);
    if (wasConnecting) this.#onNeverConnected();
    else this.#onLost(isLocal, systemError ?? '');
  }

  #onNeverConnected(): void {
    const { cluster, host } = this.#pool;
    cluster.stats.inc(field.upstream_cx_connect_fail);
    host.stats.inc(hostField.cx_connect_fail);
    const failure = this.#connectFailure;
    if (failure === undefined) {
      const reason = this.#hasTimedOut ? 'timeout' : 'remoteConnectionFailure';
      this.#pool.connectFailed(this, reason, '');
      return;
    }
    const { sourceAddress } = cluster.config;
    this.#pool.connectFailed(
      this,
      failure.stage === 'bind' ? 'localConnectionFailure' : 'remoteConnectionFailure',
      describeConnectFailure(failure, this.#address, sourceAddress),
    );
  }

  #onLost(isLocal: boolean, systemError: string): void {
    const { stats } = this.#pool.cluster;
    stats.record(field.upstream_rq_per_cx, this.#requests);
    if (this.#isBusy || this.#isLostByExchange) {
      stats.inc(field.upstream_cx_destroy_with_active_rq);
      stats.inc(
        isLocal
          ? field.upstream_cx_destroy_local_with_active_rq
          : field.upstream_cx_destroy_remote_with_active_rq,
      );
    }
    if (this.#isBusy) this.#pool.streamEnded();
    this.#isBusy = false;
    this.#codec.onConnectionClose(systemError);
    this.#pool.closed(this);
  }

  onTimer(timer: WheelTimer): void {
    const { stats } = this.#pool.cluster;
    if (timer === this.#durationTimer) {
      stats.inc(field.upstream_cx_max_duration_reached);
      this.#isExpired = true;
      if (!this.#codec.hasStream) this.close();
      return;
    }
    if (this.#state === 'connecting') {
      stats.inc(field.upstream_cx_connect_timeout);
      this.#hasTimedOut = true;
      this.close();
      return;
    }
    // It is not stopped for every exchange, only started anew after each.
    if (this.#isBusy) return;
    stats.inc(field.upstream_cx_idle_timeout);
    this.close();
  }
}

/** What Linux does when it is told nothing else. */
const DEFAULT_KEEPALIVE_SECONDS = 7200;
