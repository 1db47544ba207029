import { assert } from '#base/assert.ts';
import type { ServerCodecCallbacks, ServerConnection } from '#http/codec.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import type { Http2Services } from '#http/h2/http2-services.ts';
import type { Connection } from '#network/connection.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/** HTTP/2 towards a client (RFC 9113). */
export class Http2ServerConnection implements ServerConnection {
  readonly protocol = 'HTTP/2';

  /** `scheme` stands in for requests that name none: `http` or `https`, as the transport says. */
  // biome-ignore lint: the signature comes before its body.
  constructor(
    _connection: Connection,
    _callbacks: ServerCodecCallbacks,
    _options: Http2Options,
    _scheme: string,
    _stats: StatBlock,
    _services: Http2Services,
  ) {
    assert(false, 'not written yet');
  }

  /** Streams of which something is still to be read or sent. */
  get activeStreams(): number {
    return 0;
  }

  dispatch(_bytes: Buffer, _length: number): void {}
  onConnectionClose(_details: string): void {}
  onAboveWriteBufferHighWatermark(): void {}
  onBelowWriteBufferLowWatermark(): void {}
  shutdownNotice(): void {}
  goAway(): void {}
}
