import { Clock } from '#base/clock.ts';
import type {
  CodecError,
  RequestDecoder,
  ResponseEncoder,
  ServerCodecCallbacks,
} from '#http/codec.ts';
import { Http1ServerConnection } from '#http/h1/server-connection.ts';
import type { Http1ServerOptions } from '#http/h1/server-options.ts';
import { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { ResponseHeaders } from '#http/response-headers.ts';
import { Connection, type ConnectionEvents } from '#network/connection.ts';
import { EventTurn } from '#network/event-turn.ts';
import { ScriptedTransport } from '../../network/scripted-transport.ts';
import { type HeardMessage, MessageLog, startOfRequest } from './message-log.ts';

export const SERVER_OPTIONS: Http1ServerOptions = {
  maxRequestHeadersBytes: 61_440,
  maxHeadersCount: 100,
  allowAbsoluteUrl: true,
  acceptHttp10: false,
  allowChunkedLength: false,
  allowCustomMethods: false,
  enableTrailers: true,
  headerKeyFormat: { kind: 'lower_case' },
};

const BUFFER_LIMIT_BYTES = 65_536;

/** One request, as a connection manager would have it. */
export class HeardRequest extends MessageLog implements RequestDecoder {
  readonly encoder: ResponseEncoder;
  error: CodecError | undefined = undefined;
  headers: RequestHeaders | undefined = undefined;
  readonly #onComplete: (request: HeardRequest) => void;

  constructor(encoder: ResponseEncoder, onComplete: (request: HeardRequest) => void) {
    super();
    this.encoder = encoder;
    this.#onComplete = onComplete;
  }

  decodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    this.headers = headers;
    this.heardHead(startOfRequest(headers), headers, endStream);
    if (endStream) this.#onComplete(this);
  }

  override decodeData(bytes: Buffer, endStream: boolean): void {
    super.decodeData(bytes, endStream);
    if (endStream) this.#onComplete(this);
  }

  override decodeTrailers(trailers: HeaderMap): void {
    super.decodeTrailers(trailers);
    this.#onComplete(this);
  }

  decodeError(error: CodecError): void {
    this.error = error;
    this.failure = `${error.status} ${error.details}`;
  }
}

/** A server codec over a transport without a network. */
export class ServerHarness implements ServerCodecCallbacks, ConnectionEvents {
  readonly transport = new ScriptedTransport();
  readonly requests: HeardRequest[] = [];
  readonly connection: Connection;
  readonly codec: Http1ServerConnection;
  isCloseWanted = false;
  readonly #turn: EventTurn;
  #flush: (() => void) | undefined = undefined;
  readonly #respond: ((request: HeardRequest) => void) | undefined;

  /** `respond` is called with every request that is complete. */
  constructor(
    options: Partial<Http1ServerOptions> = {},
    respond?: (request: HeardRequest, harness: ServerHarness) => void,
  ) {
    this.#respond =
      respond === undefined ? undefined : (request: HeardRequest) => respond(request, this);
    this.#turn = new EventTurn(
      new Clock(
        () => 0,
        () => 0,
      ),
      (run) => {
        this.#flush = run;
      },
    );
    this.connection = new Connection(this.transport, this.#turn, this, 'open', BUFFER_LIMIT_BYTES);
    this.codec = new Http1ServerConnection(
      this.connection,
      this,
      { ...SERVER_OPTIONS, ...options },
      'http',
    );
    this.connection.startReading();
  }

  /** Bytes arrive, and their turn of the loop comes to its end. */
  feed(text: string | Buffer): void {
    this.transport.feed(text);
    this.settle();
  }

  /** Ends the present turn of the loop. */
  settle(): void {
    while (this.#flush !== undefined) {
      const flush = this.#flush;
      this.#flush = undefined;
      flush();
    }
  }

  get heard(): HeardMessage[] {
    return this.requests.map(({ heard }) => heard);
  }

  get last(): HeardRequest {
    return this.requests.at(-1) as HeardRequest;
  }

  /** Answers the last request, which ends its stream. */
  answer(status: number, body = '', fields: readonly (readonly [string, string])[] = []): void {
    const { encoder } = this.last;
    encoder.encodeHeaders(responseOf(status, fields), body === '');
    if (body !== '') encoder.encodeData(Buffer.from(body, 'latin1'), true);
    this.codec.nextRequest();
  }

  newStream(encoder: ResponseEncoder): RequestDecoder {
    const request = new HeardRequest(encoder, (complete) => this.#respond?.(complete));
    this.requests.push(request);
    return request;
  }

  onStreamDone(): void {}

  closeConnection(): void {
    this.isCloseWanted = true;
  }

  onBytes(bytes: Buffer, length: number): void {
    this.codec.dispatch(bytes, length);
  }

  onEnd(): void {}

  onClose(): void {
    this.codec.onConnectionClose('closed');
  }

  onSent(): void {}

  onAboveWriteBufferHighWatermark(): void {
    this.codec.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.codec.onBelowWriteBufferLowWatermark();
  }
}

export function responseOf(
  status: number,
  fields: readonly (readonly [string, string])[] = [],
): ResponseHeaders {
  const headers = new ResponseHeaders();
  headers.status = status;
  for (const [name, value] of fields) headers.append(name, value);
  return headers;
}

export function trailersOf(...fields: readonly (readonly [string, string])[]): HeaderMap {
  const trailers = new HeaderMap();
  for (const [name, value] of fields) trailers.append(name, value);
  return trailers;
}

/** Answers with 204, so that the next pipelined request is served. */
export function answerEmpty(_request: HeardRequest, harness: ServerHarness): void {
  harness.answer(204);
}

/** What a server hears of bytes that arrive in these pieces, every request being answered. */
export function hear(
  pieces: readonly (string | Buffer)[],
  options: Partial<Http1ServerOptions> = {},
): HeardMessage[] {
  const harness = new ServerHarness(options, answerEmpty);
  for (const piece of pieces) harness.feed(piece);
  return harness.heard;
}
