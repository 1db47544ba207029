import { ActiveStream } from '#connection-manager/active-stream.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import type { DownstreamConnection } from '#connection-manager/downstream-connection.ts';
import { DownstreamStreams } from '#connection-manager/downstream-streams.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import { PrematureResets } from '#connection-manager/premature-resets.ts';
import { maxRequestsPerCycle, RequestPacing } from '#connection-manager/request-pacing.ts';
import type { CodecError, RequestDecoder, ResponseEncoder } from '#http/codec.ts';
import { Http2ServerConnection } from '#http/h2/server-connection.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { isUpgrade } from '#http/upgrade.ts';
import type { Connection } from '#network/connection.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import type { DownstreamInfo, Protocol } from '#stream-info/stream-info.ts';

const { field } = connectionManagerStats;

/** The streams of an HTTP/2 connection: as many at a time as the codec allows. */
export class Http2Streams extends DownstreamStreams {
  readonly codec: Http2ServerConnection;
  readonly #resets: PrematureResets;
  /** Absent where there is no limit. */
  readonly #pacing: RequestPacing | undefined;
  /** The latest stream; the others hang on it. */
  #latest: ActiveStream | undefined = undefined;
  #requests = 0;
  /** As in Envoy, a client that does not answer has left, although the end is ours. */
  #isPeerGone = false;

  constructor(
    owner: DownstreamConnection,
    manager: HttpConnectionManager,
    info: DownstreamInfo,
    connection: Connection,
  ) {
    super(owner, manager, info);
    this.#resets = new PrematureResets(manager.runtime.values);
    const limit = maxRequestsPerCycle(manager.runtime.values());
    this.#pacing =
      limit === Number.POSITIVE_INFINITY
        ? undefined
        : new RequestPacing(limit, (run) => connection.later(run));
    this.codec = new Http2ServerConnection(
      connection,
      this,
      manager.http2Options,
      info.tls === undefined ? 'http' : 'https',
      manager.runtime.http2Stats(),
      manager.services,
    );
    manager.stats.inc(field.downstream_cx_http2_total);
    manager.stats.inc(field.downstream_cx_http2_active);
  }

  get isEmpty(): boolean {
    return this.#latest === undefined;
  }

  get isDone(): boolean {
    return this.#latest === undefined && this.codec.activeStreams === 0;
  }

  protected forEach(visit: (stream: ActiveStream) => void): void {
    for (let stream = this.#latest; stream !== undefined; ) {
      const { earlier } = stream;
      visit(stream);
      stream = earlier;
    }
  }

  override dispatch(bytes: Buffer, length: number): void {
    this.#pacing?.beginTurn();
    super.dispatch(bytes, length);
  }

  override defers(stream: ActiveStream): boolean {
    return this.#pacing?.defers(stream) ?? false;
  }

  override onConnectionClose(isLocal: boolean, details: string): void {
    super.onConnectionClose(isLocal && !this.#isPeerGone, details);
    this.manager.stats.dec(field.downstream_cx_http2_active);
  }

  newStream(encoder: ResponseEncoder, protocol: Protocol): RequestDecoder {
    const { manager, connection } = this;
    const { stats } = manager;
    stats.inc(field.downstream_rq_http2_total);
    const info = this.newStreamInfo(protocol);
    const timeouts = manager.streamTimeouts.acquire();
    const stream = new ActiveStream(this, manager, timeouts, encoder, info);
    this.#add(stream);
    const { maxRequestsPerConnection } = manager.config.common;
    if (maxRequestsPerConnection > 0 && ++this.#requests >= maxRequestsPerConnection) {
      stats.inc(field.downstream_cx_max_requests_reached);
      connection.startDraining();
    }
    return stream;
  }

  #add(stream: ActiveStream): void {
    stream.earlier = this.#latest;
    if (this.#latest !== undefined) this.#latest.later = stream;
    this.#latest = stream;
  }

  #remove(stream: ActiveStream): void {
    const { earlier, later } = stream;
    if (earlier !== undefined) earlier.later = later;
    if (later === undefined) this.#latest = earlier;
    else later.earlier = earlier;
    stream.earlier = undefined;
    stream.later = undefined;
  }

