import type {
  CodecError,
  RequestDecoder,
  ResponseEncoder,
  ServerCodecCallbacks,
  StreamResetReason,
} from '#http/codec.ts';
import { DEFAULT_HTTP2_OPTIONS, type Http2Options } from '#http/h2/http2-options.ts';
import { Http2ServerConnection } from '#http/h2/server-connection.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { releaseRequestHeaders } from '#http/header-pool.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { Connection, type ConnectionEvents } from '#network/connection.ts';
import { EventTurn } from '#network/event-turn.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { ScriptedTransport } from '../../network/scripted-transport.ts';
import { MessageLog, startOfRequest } from '../h1/message-log.ts';
import { responseOf } from '../h1/server-harness.ts';
import { freshStats } from './endpoint-services.ts';
import { FrameLog, PREFACE, settings } from './frames.ts';
import { TestClock } from './test-clock.ts';

export const BUFFER_LIMIT_BYTES = 100_000;

/** One request, as a connection manager would have it. */
export class HeardStream extends MessageLog implements RequestDecoder {
  readonly encoder: ResponseEncoder;
  isEnded = false;
  /** Called with the head, before the end. */
  onHead: ((stream: HeardStream) => void) | undefined = undefined;
  readonly #onComplete: (stream: HeardStream) => void;
  #headers: RequestHeaders | undefined = undefined;

  constructor(encoder: ResponseEncoder, onComplete: (stream: HeardStream) => void) {
    super();
    this.encoder = encoder;
    this.#onComplete = onComplete;
  }

  decodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    this.#headers = headers;
    this.heardHead(startOfRequest(headers), headers, endStream);
    this.onHead?.(this);
    if (endStream) this.#complete();
  }

  override decodeData(bytes: Buffer, endStream: boolean): void {
    super.decodeData(bytes, endStream);
    if (endStream) this.#complete();
  }

  override decodeTrailers(trailers: HeaderMap): void {
    super.decodeTrailers(trailers);
    this.#complete();
  }

  decodeError(error: CodecError): void {
    this.failure = error.details;
  }

  override onResetStream(reason: StreamResetReason, details: string): void {
    super.onResetStream(reason, details);
    this.release();
  }

  /** What a connection manager does when it destroys the stream. */
  release(): void {
    if (this.#headers !== undefined) releaseRequestHeaders(this.#headers);
    this.#headers = undefined;
  }

  #complete(): void {
    this.isEnded = true;
    this.#onComplete(this);
  }
}

/** A server codec over a transport without a network; the client’s SETTINGS are through. */
export class Http2ServerHarness implements ServerCodecCallbacks, ConnectionEvents {
  readonly transport = new ScriptedTransport();
  readonly streams: HeardStream[] = [];
  readonly stats: StatBlock = freshStats();
  readonly time = new TestClock();
  readonly connection: Connection;
  readonly codec: Http2ServerConnection;
  readonly errors: string[] = [];
  /** What was sent when the codec gave up. */
  isCloseWanted = false;
  streamsDone = 0;
  /** For streams that begin from now on. */
  onHead: ((stream: HeardStream) => void) | undefined = undefined;
  readonly log = new FrameLog();
  readonly #turn: EventTurn;
  #flush: (() => void) | undefined = undefined;
  readonly #respond: (stream: HeardStream) => void;

  /** `respond` is called with every request that is complete. */
  constructor(
    options: Partial<Http2Options> = {},
    respond: (stream: HeardStream) => void = () => {},
    isPrefaceSent = true,
  ) {
    this.#respond = respond;
    this.#turn = new EventTurn(this.time.clock, (run) => {
      this.#flush = run;
    });
    this.connection = new Connection(this.transport, this.#turn, this, 'open', BUFFER_LIMIT_BYTES);
    this.codec = new Http2ServerConnection(
      this.connection,
      this,
      { ...DEFAULT_HTTP2_OPTIONS, ...options },
      'http',
      this.stats,
      this.time.services,
    );
    this.connection.startReading();
    if (!isPrefaceSent) return;
    this.feed(PREFACE, settings());
    this.frames();
  }

  /** Bytes arrive in one read, and their turn of the loop comes to its end. */
  feed(...parts: readonly Buffer[]): this {
    this.transport.feed(Buffer.concat(parts));
    this.settle();
    return this;
  }

  /** Ends the present turn of the loop. */
  settle(): void {
    while (this.#flush !== undefined) {
      const flush = this.#flush;
      this.#flush = undefined;
      flush();
    }
  }

  /** What was sent since it was last asked. */
  frames(): string[] {
    this.settle();
    return this.log.read(Buffer.from(this.transport.takeSent(), 'latin1'));
  }

  get last(): HeardStream {
    return this.streams.at(-1) as HeardStream;
  }

  newStream(encoder: ResponseEncoder): RequestDecoder {
    const stream = new HeardStream(encoder, (complete) => this.#respond(complete));
    stream.onHead = this.onHead;
    this.streams.push(stream);
    return stream;
  }

  onStreamDone(): void {
    this.streamsDone++;
  }

  closeConnection(): void {
    this.isCloseWanted = true;
  }

  onCodecError(kind: string, details: string): void {
    this.errors.push(`${kind}: ${details}`);
  }

  onKeepaliveTimeout(): void {
    this.errors.push('keepalive timeout');
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

/** Answers a request with 200 and a body. */
export function answer(
  { encoder }: HeardStream,
  body: string | Buffer = '',
  fields: readonly (readonly [string, string])[] = [],
): void {
  const head: ResponseHeaders = responseOf(200, fields);
  encoder.encodeHeaders(head, body.length === 0);
  if (body.length === 0) return;
  encoder.encodeData(typeof body === 'string' ? Buffer.from(body, 'latin1') : body, true);
}
