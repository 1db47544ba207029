import type { ActiveStream } from '#connection-manager/active-stream.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import type { DownstreamConnection } from '#connection-manager/downstream-connection.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import type {
  CodecError,
  RequestDecoder,
  ResponseEncoder,
  ServerCodecCallbacks,
  ServerConnection,
} from '#http/codec.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import { type DownstreamInfo, type Protocol, StreamInfo } from '#stream-info/stream-info.ts';

const { field } = connectionManagerStats;

/**
 * The streams of one client connection, and all of it that depends on the protocol: how many
 * streams there are at a time, what their headers say about the connection, and what their end
 * means for it.
 */
export abstract class DownstreamStreams implements ServerCodecCallbacks {
  abstract readonly codec: ServerConnection;
  /** Whether no stream is under way. */
  abstract readonly isEmpty: boolean;
  /** Whether, besides, the codec has nothing more to send but what waits for the socket. */
  abstract readonly isDone: boolean;
  protected readonly connection: DownstreamConnection;
  protected readonly manager: HttpConnectionManager;
  readonly #info: DownstreamInfo;

  constructor(
    connection: DownstreamConnection,
    manager: HttpConnectionManager,
    info: DownstreamInfo,
  ) {
    this.connection = connection;
    this.manager = manager;
    this.#info = info;
  }

  /** Calls `visit` with every stream under way, the latest first; the one in hand may end. */
  protected abstract forEach(visit: (stream: ActiveStream) => void): void;

  // What the codec says.

  abstract newStream(encoder: ResponseEncoder, protocol: Protocol): RequestDecoder;
  abstract onStreamDone(): void;
  abstract closeConnection(): void;

  // What a stream says.

  /** The request's head is known. Gives the error of one that is to be refused. */
  abstract noteRequest(headers: RequestHeaders, stream: ActiveStream): CodecError | undefined;
  /** The request is none. In HTTP/1.1 whatever the client sends next cannot be understood either. */
  noteCodecError(_details: string): void {}
  /** The request is answered with 400. */
  abstract noteBadRequest(): void;
  /** The answer's head is about to go: decides, and tells the client, what becomes of the connection. */
  abstract noteResponse(headers: ResponseHeaders, stream: ActiveStream): void;
  /** The stream is answered, or broken off. */
  abstract endStream(stream: ActiveStream): void;
  /** Whether its request has to wait; `passOnRequest` is called later then. */
  defers(_stream: ActiveStream): boolean {
    return false;
  }
  /** The codec has nothing more to send of it. */
  onStreamClosed(_stream: ActiveStream): void {}
  /** The client gave the stream up, or the connection is gone. */
  abstract abandonStream(stream: ActiveStream): void;

  // What the connection says.

  dispatch(bytes: Buffer, length: number): void {
    this.codec.dispatch(bytes, length);
  }

  /** The connection is gone, and the streams with it. */
  onConnectionClose(isLocal: boolean, details: string): void {
    const { stats } = this.manager;
    if (!this.isEmpty) {
      stats.inc(field.downstream_cx_destroy_active_rq);
      stats.inc(
        isLocal
          ? field.downstream_cx_destroy_local_active_rq
          : field.downstream_cx_destroy_remote_active_rq,
      );
      if (!isLocal) this.#flagAsLost();
    }
    this.#lose(details);
  }

  /** The process ends: requests under way are broken off. */
  breakOff(details: string): void {
    this.#flagAsLost();
    this.#lose(details);
  }

  #lose(details: string): void {
    this.forEach((stream) => stream.onResetStream('connectionTermination', details));
    this.codec.onConnectionClose(details);
  }

  #flagAsLost(): void {
    this.forEach(({ streamInfo }) => {
      streamInfo.setResponseFlag(ResponseFlag.downstreamConnectionTermination);
    });
  }

  protected newStreamInfo(protocol: Protocol): StreamInfo {
    const { stats, services } = this.manager;
    stats.inc(field.downstream_rq_total);
    stats.inc(field.downstream_rq_active);
    const info = new StreamInfo(this.#info, services.clock.nowMs, services.clock.wallMs());
    info.protocol = protocol;
    return info;
  }

  /** Logs, and gives back everything. */
  protected destroyStream(stream: ActiveStream): void {
    const { stats } = this.manager;
    const { streamInfo } = stream;
    stream.destroy();
    stats.dec(field.downstream_rq_active);
    stats.record(field.downstream_rq_time, streamInfo.endMs - streamInfo.startTimeMs);
    if (this.isEmpty) this.connection.becameIdle();
  }

  /** The listener drains, and this answer may be the one with which its connection goes. */
  protected drainWithListener(): void {
    const { drain, stats } = this.manager;
    if (!drain.isActive || !this.connection.isStaying || !drain.shouldClose()) return;
    this.connection.startDraining();
    stats.inc(field.downstream_cx_drain_close);
  }
}