  onStreamDone(): void {
    this.connection.closeIfDone(false);
  }

  closeConnection(): void {
    this.connection.close(false);
  }

  onCodecError(kind: 'protocolError' | 'flood', details: string): void {
    const { stats } = this.manager;
    this.connection.noteCodecError(details);
    if (kind === 'protocolError') stats.inc(field.downstream_cx_protocol_error);
    if (this.isEmpty) return;
    stats.inc(field.downstream_cx_destroy_active_rq);
    stats.inc(field.downstream_cx_destroy_local_active_rq);
    this.forEach(({ streamInfo }) => {
      streamInfo.setResponseFlag(ResponseFlag.downstreamProtocolError);
    });
  }

  onResetProvoked(): void {
    this.#resets.noteProvoked();
    this.#closeIfAbused();
  }

  onKeepaliveTimeout(): void {
    this.#isPeerGone = true;
    this.connection.abort('http2_ping_timeout');
  }

  noteRequest(_headers: RequestHeaders, _stream: ActiveStream): CodecError | undefined {
    return undefined;
  }

  /** Frames say where the next request begins, whatever was wrong with this one. */
  noteBadRequest(): void {}

  noteResponse(_headers: ResponseHeaders, stream: ActiveStream): void {
    this.drainWithListener();
    if (stream.closesConnection) this.connection.startDraining();
    if (!stream.isRequestComplete) {
      this.manager.stats.inc(field.downstream_rq_response_before_rq_complete);
    }
  }

  endStream(stream: ActiveStream): void {
    const isWhole = stream.isRequestComplete && stream.response.isComplete;
    if (isWhole && stream.encoder.isEndPending) return this.#linger(stream);
    if (!isWhole) this.manager.stats.inc(field.downstream_rq_rx_reset);
    const reason = isWhole ? undefined : resetReason(stream);
    this.#end(stream);
    if (reason !== undefined) stream.encoder.resetStream(reason);
    this.#closeIfAbused();
    this.connection.closeIfDone(false);
  }

  /** As in Envoy, a response is not over before the client has taken it. */
  #linger(stream: ActiveStream): void {
    stream.isLingering = true;
    stream.timeouts.cancelAll();
  }

  override onStreamClosed(stream: ActiveStream): void {
    if (stream.isLingering) this.#end(stream);
  }

  abandonStream(stream: ActiveStream): void {
    this.#end(stream);
    this.#closeIfAbused();
  }

  #end(stream: ActiveStream): void {
    const { services, streamTimeouts } = this.manager;
    const { streamInfo } = stream;
    if (streamInfo.responseFlags === 0 && streamInfo.responseCode === 0) {
      streamInfo.setResponseFlag(ResponseFlag.downstreamConnectionTermination);
    }
    this.#remove(stream);
    this.destroyStream(stream);
    streamTimeouts.release(stream.timeouts);
    this.#resets.noteEnd(streamInfo, services.clock.nowMs);
  }

  #closeIfAbused(): void {
    if (!this.connection.isOpen || !this.#resets.isTooMany) return;
    const { stats } = this.manager;
    stats.inc(field.downstream_rq_too_many_premature_resets);
    // Envoy's codec takes it for an error of the client that its connection is gone.
    stats.inc(field.downstream_cx_protocol_error);
    this.codec.stopReading();
    this.connection.abort('too_many_premature_resets');
  }
}

/** RFC 9113 section 8.5: the client of a tunnel of which the other end broke is told so. */
function resetReason({ streamInfo, requestHeaders }: ActiveStream): 'connectError' | 'localReset' {
  const isTunnel =
    requestHeaders !== undefined &&
    (requestHeaders.method === 'CONNECT' || isUpgrade(requestHeaders));
  const isLost =
    streamInfo.hasResponseFlag(ResponseFlag.upstreamConnectionFailure) ||
    streamInfo.hasResponseFlag(ResponseFlag.upstreamConnectionTermination);
  return isTunnel && isLost ? 'connectError' : 'localReset';
}
