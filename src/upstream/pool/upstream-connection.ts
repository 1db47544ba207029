import { type TimerOwner, WheelTimer } from '#base/timer-wheel.ts';
import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import type { Address } from '#network/address.ts';
import { type ConnectFailure, describeConnectFailure } from '#network/connect-failure.ts';
import type { ConnectCallbacks } from '#network/connecting.ts';
import { type CloseReason, Connection, type ConnectionEvents } from '#network/connection.ts';
import type { KeepAlive, Transport } from '#network/transport.ts';
import type { UpstreamConnectionInfo } from '#stream-info/stream-info.ts';
import type { TcpKeepaliveConfig } from '#upstream/cluster-config.ts';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { ConnectionPool } from '#upstream/pool/connection-pool.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';

const { field } = clusterStats;
const { field: hostField } = hostStats;

export type ConnectionState =
  | 'connecting'
  /** Takes streams. */
  | 'ready'
  /** Has as many streams as it can. */
  | 'busy'
  /** Takes no more streams, and closes after the last one. */
  | 'draining'
  | 'closed';

/** What Linux does when it is told nothing else. */
const LINUX_KEEP_ALIVE: KeepAlive = { idleSeconds: 7200, intervalSeconds: 75, probes: 9 };

/** Numbers the connections of this worker. */
let nextConnectionId = 0;

/** Where a connection that is being made is at the end of its info. */
const NOT_CONNECTED: UpstreamConnectionInfo = {
  connectionId: -1,
  localAddress: undefined,
  connectStartMs: 0,
  connectEndMs: 0,
};

/**
 * One connection to a host, with its timers and its statistics. Codecs are the business of those
 * who extend it: one for each protocol.
 */
export abstract class UpstreamConnection implements ConnectionEvents, ConnectCallbacks, TimerOwner {
  /** Only the pool changes it, in `transition`. */
  state: ConnectionState = 'connecting';
  /** Streams that began and are not over. */
  activeStreams = 0;
  /** For how many waiting requests there is no need of another connection. */
  readonly capacityWhileConnecting: number;
  /** The part of it that is not there yet although the connection is up. */
  heldBackCapacity = 0;
  /** Streams that the connection may have at a time. */
  protected streamLimit: number;
  protected readonly pool: ConnectionPool;
  protected readonly environment: PoolEnvironment;
  protected readonly connection: Connection;
  readonly #address: Address;
  readonly #transport: Transport;
  readonly #startMs: number;
  #info = NOT_CONNECTED;
  #streams = 0;
  #hasTimedOut = false;
  #connectFailure: ConnectFailure | undefined = undefined;
  /** The connect timeout first, then the idle timeout. */
  readonly #timer: WheelTimer;
  #durationTimer: WheelTimer | undefined = undefined;
  /** The upstream sends nothing more. */
  #isEnded = false;

