import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import { type Http2ClientCallbacks, Http2ClientConnection } from '#http/h2/client-connection.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { clusterStats } from '#upstream/cluster-stats.ts';
import type { ConnectionPool } from '#upstream/pool/connection-pool.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';
import { ResetBudget } from '#upstream/pool/reset-budget.ts';
import { UpstreamConnection } from '#upstream/pool/upstream-connection.ts';

const { field } = clusterStats;

/** What earlier connections of the pool found out. */
export interface KnownLimit {
  /** How many streams the upstream takes on a connection, as it said last. */
  streams: number | undefined;
}

/** A connection that has as many streams as the upstream and the configuration allow. */
export class Http2UpstreamConnection extends UpstreamConnection implements Http2ClientCallbacks {
  readonly #codec: Http2ClientConnection;
  readonly #known: KnownLimit;
  readonly #resets: ResetBudget;
  /** What ends the streams is a broken protocol, which is counted for each of them. */
  #isProtocolBroken = false;
  #isGoingAway = false;
  /** The upstream finished sending before it had answered everything. */
  #isCutShort = false;

  constructor(
    pool: ConnectionPool,
    environment: PoolEnvironment,
    options: Http2Options,
    stats: StatBlock,
    known: KnownLimit,
  ) {
    super(pool, environment, Math.max(known.streams ?? options.maxConcurrentStreams, 1));
    this.#known = known;
    this.#resets = new ResetBudget(environment.clock.nowMs);
    this.#codec = new Http2ClientConnection(this.connection, this, options, stats, environment);
    // Where nobody has told yet, the codec is careful until the settings come.
    if (known.streams === undefined) this.streamLimit = this.#codec.maxConcurrentStreams;
    this.heldBackCapacity = Math.max(this.capacityWhileConnecting - this.streamLimit, 0);
    pool.cluster.stats.inc(field.upstream_cx_http2_total);
  }

  protected override startStream(decoder: ResponseDecoder): RequestEncoder {
    return this.#codec.newStream(decoder);
  }

  protected override dispatch(bytes: Buffer, length: number): void {
    this.#codec.dispatch(bytes, length);
  }

  protected override endStreams(): void {
    this.#isCutShort = this.activeStreams > 0;
    this.#codec.onEnd();
  }

  protected override get breaksStreams(): boolean {
    return this.#isCutShort || (this.activeStreams > 0 && !this.#isProtocolBroken);
  }

  protected override loseStreams(systemError: string): void {
    this.#codec.onConnectionClose(systemError);
  }

  override onAboveWriteBufferHighWatermark(): void {
    this.#codec.onAboveWriteBufferHighWatermark();
  }

  override onBelowWriteBufferLowWatermark(): void {
    this.#codec.onBelowWriteBufferLowWatermark();
  }

  // What the codec says.

  onSettings(): void {
    this.streamLimit = this.#codec.maxConcurrentStreams;
    this.#known.streams = this.streamLimit;
    this.pool.limitKnown(this);
  }

  onGoAway(): void {
    // It may come in two steps, the first of which names no last stream yet.
    if (!this.#isGoingAway) this.pool.cluster.stats.inc(field.upstream_cx_close_notify);
    this.#isGoingAway = true;
    this.drain();
  }

  onStreamDone(): void {
    this.streamDone();
    if (this.state !== 'ready' || this.#codec.canTakeStream) return;
    // There would be room, but streams have numbers, and no more of them are left.
    if (this.activeStreams < this.#codec.maxConcurrentStreams) this.drain();
  }

  onCancel(): void {
    if (!this.#resets.spend(this.activeStreams, this.environment.clock.nowMs)) this.drain();
  }

  onProtocolError(): void {
    this.#isProtocolBroken = true;
    this.pool.cluster.stats.inc(field.upstream_cx_protocol_error);
    this.pool.transition(this, 'draining');
    // What was written says why, so it goes first; nobody waits for an upstream that does not read.
    this.connection.finish(true);
    this.closeIfUnused();
  }

  onKeepaliveTimeout(): void {
    this.close();
  }
}
