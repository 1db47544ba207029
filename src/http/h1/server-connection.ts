import { latin1 } from '#base/latin1.ts';
import type {
  RequestDecoder,
  ResponseEncoder,
  ServerCodecCallbacks,
  ServerConnection,
  StreamResetReason,
} from '#http/codec.ts';
import { BodyDecoder, type BodySink, fieldBytesOf } from '#http/h1/body-decoder.ts';
import { type BodyDefect, type RequestDefect, requestError } from '#http/h1/codec-errors.ts';
import { HeadReader } from '#http/h1/head-reader.ts';
import { isKnownMethod } from '#http/h1/methods.ts';
import { framingOf, newRequestHead, readRequestHead } from '#http/h1/request-head.ts';
import { type AnsweredRequest, ResponseWriter } from '#http/h1/response-writer.ts';
import type { Http1ServerOptions } from '#http/h1/server-options.ts';
import { newCasingFor } from '#http/header-casing.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { acquireRequestHeaders, releaseRequestHeaders } from '#http/header-pool.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { Connection } from '#network/connection.ts';
import type { TurnFlusher } from '#network/event-turn.ts';
import type { BytesMeter } from '#stream-info/bytes-meter.ts';

/** Where the reading of requests stands. `complete` waits for the end of the response. */
type RequestPhase = 'head' | 'body' | 'tunnel' | 'complete' | 'dead';

const requestHead = newRequestHead();
const NO_BYTES = Buffer.alloc(0);

/**
 * HTTP/1.1 towards a client (RFC 9112). One request is in hand at a time; what a client sends
 * ahead of its turn waits, and the socket is not read while it does. The connection is its own
 * response encoder, since there is never more than one answer on its way.
 */