  constructor(pool: ConnectionPool, environment: PoolEnvironment, streamLimit: number) {
    const { config, stats } = pool.cluster;
    this.pool = pool;
    this.environment = environment;
    this.streamLimit = streamLimit;
    this.capacityWhileConnecting = Math.min(streamLimit, lifetimeLimit(config));
    this.#startMs = environment.clock.nowMs;
    this.#address = pool.host.address;
    this.#transport = environment.connect(
      { address: this.#address, source: config.sourceAddress },
      this,
    );
    this.connection = new Connection(
      this.#transport,
      environment.turn,
      this,
      'connecting',
      config.perConnectionBufferLimitBytes,
    );
    stats.inc(field.upstream_cx_total);
    stats.inc(field.upstream_cx_active);
    pool.host.stats.inc(hostField.cx_total);
    pool.host.stats.inc(hostField.cx_active);
    this.#timer = new WheelTimer(this);
    environment.timers.start(this.#timer, config.connectTimeoutMs);
  }

  /** What streams remember of the connection. */
  get info(): UpstreamConnectionInfo {
    return this.#info;
  }

  /** How many more streams could begin now; below zero after the upstream lowered its limit. */
  get unusedCapacity(): number {
    const { maxRequestsPerConnection } = this.pool.cluster.config;
    const room = this.streamLimit - this.activeStreams;
    if (maxRequestsPerConnection === 0) return room;
    return Math.min(room, maxRequestsPerConnection - this.#streams);
  }

  /** Begins a stream. */
  newStream(decoder: ResponseDecoder): RequestEncoder {
    const { maxRequestsPerConnection } = this.pool.cluster.config;
    this.#streams++;
    this.activeStreams++;
    if (this.#streams === maxRequestsPerConnection) {
      this.pool.cluster.stats.inc(field.upstream_cx_max_requests);
      this.pool.transition(this, 'draining');
    } else {
      this.pool.lostCapacity(this);
    }
    return this.startStream(decoder);
  }

  startIdleTimer(): void {
    const { idleTimeoutMs } = this.pool.cluster.config.http;
    if (idleTimeoutMs > 0) this.environment.timers.start(this.#timer, idleTimeoutMs);
  }

  close(): void {
    // It must not be handed out until the end of the connection is reported.
    this.pool.transition(this, 'draining');
    this.connection.destroy(this.#isEnded ? 'remote' : 'local');
  }

  protected abstract startStream(decoder: ResponseDecoder): RequestEncoder;

  /** The connection is gone: what is under way is lost with it. */
  protected abstract loseStreams(systemError: string): void;

  /** Whether an end of the connection now breaks streams off; asked before `loseStreams`. */
  protected abstract get breaksStreams(): boolean;

  /** For the codec: a stream is over, and the connection as good as before. */
  protected streamDone(): void {
    this.activeStreams--;
    this.pool.streamEnded();
    if (this.state === 'draining') this.closeIfUnused();
    else this.pool.gainedCapacity(this);
    if (this.activeStreams === 0) this.pool.becameIdle(this);
  }

  /** No more streams: closes now, or after those that there are. */
  protected drain(): void {
    this.pool.transition(this, 'draining');
    this.closeIfUnused();
  }

  protected closeIfUnused(): void {
    if (this.activeStreams === 0) this.close();
  }

  // What the socket says.

  onConnected(): void {
    const { turn, clock, timers } = this.environment;
    turn.begin();
    timers.cancel(this.#timer);
    const { config, stats } = this.pool.cluster;
    this.#info = {
      connectionId: nextConnectionId++,
      localAddress: this.connection.localAddress,
      connectStartMs: this.#startMs,
      connectEndMs: clock.nowMs,
    };
    stats.record(field.upstream_cx_connect_ms, clock.nowMs - this.#startMs);
    if (config.tcpKeepalive !== undefined) this.#keepAlive(config.tcpKeepalive);
    const { maxConnectionDurationMs } = config.http;
    if (maxConnectionDurationMs > 0) {
      this.#durationTimer = new WheelTimer(this);
      timers.start(this.#durationTimer, maxConnectionDurationMs);
    }
    this.connection.markConnected();
    this.connection.startReading();
    this.pool.connected(this);
    turn.end();
  }

  #keepAlive({ idleSeconds, intervalSeconds, probes }: TcpKeepaliveConfig): void {
    this.#transport.setKeepAlive({
      idleSeconds: idleSeconds ?? LINUX_KEEP_ALIVE.idleSeconds,
      intervalSeconds: intervalSeconds ?? LINUX_KEEP_ALIVE.intervalSeconds,
      probes: probes ?? LINUX_KEEP_ALIVE.probes,
    });
  }

  onConnectFailed(failure: ConnectFailure): void {
    // What is given up is reported as a failure too.
    if (!this.connection.isOpen) return;
    this.#connectFailure = failure;
    if (failure.stage === 'bind') this.pool.cluster.stats.inc(field.bind_errors);
    this.connection.destroy(failure.stage === 'bind' ? 'local' : 'remote');
  }

  onBytes(bytes: Buffer, length: number): void {
    this.pool.cluster.stats.add(field.upstream_cx_rx_bytes_total, length);
    this.dispatch(bytes, length);
  }

  protected abstract dispatch(bytes: Buffer, length: number): void;

  onSent(length: number): void {
    this.pool.cluster.stats.add(field.upstream_cx_tx_bytes_total, length);
  }

  onEnd(): void {
    this.#isEnded = true;
    this.pool.transition(this, 'draining');
    this.endStreams();
    this.close();
  }

  /** The upstream finished sending; the connection is closed after this. */
  protected abstract endStreams(): void;

  abstract onAboveWriteBufferHighWatermark(): void;
  abstract onBelowWriteBufferLowWatermark(): void;

  onClose(reason: CloseReason, systemError: string | undefined): void {
    const { stats } = this.pool.cluster;
    const isLocal = reason === 'local';
    this.environment.timers.cancel(this.#timer);
    if (this.#durationTimer !== undefined) this.environment.timers.cancel(this.#durationTimer);
    stats.dec(field.upstream_cx_active);
    this.pool.host.stats.dec(hostField.cx_active);
    stats.inc(field.upstream_cx_destroy);
    stats.inc(isLocal ? field.upstream_cx_destroy_local : field.upstream_cx_destroy_remote);
    stats.record(field.upstream_cx_length_ms, this.environment.clock.nowMs - this.#startMs);
    if (this.#info === NOT_CONNECTED) this.#onNeverConnected();
    else this.#onLost(isLocal, systemError ?? '');
  }

  #onNeverConnected(): void {
    const { cluster, host } = this.pool;
    this.loseStreams('');
    cluster.stats.inc(field.upstream_cx_connect_fail);
    host.stats.inc(hostField.cx_connect_fail);
    const failure = this.#connectFailure;
    if (failure === undefined) {
      const reason = this.#hasTimedOut ? 'timeout' : 'remoteConnectionFailure';
      this.pool.connectFailed(this, reason, '');
      return;
    }
    const { sourceAddress } = cluster.config;
    this.pool.connectFailed(
      this,
      failure.stage === 'bind' ? 'localConnectionFailure' : 'remoteConnectionFailure',
      describeConnectFailure(failure, this.#address, sourceAddress),
    );
  }

  #onLost(isLocal: boolean, systemError: string): void {
    const { stats } = this.pool.cluster;
    stats.record(field.upstream_rq_per_cx, this.#streams);
    if (this.breaksStreams) {
      stats.inc(field.upstream_cx_destroy_with_active_rq);
      stats.inc(
        isLocal
          ? field.upstream_cx_destroy_local_with_active_rq
          : field.upstream_cx_destroy_remote_with_active_rq,
      );
    }
    this.pool.transition(this, 'draining');
    this.loseStreams(systemError);
    this.pool.closed(this);
  }

  onTimer(timer: WheelTimer): void {
    const { stats } = this.pool.cluster;
    if (timer === this.#durationTimer) {
      // Another reason to drain came first: that one is counted.
      if (this.state === 'draining') return;
      stats.inc(field.upstream_cx_max_duration_reached);
      this.drain();
      return;
    }
    if (this.state === 'connecting') {
      stats.inc(field.upstream_cx_connect_timeout);
      this.#hasTimedOut = true;
      this.close();
      return;
    }
    // It is not stopped for every stream, only started anew when the last one is over.
    if (this.activeStreams > 0) return;
    stats.inc(field.upstream_cx_idle_timeout);
    this.close();
  }
}

/** How many streams a connection may have in its life. */
function lifetimeLimit({ maxRequestsPerConnection }: { maxRequestsPerConnection: number }): number {
  return maxRequestsPerConnection === 0 ? Number.POSITIVE_INFINITY : maxRequestsPerConnection;
}
