import { assert } from '#base/assert.ts';
import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import type { Http2Services } from '#http/h2/http2-services.ts';
import type { Connection } from '#network/connection.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/** What an HTTP/2 client connection tells its pool. */
export interface Http2ClientCallbacks {
  /** The upstream's settings came, for the first time or again: `maxConcurrentStreams` may differ. */
  onSettings(): void;
  /**
   * The upstream takes no further stream. Those above `lastStreamId` are reset with
   * `remoteRefusedStreamReset` right after this, the others go on.
   */
  onGoAway(lastStreamId: number, errorCode: number): void;
  /** A stream is over, in whatever way; there is room for another one. */
  onStreamDone(): void;
  /**
   * The upstream broke the protocol, or a limit, for the whole connection. GOAWAY is written; each
   * stream is reset after this. The connection is then to be closed by the pool.
   */
  onProtocolError(details: string): void;
  /** There was no answer to a keepalive PING. The connection is to be closed at once. */
  onKeepaliveTimeout(): void;
}

/** HTTP/2 towards an upstream host (RFC 9113). */
export class Http2ClientConnection {
  constructor(
    _connection: Connection,
    _callbacks: Http2ClientCallbacks,
    _options: Http2Options,
    _stats: StatBlock,
    _services: Http2Services,
  ) {
    assert(false, 'not written yet');
  }

  /** Streams of which something is still to be read or sent. */
  get activeStreams(): number {
    return 0;
  }

  /** How many streams may be active: the upstream's limit, or ours if that is lower. */
  get maxConcurrentStreams(): number {
    return 0;
  }

  /** Whether another stream may begin: no GOAWAY came, there is room, and stream ids are left. */
  get canTakeStream(): boolean {
    return false;
  }

  /** Begins a stream: `decoder` hears the response, the returned encoder takes the request. */
  newStream(_decoder: ResponseDecoder): RequestEncoder {
    throw new Error('not written yet');
  }

  dispatch(_bytes: Buffer, _length: number): void {}
  /** The upstream finished sending; what is under way is lost. */
  onEnd(): void {}
  /** The connection is gone. */
  onConnectionClose(_details: string): void {}
  onAboveWriteBufferHighWatermark(): void {}
  onBelowWriteBufferLowWatermark(): void {}
  /** Tells the upstream that no further streams come. */
  goAway(): void {}
}
