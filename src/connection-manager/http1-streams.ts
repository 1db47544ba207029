import { ActiveStream } from '#connection-manager/active-stream.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import { wantsClose } from '#connection-manager/connection-persistence.ts';
import type { DownstreamConnection } from '#connection-manager/downstream-connection.ts';
import { DownstreamStreams } from '#connection-manager/downstream-streams.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import { StreamTimeouts } from '#connection-manager/stream-timeouts.ts';
import { screenUnderscores } from '#connection-manager/underscores.ts';
import type { CodecError, RequestDecoder, ResponseEncoder } from '#http/codec.ts';
import { Http1ServerConnection } from '#http/h1/server-connection.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { Connection } from '#network/connection.ts';
import type { DownstreamInfo, Protocol } from '#stream-info/stream-info.ts';

const { field } = connectionManagerStats;

/** The streams of an HTTP/1.1 connection: one at a time, so that they can share what they need. */
export class Http1Streams extends DownstreamStreams {
  readonly codec: Http1ServerConnection;
  readonly #timeouts: StreamTimeouts;
  #stream: ActiveStream | undefined = undefined;
  #requests = 0;
  #isBadRequest = false;

  constructor(
    owner: DownstreamConnection,
    manager: HttpConnectionManager,
    info: DownstreamInfo,
    connection: Connection,
  ) {
    super(owner, manager, info);
    this.#timeouts = new StreamTimeouts(manager.services.timers);
    this.codec = new Http1ServerConnection(
      connection,
      this,
      manager.http1Options,
      info.tls === undefined ? 'http' : 'https',
    );
    manager.stats.inc(field.downstream_cx_http1_total);
    manager.stats.inc(field.downstream_cx_http1_active);
  }

  get isEmpty(): boolean {
    return this.#stream === undefined;
  }

  get isDone(): boolean {
    return this.#stream === undefined;
  }

  protected forEach(visit: (stream: ActiveStream) => void): void {
    if (this.#stream !== undefined) visit(this.#stream);
  }

  override onConnectionClose(isLocal: boolean, details: string): void {
    this.#timeouts.cancelAll();
    super.onConnectionClose(isLocal, details);
    this.manager.stats.dec(field.downstream_cx_http1_active);
  }

  newStream(encoder: ResponseEncoder, protocol: Protocol): RequestDecoder {
    const { manager } = this;
    const { stats } = manager;
    stats.inc(field.downstream_rq_http1_total);
    const info = this.newStreamInfo(protocol);
    const stream = new ActiveStream(this, manager, this.#timeouts, encoder, info);
    this.#stream = stream;
    const { maxRequestsPerConnection } = manager.config.common;
    if (maxRequestsPerConnection > 0 && ++this.#requests >= maxRequestsPerConnection) {
      stats.inc(field.downstream_cx_max_requests_reached);
      stream.closesConnection = true;
      this.connection.closeAfterStreams();
    }
    return stream;
  }

  onStreamDone(): void {}

  closeConnection(): void {
    this.connection.closeAfterStreams();
    this.connection.closeIfDone(false);
  }

  noteRequest(headers: RequestHeaders, stream: ActiveStream): CodecError | undefined {
    const isHttp10 = this.codec.minorVersion === 0;
    if (isHttp10) stream.streamInfo.protocol = 'HTTP/1.0';
    if (wantsClose(headers, isHttp10)) stream.closesConnection = true;
    const { config, runtime } = this.manager;
    const { headersWithUnderscoresAction } = config.common;
    if (headersWithUnderscoresAction === 'ALLOW') return undefined;
    const error = screenUnderscores(headers, headersWithUnderscoresAction, runtime);
    // A stricter codec would not have let it through, and could not have gone on.
    if (error !== undefined) this.#closeAfterBadRequest();
    return error;
  }

  override noteCodecError(details: string): void {
    this.connection.noteCodecError(details);
  }

  /** After a bad request nobody can say where the next one begins. */
  noteBadRequest(): void {
    if (!this.manager.config.streamErrorOnInvalidHttpMessage) this.#closeAfterBadRequest();
  }

  /** What the client sends next may be anything, and it may not have read our answer yet. */
  #closeAfterBadRequest(): void {
    this.#isBadRequest = true;
    this.connection.closeAfterStreams();
  }

  noteResponse(headers: ResponseHeaders, stream: ActiveStream): void {
    const { connection } = this;
    this.drainWithListener();
    if (this.codec.minorVersion === 0) {
      // HTTP/1.0 has no chunks: without a length, the end of the connection is that of the body.
      if (!headers.hasKnown(HeaderName['content-length'])) stream.closesConnection = true;
      if (!stream.closesConnection) headers.set('connection', 'keep-alive');
    }
    if (stream.closesConnection && connection.isStaying) connection.closeAfterStreams();
    if (!stream.isRequestComplete) {
      // Nobody waits for the rest of the request once it is answered.
      connection.closeAfterStreams();
      this.manager.stats.inc(field.downstream_rq_response_before_rq_complete);
    }
    if (!connection.isStaying && !stream.response.isTunnel) headers.set('connection', 'close');
  }

  endStream(stream: ActiveStream): void {
    const { connection, codec } = this;
    const { isRequestComplete, response, closesConnection } = stream;
    const isWhole = isRequestComplete && response.isComplete;
    const endsWithConnection = codec.responseEndsWithConnection;
    if (!isWhole) this.manager.stats.inc(field.downstream_rq_rx_reset);
    this.abandonStream(stream);
    if (!isWhole) connection.closeAfterStreams();
    if (!response.isComplete) codec.resetStream('localReset');
    const isAnswerAwaited = isRequestComplete || endsWithConnection;
    const skipsDelay = closesConnection && isAnswerAwaited && !this.#isBadRequest;
    if (!connection.closeIfDone(skipsDelay)) codec.nextRequest();
  }

  abandonStream(stream: ActiveStream): void {
    this.#stream = undefined;
    this.destroyStream(stream);
  }
}
