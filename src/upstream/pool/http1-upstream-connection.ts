import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import {
  type ClientCodecCallbacks,
  type ExchangeEnd,
  Http1ClientConnection,
} from '#http/h1/client-connection.ts';
import type { Http1ClientOptions } from '#http/h1/client-options.ts';
import { clusterStats } from '#upstream/cluster-stats.ts';
import type { ConnectionPool } from '#upstream/pool/connection-pool.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';
import { UpstreamConnection } from '#upstream/pool/upstream-connection.ts';

const { field } = clusterStats;

/** A connection that has one stream at a time, and ends with one that does not end well. */
export class Http1UpstreamConnection extends UpstreamConnection implements ClientCodecCallbacks {
  readonly #codec: Http1ClientConnection;
  /** The connection is closed because of a stream that did not come to a good end. */
  #isLostByStream = false;

  constructor(pool: ConnectionPool, environment: PoolEnvironment, options: Http1ClientOptions) {
    super(pool, environment, 1);
    this.#codec = new Http1ClientConnection(this.connection, this, options);
    pool.cluster.stats.inc(field.upstream_cx_http1_total);
  }

  protected override startStream(decoder: ResponseDecoder): RequestEncoder {
    return this.#codec.newStream(decoder);
  }

  protected override dispatch(bytes: Buffer, length: number): void {
    this.#codec.dispatch(bytes, length);
  }

  protected override endStreams(): void {
    this.#codec.onEnd();
  }

  protected override get breaksStreams(): boolean {
    return this.activeStreams > 0 || this.#isLostByStream;
  }

  protected override loseStreams(systemError: string): void {
    if (this.activeStreams > 0) this.pool.streamEnded();
    this.activeStreams = 0;
    this.#codec.onConnectionClose(systemError);
  }

  override onAboveWriteBufferHighWatermark(): void {
    this.#codec.onAboveWriteBufferHighWatermark();
  }

  override onBelowWriteBufferLowWatermark(): void {
    this.#codec.onBelowWriteBufferLowWatermark();
  }

  // What the codec says.

  onStreamDone(end: ExchangeEnd): void {
    this.#isLostByStream = end === 'requestIncomplete';
    if (end !== 'reusable' || !this.connection.isOpen) this.pool.transition(this, 'draining');
    this.streamDone();
  }

  onProtocolError(): void {
    this.pool.cluster.stats.inc(field.upstream_cx_protocol_error);
    this.pool.transition(this, 'draining');
  }

  onCloseAnnounced(): void {
    this.pool.cluster.stats.inc(field.upstream_cx_close_notify);
  }
}
