import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import { type Http2ClientCallbacks, Http2ClientConnection } from '#http/h2/client-connection.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { clusterStats } from '#upstream/cluster-stats.ts';
import type { ConnectionPool } from '#upstream/pool/connection-pool.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';
import { UpstreamConnection } from '#upstream/pool/upstream-connection.ts';

const { field } = clusterStats;

/** What earlier connections of the pool found out. */
export interface KnownLimit {
  /** How many streams the upstream takes on a connection, as it said last. */
  streams: number | undefined;
}

/**
 * Until the upstream says how many streams it takes, more than these would risk to be refused: RFC
 * 9113 section 6.5.2 advises it not to take fewer.
 */
const STREAMS_BEFORE_SETTINGS = 100;

/** A connection that has as many streams as the upstream and the configuration allow. */
export class Http2UpstreamConnection extends UpstreamConnection implements Http2ClientCallbacks {
  readonly #codec: Http2ClientConnection;
  readonly #known: KnownLimit;
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
    if (known.streams === undefined) {
      this.streamLimit = Math.min(options.maxConcurrentStreams, STREAMS_BEFORE_SETTINGS);
    }
    this.heldBackCapacity = Math.max(this.capacityWhileConnecting - this.streamLimit, 0);
    this.#codec = new Http2ClientConnection(this.connection, this, options, stats, environment);
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
    // Streams have numbers, and there are no more of them.
    if (this.state === 'ready' && !this.#codec.canTakeStream) this.drain();
  }

  onProtocolError(): void {
    this.#isProtocolBroken = true;
    this.pool.cluster.stats.inc(field.upstream_cx_protocol_error);
    this.pool.transition(this, 'draining');
    // What was written says why; it is sent first.
    this.connection.finish(true);
  }

  onKeepaliveTimeout(): void {
    this.close();
  }
}
