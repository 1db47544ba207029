import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type {
  RequestDecoder,
  ResponseEncoder,
  ServerCodecCallbacks,
  StreamResetReason,
} from '#http/codec.ts';
import { DEFAULT_HTTP2_OPTIONS, type Http2Options } from '#http/h2/http2-options.ts';
import { Http2ServerConnection } from '#http/h2/server-connection.ts';
import { HeaderMap } from '#http/header-map.ts';
import { releaseRequestHeaders } from '#http/header-pool.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { ResponseHeaders } from '#http/response-headers.ts';
import { type CloseReason, Connection, type ConnectionEvents } from '#network/connection.ts';
import { EventTurn } from '#network/event-turn.ts';
import { type Listening, listen } from '#network/listening.ts';
import type { Transport } from '#network/transport.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { TransportKind } from '../../network/transport-pair.ts';
import { freshStats, realServices } from './endpoint-services.ts';

const BUFFER_LIMIT_BYTES = 1_048_576;

/**
 * A server made of the codec alone. It sends back what it gets: the body as it comes, trailers as
 * trailers, and `nothing` without a body; method and path as response headers. `x-answer` asks for something else: `head` for an
 * answer at once without reading the request, a number for so many bytes.
 */
export class EchoServer {
  readonly stats: StatBlock = freshStats();
  readonly connections = new Set<EchoConnection>();
  readonly services = realServices();
  readonly turn: EventTurn = new EventTurn(this.services.clock);
  readonly options: Http2Options;
  #listening: Listening | undefined = undefined;

  constructor(options: Partial<Http2Options> = {}) {
    this.options = { ...DEFAULT_HTTP2_OPTIONS, ...options };
  }

  async listen(kind?: TransportKind, port = 0): Promise<number> {
    this.#listening = await listen(
      { host: '127.0.0.1', port },
      (transport) => this.connections.add(new EchoConnection(this, transport)),
      kind,
    );
    return (this.#listening.address as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.connection.destroy();
    this.#listening?.server.close();
    if (this.#listening !== undefined) await once(this.#listening.server, 'close');
  }
}

export class EchoConnection implements ConnectionEvents, ServerCodecCallbacks {
  readonly connection: Connection;
  readonly codec: Http2ServerConnection;
  readonly errors: string[] = [];
  readonly resets: string[] = [];
  readonly #server: EchoServer;

  constructor(server: EchoServer, transport: Transport) {
    this.#server = server;
    this.connection = new Connection(transport, server.turn, this, 'open', BUFFER_LIMIT_BYTES);
    const { options, stats, services } = server;
    this.codec = new Http2ServerConnection(this.connection, this, options, 'http', stats, services);
    this.connection.startReading();
  }

  newStream(encoder: ResponseEncoder): RequestDecoder {
    return new EchoStream(encoder, this);
  }

  onStreamDone(): void {}

  closeConnection(): void {
    this.connection.finish(true);
  }

  onCodecError(kind: string, details: string): void {
    this.errors.push(`${kind}: ${details}`);
  }

  onBytes(bytes: Buffer, length: number): void {
    this.codec.dispatch(bytes, length);
  }

  onEnd(): void {
    this.connection.destroy('remote');
  }

  onClose(_reason: CloseReason): void {
    this.codec.onConnectionClose('closed');
    this.#server.connections.delete(this);
  }

  onSent(): void {}

  onAboveWriteBufferHighWatermark(): void {
    this.codec.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.codec.onBelowWriteBufferLowWatermark();
  }
}

class EchoStream implements RequestDecoder {
  readonly #encoder: ResponseEncoder;
  readonly #connection: EchoConnection;
  #headers: RequestHeaders | undefined = undefined;

  constructor(encoder: ResponseEncoder, connection: EchoConnection) {
    this.#encoder = encoder;
    this.#connection = connection;
  }

  decodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    this.#headers = headers;
    const answer = headers.get('x-answer');
    const response = new ResponseHeaders();
    response.status = 200;
    response.append('x-method', headers.method);
    response.append('x-path', headers.path);
    if (headers.method === 'HEAD' && endStream) {
      this.#encoder.encodeHeaders(response, true);
      return this.#release();
    }
    if (answer === undefined) {
      this.#encoder.encodeHeaders(response, false);
      if (endStream) this.#encoder.encodeData(Buffer.from('nothing'), true);
    } else if (answer === 'head') {
      this.#encoder.encodeHeaders(response, true);
      if (!endStream) this.#encoder.resetStream('localReset');
      return this.#release();
    } else {
      this.#encoder.encodeHeaders(response, false);
      this.#encoder.encodeData(Buffer.alloc(Number(answer), 'x'), true);
      if (!endStream) this.#encoder.resetStream('localReset');
      return this.#release();
    }
    if (endStream) this.#release();
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    this.#encoder.encodeData(bytes, endStream);
    if (endStream) this.#release();
  }

  decodeTrailers(trailers: HeaderMap): void {
    const copy = new HeaderMap();
    copy.appendFrom(trailers);
    this.#encoder.encodeTrailers(copy);
    this.#release();
  }

  decodeError(): void {}

  onResetStream(reason: StreamResetReason, details: string): void {
    this.#connection.resets.push(`${reason}: ${details}`);
    this.#release();
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#encoder.readDisable(true);
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#encoder.readDisable(false);
  }

  #release(): void {
    if (this.#headers !== undefined) releaseRequestHeaders(this.#headers);
    this.#headers = undefined;
  }
}