export class Http1ServerConnection
  implements ServerConnection, ResponseEncoder, BodySink, TurnFlusher, AnsweredRequest, BytesMeter
{
  readonly protocol = 'HTTP/1.1';
  readonly #connection: Connection;
  readonly #callbacks: ServerCodecCallbacks;
  readonly #options: Http1ServerOptions;
  /** `http` or `https`: what the transport says. */
  readonly #scheme: string;
  readonly #reader: HeadReader;
  readonly #writer: ResponseWriter;
  #body: BodyDecoder | undefined = undefined;
  #phase: RequestPhase = 'head';
  #decoder: RequestDecoder | undefined = undefined;
  #headers: RequestHeaders | undefined = undefined;
  /** Bytes of later requests, read before the present one was answered. */
  #pipelined: Buffer | undefined = undefined;
  /** How often the stream disabled reading; given back when it ends. */
  #streamReadDisables = 0;
  /** HTTP/1.0 or 1.1 of the present request. */
  minorVersion = 1;
  isHead = false;
  isConnect = false;
  isUpgrade = false;
  /** As in Envoy, what a client sends ahead in the same read counts for the present request too. */
  wireBytesReceived = 0;
  headerBytesReceived = 0;
  /** As in Envoy, without trailers. */
  decompressedHeaderBytesReceived = 0;

  constructor(
    connection: Connection,
    callbacks: ServerCodecCallbacks,
    options: Http1ServerOptions,
    scheme: string,
  ) {
    this.#connection = connection;
    this.#callbacks = callbacks;
    this.#options = options;
    this.#scheme = scheme;
    this.#reader = new HeadReader(
      'request',
      options.maxRequestHeadersBytes,
      options.maxHeadersCount,
    );
    this.#writer = new ResponseWriter(connection, options);
  }

  /** Whether no request is being read or answered. */
  get isIdle(): boolean {
    return this.#decoder === undefined;
  }

  /** Whether the client can only tell from the connection's end that the response is complete. */
  get responseEndsWithConnection(): boolean {
    return this.#writer.endsWithConnection;
  }

  /** Bytes arrived; they are read to the end, or kept. */
  dispatch(bytes: Buffer, length: number): void {
    let at = 0;
    this.wireBytesReceived += length;
    while (at < length) {
      switch (this.#phase) {
        case 'head':
          at = this.#readHead(bytes, at, length);
          break;
        case 'body':
        case 'tunnel':
          at = (this.#body as BodyDecoder).decode(bytes, at, length);
          break;
        case 'complete':
          this.#stash(bytes, at, length);
          return;
        case 'dead':
          return;
      }
    }
  }

  /** Reads (more of) a head; returns how far the bytes were used. */
  #readHead(bytes: Buffer, start: number, end: number): number {
    if (this.#headers === undefined) this.wireBytesReceived = end - start;
    const headers = this.#headers ?? this.#newHeaders();
    const reader = this.#reader;
    const outcome = reader.read(bytes, start, end, headers, headers.casing);
    if (outcome === 'incomplete') {
      if (reader.hasBegun) this.#beginStream();
      return end;
    }
    this.#beginStream();
    if (outcome !== 'complete') {
      this.#fail(this.#refusalOf(outcome));
      return end;
    }
    this.#startRequest(headers);
    reader.source = undefined;
    return reader.used;
  }

  #newHeaders(): RequestHeaders {
    const headers = acquireRequestHeaders();
    headers.casing = newCasingFor(this.#options.headerKeyFormat);
    this.#headers = headers;
    return headers;
  }

  /** A request of an unknown method is refused for that, whatever its version. */
  #refusalOf(defect: RequestDefect): RequestDefect {
    const { parser, source } = this.#reader;
    if (defect !== 'unsupportedVersion' || this.#options.allowCustomMethods) return defect;
    const method = latin1(source as Buffer, parser.headStart, parser.methodEnd);
    return isKnownMethod(method) ? defect : 'invalidMethod';
  }

  #beginStream(): void {
    if (this.#decoder !== undefined) return;
    this.minorVersion = 1;
    this.isHead = false;
    this.isConnect = false;
    this.isUpgrade = false;
    this.headerBytesReceived = 0;
    this.decompressedHeaderBytesReceived = 0;
    this.#writer.resetBytes();
    this.#decoder = this.#callbacks.newStream(this, 'HTTP/1.1');
    // The client has not taken the answers before this one yet.
    if (this.#connection.isAboveHighWatermark) this.#decoder.onAboveWriteBufferHighWatermark();
  }

  /** A whole head was read. */
  #startRequest(headers: RequestHeaders): void {
    const reader = this.#reader;
    const { parser } = reader;
    headers.scheme = this.#scheme;
    this.headerBytesReceived = parser.fieldBytes;
    this.decompressedHeaderBytesReceived = this.headerBytesReceived;
    const defect = readRequestHead(
      reader.source as Buffer,
      parser,
      headers,
      this.#options,
      requestHead,
    );
    if (defect !== undefined) return this.#fail(defect);
    this.minorVersion = parser.minorVersion;
    this.isHead = headers.method === 'HEAD';
    this.isConnect = headers.method === 'CONNECT';
    this.isUpgrade = requestHead.isTunnel && !this.isConnect;
    const framing = framingOf(requestHead);
    if (framing === 'none') {
      this.#phase = 'complete';
    } else {
      this.#beginBody(requestHead.isTunnel ? 'tunnel' : 'body');
      (this.#body as BodyDecoder).begin(framing, requestHead.contentLength);
    }
    this.#headers = undefined;
    (this.#decoder as RequestDecoder).decodeHeaders(headers, framing === 'none');
  }

  #beginBody(phase: 'body' | 'tunnel'): void {
    const { maxRequestHeadersBytes, maxHeadersCount, headerKeyFormat } = this.#options;
    this.#phase = phase;
    this.#body ??= new BodyDecoder(this, this.#connection, {
      headBytesMax: maxRequestHeadersBytes,
      headersMax: maxHeadersCount,
      headerKeyFormat,
    });
  }

  onBody(bytes: Buffer, isLast: boolean): void {
    if (isLast) this.#phase = 'complete';
    this.#decoder?.decodeData(bytes, isLast);
  }

  onBodyEnd(trailers: HeaderMap | undefined): void {
    this.#phase = 'complete';
    if (trailers !== undefined && this.#options.enableTrailers) {
      this.headerBytesReceived += fieldBytesOf(trailers);
      this.#decoder?.decodeTrailers(trailers);
    } else {
      this.#decoder?.decodeData(NO_BYTES, true);
    }
  }

  onBodyDefect(defect: BodyDefect): void {
    this.#fail(defect);
  }

  /** What comes after this cannot be understood: it is read and forgotten until the end. */
  #fail(defect: RequestDefect): void {
    this.#die();
    this.#decoder?.decodeError(requestError(defect));
  }

  /** Keeps bytes for later and stops reading: there are never more than one read's. */
  #stash(bytes: Buffer, start: number, end: number): void {
    const more = Buffer.from(bytes.subarray(start, end));
    if (this.#pipelined === undefined) this.#connection.readDisable(true);
    this.#pipelined = this.#pipelined === undefined ? more : Buffer.concat([this.#pipelined, more]);
  }

  encode1xxHeaders(headers: ResponseHeaders): void {
    if (this.minorVersion === 1) this.#writer.write1xxHead(headers);
  }

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.#writer.writeHead(headers, endStream, this);
    if (endStream) this.#endResponse(this.#writer.endBody());
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    this.#writer.writeBody(bytes);
    if (endStream) this.#endResponse(this.#writer.endBody());
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.#endResponse(this.#writer.endWithTrailers(trailers));
  }

  #endResponse(isWhole: boolean): void {
    if (isWhole) return;
    this.#die();
    this.#callbacks.closeConnection();
  }

  resetStream(_reason: StreamResetReason): void {
    this.#die();
    this.#decoder = undefined;
    // An ordinary end would be taken for the end of the response.
    if (this.#writer.endsWithConnection) this.#connection.reset();
    else this.#callbacks.closeConnection();
  }

  readDisable(isDisabled: boolean): void {
    this.#streamReadDisables += isDisabled ? 1 : -1;
    this.#connection.readDisable(isDisabled);
  }

  // Envoy's BytesMeter.

  get bytesMeter(): BytesMeter {
    return this;
  }

  get wireBytesSent(): number {
    return this.#writer.wireBytesSent;
  }

  get headerBytesSent(): number {
    return this.#writer.headerBytesSent;
  }

  get decompressedHeaderBytesSent(): number {
    return this.headerBytesSent;
  }

  /** The connection is gone. */
  onConnectionClose(details: string): void {
    this.#die();
    const decoder = this.#decoder;
    this.#decoder = undefined;
    decoder?.onResetStream('connectionTermination', details);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#decoder?.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#decoder?.onBelowWriteBufferLowWatermark();
  }

  /** The next answer says `connection: close`: before that there is no way to tell. */
  shutdownNotice(): void {}

  goAway(): void {}

  /** Whether the request was read to its end. */
  get isRequestComplete(): boolean {
    return this.#phase === 'complete';
  }

  /**
   * The stream is over and the connection stays: goes on with what the client sent ahead, but not
   * before whoever ended the stream is through with it.
   */
  nextRequest(): void {
    this.#decoder = undefined;
    if (this.#phase === 'dead') return;
    this.#phase = 'head';
    for (; this.#streamReadDisables > 0; this.#streamReadDisables--) {
      this.#connection.readDisable(false);
    }
    if (this.#pipelined !== undefined) this.#connection.atTurnEnd(this);
  }

  /** @internal The turn in which a response ended is over. */
  flushTurn(): void {
    const pipelined = this.#pipelined;
    if (pipelined === undefined || !this.#connection.isOpen) return;
    this.#pipelined = undefined;
    this.dispatch(pipelined, pipelined.length);
    this.#connection.readDisable(false);
  }

  /** Nothing more is read. */
  #die(): void {
    this.#phase = 'dead';
    this.#body?.finish();
    this.#pipelined = undefined;
    if (this.#headers !== undefined) releaseRequestHeaders(this.#headers);
    this.#headers = undefined;
  }
}
