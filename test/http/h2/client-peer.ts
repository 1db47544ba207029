import { once } from 'node:events';
import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '#http/codec.ts';
import { type Http2ClientCallbacks, Http2ClientConnection } from '#http/h2/client-connection.ts';
import { DEFAULT_HTTP2_OPTIONS, type Http2Options } from '#http/h2/http2-options.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { releaseResponseHeaders } from '#http/header-pool.ts';
import { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { connect } from '#network/connecting.ts';
import { Connection, type ConnectionEvents } from '#network/connection.ts';
import { EventTurn } from '#network/event-turn.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { TransportKind } from '../../network/transport-pair.ts';
import { type Fields, fieldsOf } from '../h1/message-log.ts';
import { freshStats, realServices } from './endpoint-services.ts';

const BUFFER_LIMIT_BYTES = 1_048_576;

/** What came back for a request. */
export interface Answer {
  readonly status: number;
  readonly fields: Fields;
  readonly body: Buffer;
  readonly trailers: Fields | undefined;
  readonly interim: readonly number[];
  /** Why it broke off. */
  readonly reset: string | undefined;
}

/** A client codec over a real socket. */
export class ClientPeer implements ConnectionEvents, Http2ClientCallbacks {
  readonly stats: StatBlock = freshStats();
  readonly codec: Http2ClientConnection;
  readonly connection: Connection;
  readonly goAways: (readonly [number, number])[] = [];
  readonly errors: string[] = [];
  isClosed = false;
  streamsDone = 0;
  readonly #turn: EventTurn;
  readonly #connected = Promise.withResolvers<void>();
  readonly #settings = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();

  constructor(port: number, options: Partial<Http2Options> = {}, kind?: TransportKind) {
    const services = realServices();
    this.#turn = new EventTurn(services.clock);
    const transport = connect(
      { source: undefined, address: { kind: 'ip', host: '127.0.0.1', port } },
      {
        onConnected: () => {
          this.connection.markConnected();
          this.connection.startReading();
          this.#connected.resolve();
        },
        onConnectFailed: ({ systemError }) => this.#connected.reject(new Error(systemError)),
      },
      kind,
    );
    this.connection = new Connection(transport, this.#turn, this, 'connecting', BUFFER_LIMIT_BYTES);
    const all = { ...DEFAULT_HTTP2_OPTIONS, ...options };
    this.codec = new Http2ClientConnection(this.connection, this, all, this.stats, services);
  }

  /** Connected, and the server’s settings are known. */
  async ready(): Promise<this> {
    await this.#connected.promise;
    await this.#settings.promise;
    return this;
  }

  async close(): Promise<void> {
    this.connection.destroy();
    await this.#closed.promise;
  }

  /** Begins a request; `write` gets the encoder and says the rest. */
  request(
    fields: Readonly<Record<string, string>>,
    write: (encoder: RequestEncoder) => void,
    isBodyless = false,
  ): {
    readonly encoder: RequestEncoder;
    readonly answer: Promise<Answer>;
    readonly heard: Hearing;
  } {
    const heard = new Hearing();
    const encoder = this.codec.newStream(heard);
    encoder.encodeHeaders(requestOf(fields), isBodyless);
    write(encoder);
    return { encoder, answer: heard.answer, heard };
  }

  get(path: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.request({ ':path': path, ...fields }, () => {}, true).answer;
  }

  post(path: string, body: Buffer, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const all = { ':method': 'POST', ':path': path, ...fields };
    return this.request(all, (encoder) => encoder.encodeData(body, true)).answer;
  }

  onSettings(): void {
    this.#settings.resolve();
  }

  onGoAway(lastStreamId: number, errorCode: number): void {
    this.goAways.push([lastStreamId, errorCode]);
  }

  onStreamDone(): void {
    this.streamsDone++;
  }

  onProtocolError(details: string): void {
    this.errors.push(details);
    this.connection.finish(true);
  }

  onKeepaliveTimeout(): void {
    this.errors.push('keepalive');
    this.connection.destroy();
  }

  onBytes(bytes: Buffer, length: number): void {
    this.codec.dispatch(bytes, length);
  }

  onEnd(): void {
    this.codec.onEnd();
    this.connection.destroy('remote');
  }

  onClose(): void {
    this.isClosed = true;
    this.codec.onConnectionClose('closed');
    this.#closed.resolve();
  }

  onSent(): void {}

  onAboveWriteBufferHighWatermark(): void {
    this.codec.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.codec.onBelowWriteBufferLowWatermark();
  }
}

/** Hears one response. */
export class Hearing implements ResponseDecoder {
  readonly answer: Promise<Answer>;
  status = 0;
  receivedBytes = 0;
  highWatermarks = 0;
  lowWatermarks = 0;
  readonly #chunks: Buffer[] = [];
  readonly #interim: number[] = [];
  #fields: Fields = [];
  readonly #resolve: (answer: Answer) => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.answer = promise;
    this.#resolve = resolve;
  }

  decode1xxHeaders(headers: ResponseHeaders): void {
    this.#interim.push(headers.status);
  }

  decodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.status = headers.status;
    this.#fields = fieldsOf(headers);
    releaseResponseHeaders(headers);
    if (endStream) this.#end(undefined, undefined);
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    this.receivedBytes += bytes.length;
    this.#chunks.push(Buffer.from(bytes));
    if (endStream) this.#end(undefined, undefined);
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.#end(fieldsOf(trailers), undefined);
  }

  onResetStream(reason: StreamResetReason, details: string): void {
    this.#end(undefined, `${reason}: ${details}`);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.highWatermarks++;
  }

  onBelowWriteBufferLowWatermark(): void {
    this.lowWatermarks++;
  }

  #end(trailers: Fields | undefined, reset: string | undefined): void {
    const { status } = this;
    const body = Buffer.concat(this.#chunks);
    this.#resolve({ status, fields: this.#fields, body, trailers, interim: this.#interim, reset });
  }
}

export function requestOf(fields: Readonly<Record<string, string>>): RequestHeaders {
  const headers = new RequestHeaders();
  headers.method = 'GET';
  headers.path = '/';
  headers.scheme = 'http';
  headers.authority = 'example.test';
  for (const [name, value] of Object.entries(fields)) {
    if (name === ':method') headers.method = value;
    else if (name === ':path') headers.path = value;
    else if (name === ':authority') headers.authority = value;
    else headers.append(name, value);
  }
  return headers;
}

/** Closes a server of Node’s and waits until it is. */
export async function closed(server: { close(): unknown }): Promise<void> {
  server.close();
  await once(server as never, 'close');
}
