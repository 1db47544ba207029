import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { acquireResponseHeaders } from '#http/header-pool.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { BytesMeter } from '#stream-info/bytes-meter.ts';
import type { ConnectionPool } from '#upstream/pool/connection-pool.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';
import { UpstreamConnection } from '#upstream/pool/upstream-connection.ts';

const NO_BYTES = Buffer.alloc(0);

/**
 * The other end of a tunnel that the proxy itself terminates (a route's `connect_config`): what the
 * client sends in its CONNECT goes out as it is, and what comes is the response's body. As in
 * Envoy, the client's 200 is made as soon as the connection is up. It serves one stream.
 */
export class TcpUpstreamConnection
  extends UpstreamConnection
  implements RequestEncoder, BytesMeter
{
  #decoder: ResponseDecoder | undefined = undefined;
  wireBytesReceived = 0;
  wireBytesSent = 0;
  readonly headerBytesReceived = 0;
  readonly headerBytesSent = 0;
  readonly decompressedHeaderBytesReceived = 0;
  readonly decompressedHeaderBytesSent = 0;

  constructor(pool: ConnectionPool, environment: PoolEnvironment) {
    super(pool, environment, 1);
  }

  protected override startStream(decoder: ResponseDecoder): RequestEncoder {
    this.#decoder = decoder;
    this.pool.transition(this, 'draining');
    return this;
  }

  // What the request says.

  get bytesMeter(): BytesMeter {
    return this;
  }

  encodeHeaders(_headers: RequestHeaders, endStream: boolean): void {
    const response = acquireResponseHeaders();
    response.status = 200;
    if (endStream) this.connection.endWriting();
    this.#decoder?.decodeHeaders(response, false);
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    this.wireBytesSent += bytes.length;
    this.connection.writeBytes(bytes);
    if (endStream) this.connection.endWriting();
  }

  encodeTrailers(_trailers: HeaderMap): void {
    this.connection.endWriting();
  }

  resetStream(): void {
    this.#decoder = undefined;
    this.connection.destroy();
  }

  readDisable(isDisabled: boolean): void {
    this.connection.readDisable(isDisabled);
  }

  // What the connection says.

  protected override dispatch(bytes: Buffer, length: number): void {
    this.wireBytesReceived += length;
    this.#decoder?.decodeData(bytes.subarray(0, length), false);
  }

  override onEnd(): void {
    const decoder = this.#decoder;
    this.#decoder = undefined;
    decoder?.decodeData(NO_BYTES, true);
    // A client that has more to say has reset the stream by now: both sides are through.
    if (!this.connection.isOpen) return;
    this.activeStreams = 0;
    this.pool.streamEnded();
    if (this.connection.bufferedBytes > 0) this.connection.finish(true);
    else this.connection.destroy('remote');
  }

  protected override endStreams(): void {}

  protected override get breaksStreams(): boolean {
    return this.activeStreams > 0;
  }

  protected override loseStreams(systemError: string): void {
    if (this.activeStreams > 0) this.pool.streamEnded();
    this.activeStreams = 0;
    const decoder = this.#decoder;
    this.#decoder = undefined;
    decoder?.onResetStream('connectionTermination', systemError);
  }

  override onAboveWriteBufferHighWatermark(): void {
    this.#decoder?.onAboveWriteBufferHighWatermark();
  }

  override onBelowWriteBufferLowWatermark(): void {
    this.#decoder?.onBelowWriteBufferLowWatermark();
  }
}
