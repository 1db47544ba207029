import { latin1 } from '#base/latin1.ts';
import type {
  CodecError,
  RequestDecoder,
  ResponseEncoder,
  ServerCodecCallbacks,
  StreamResetReason,
} from '#http/codec.ts';
import { BodyDecoder, type BodySink } from '#http/h1/body-decoder.ts';
import type { ChunkDefect } from '#http/h1/chunked-decoder.ts';
import { INVALID_URL, requestError } from '#http/h1/codec-errors.ts';
import { type Framing, type FramingResult, readFraming } from '#http/h1/framing.ts';
import { type HeadDefect, HeadParser } from '#http/h1/head-parser.ts';
import { PartialHead } from '#http/h1/partial-head.ts';
import { readRequestTarget } from '#http/h1/request-target.ts';
import { statusLine } from '#http/h1/status-line.ts';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { acquireRequestHeaders, releaseRequestHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { Connection } from '#network/connection.ts';

export interface Http1ServerOptions {
  /** Start line and header fields together, in bytes. */
  readonly maxRequestHeadersBytes: number;
  readonly maxHeadersCount: number;
  readonly allowAbsoluteUrl: boolean;
  readonly enableTrailers: boolean;
  /** `http` or `https`: what the transport says. */
  readonly scheme: string;
}

/** Where the reading of requests stands. */
type RequestPhase = 'head' | 'body' | 'complete' | 'tunnel' | 'dead';
/** Where the answer to the present request stands. */
type ResponsePhase = 'none' | 'body' | 'complete';

const framingResult: FramingResult = { framing: 'none', contentLength: 0 };
const LAST_CHUNK = '0\r\n\r\n';

/**
 * HTTP/1.1 towards a client (RFC 9112). One request is in hand at a time; what a client sends
 * ahead of its turn waits, and the socket is not read while it does. The connection is its own
 * response encoder, since there is never more than one answer on its way.
 */
export class Http1ServerConnection implements ResponseEncoder, BodySink {
  readonly #connection: Connection;
  readonly #callbacks: ServerCodecCallbacks;
  readonly #options: Http1ServerOptions;
  readonly #parser: HeadParser;
  #body: BodyDecoder | undefined = undefined;
  #phase: RequestPhase = 'head';
  #response: ResponsePhase = 'none';
  #decoder: RequestDecoder | undefined = undefined;
  #headers: RequestHeaders | undefined = undefined;
  #partial: PartialHead | undefined = undefined;
  /** Bytes of later requests, read before the present one was answered. */
  #pipelined: Buffer | undefined = undefined;
  #responseFraming: Framing = 'none';
  #isHead = false;
  #isConnect = false;
  #isDispatching = false;
  /** How often the stream disabled reading; given back when it ends. */
  #streamReadDisables = 0;

  constructor(
    connection: Connection,
    callbacks: ServerCodecCallbacks,
    options: Http1ServerOptions,
  ) {
    this.#connection = connection;
    this.#callbacks = callbacks;
    this.#options = options;
    this.#parser = new HeadParser(
      'request',
      options.maxRequestHeadersBytes,
      options.maxHeadersCount,
    );
  }

  /** Whether no request is being read or answered. */
  get isIdle(): boolean {
    return this.#decoder === undefined;
  }

  /** HTTP/1.0 or 1.1 of the present request. */
  get minorVersion(): number {
    return this.#parser.minorVersion;
  }

  /** Bytes arrived. */
  dispatch(bytes: Buffer, length: number): void {
    this.#dispatch(bytes, 0, length);
  }

  #dispatch(bytes: Buffer, start: number, end: number): void {
    this.#isDispatching = true;
    let at = start;
    while (at < end) {
      if (this.#phase === 'head') at = this.#readHead(bytes, at, end);
      else if (this.#phase === 'body') at = (this.#body as BodyDecoder).decode(bytes, at, end);
      else if (this.#phase === 'tunnel') {
        this.#decoder?.decodeData(bytes.subarray(at, end), false);
        at = end;
      } else if (this.#phase === 'complete') {
        this.#stash(bytes, at, end);
        at = end;
      } else at = end;
    }
    this.#isDispatching = false;
  }

  /** Reads (more of) a head; returns how far the bytes were used. */
  #readHead(bytes: Buffer, start: number, end: number): number {
    let from = bytes;
    let to = end;
    let taken = 0;
    if (this.#partial !== undefined) {
      taken = this.#partial.length;
      this.#partial.append(bytes, start, end);
      from = this.#partial.bytes;
      to = this.#partial.length;
    } else {
      this.#headers ??= acquireRequestHeaders();
      this.#parser.begin(start);
    }
    const parser = this.#parser;
    const outcome = parser.parse(from, to, this.#headers as RequestHeaders);
    if (outcome === 'incomplete') {
      if (this.#partial === undefined) {
        this.#partial = new PartialHead();
        this.#partial.append(bytes, start, end);
        parser.shift(-start);
      }
      // A client that only sent blank lines has not begun a request.
      if (parser.headStart < this.#partial.length) this.#beginStream();
      return end;
    }
    this.#beginStream();
    if (outcome !== 'complete') {
      this.#fail(requestError(outcome));
      return end;
    }
    // What follows the head lies in `bytes`, wherever the head itself was put together.
    const used = this.#partial === undefined ? parser.headEnd : start + parser.headEnd - taken;
    this.#partial = undefined;
    this.#requestRead(from);
    return used;
  }

  #beginStream(): void {
    if (this.#decoder !== undefined) return;
    this.#response = 'none';
    this.#decoder = this.#callbacks.newStream(
      this,
      this.#parser.minorVersion === 0 ? 'HTTP/1.0' : 'HTTP/1.1',
    );
  }

  /** A whole head was read: finds out what it asks and how long its body is. */
  #requestRead(bytes: Buffer): void {
    const parser = this.#parser;
    const headers = this.#headers as RequestHeaders;
    const start = parser.headStart;
    const text = latin1(bytes, start, parser.headEnd);
    headers.setText(text);
    headers.method = methodOf(text, parser.methodEnd - start);
    const target = text.substring(parser.targetStart - start, parser.targetEnd - start);
    this.#isHead = headers.method === 'HEAD';
    this.#isConnect = headers.method === 'CONNECT';
    if (headers.countKnown(HeaderName.host) > 1)
      return this.#fail(requestError('invalidStartLine'));
    headers.scheme = this.#options.scheme;
    const host = headers.getKnown(HeaderName.host);
    if (!readRequestTarget(target, headers, host, this.#options.allowAbsoluteUrl)) {
      return this.#fail(INVALID_URL);
    }
    headers.removeKnown(HeaderName.host);
    const defect = readFraming(headers, parser.minorVersion, 'none', framingResult);
    if (defect !== undefined) return this.#fail(requestError(defect));
    const { framing, contentLength } = framingResult;
    const hasBody = framing !== 'none';
    if (hasBody) {
      this.#body ??= new BodyDecoder(
        this,
        this.#options.maxRequestHeadersBytes,
        this.#options.maxHeadersCount,
      );
      this.#body.begin(framing, contentLength);
    }
    this.#phase = hasBody ? 'body' : 'complete';
    this.#headers = undefined;
    (this.#decoder as RequestDecoder).decodeHeaders(headers, !hasBody && !this.#isConnect);
  }

  onBody(bytes: Buffer, isLast: boolean): void {
    if (isLast) this.#phase = 'complete';
    this.#decoder?.decodeData(bytes, isLast);
  }

  onBodyEnd(trailers: HeaderMap | undefined): void {
    this.#phase = 'complete';
    if (trailers !== undefined && this.#options.enableTrailers) {
      this.#decoder?.decodeTrailers(trailers);
    } else {
      this.#decoder?.decodeData(NO_BYTES, true);
    }
  }

  onBodyDefect(defect: string): void {
    this.#fail(requestError(defect as HeadDefect | ChunkDefect));
  }

  #fail(error: CodecError): void {
    this.#phase = 'dead';
    this.#connection.readDisable(true);
    this.#decoder?.decodeError(error);
  }

  /** Keeps bytes for later and stops reading more of them. */
  #stash(bytes: Buffer, start: number, end: number): void {
    const more = Buffer.from(bytes.subarray(start, end));
    if (this.#pipelined === undefined) this.#connection.readDisable(true);
    this.#pipelined = this.#pipelined === undefined ? more : Buffer.concat([this.#pipelined, more]);
  }

  encode1xxHeaders(headers: ResponseHeaders): void {
    if (this.minorVersion === 0) return;
    this.#connection.write(`${statusLine(headers.status, 1)}${headers.toHttp1Lines()}\r\n`);
  }

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    const { status } = headers;
    let head = statusLine(status, this.minorVersion) + headers.toHttp1Lines();
    if (status === 101 || (this.#isConnect && status >= 200 && status < 300)) {
      this.#responseFraming = 'untilClose';
      if (this.#phase !== 'dead') this.#phase = 'tunnel';
    } else if (status === 204 || status === 304 || this.#isHead) {
      this.#responseFraming = 'none';
    } else if (headers.hasKnown(HeaderName['content-length'])) {
      this.#responseFraming = 'length';
    } else if (endStream) {
      this.#responseFraming = 'none';
      head += 'content-length: 0\r\n';
    } else if (this.minorVersion === 0) {
      this.#responseFraming = 'untilClose';
    } else {
      this.#responseFraming = 'chunked';
      head += 'transfer-encoding: chunked\r\n';
    }
    this.#response = 'body';
    this.#connection.write(`${head}\r\n`);
    if (endStream) this.#responseDone();
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    if (bytes.length > 0 && this.#responseFraming !== 'none') {
      if (this.#responseFraming === 'chunked') {
        this.#connection.write(`${bytes.length.toString(16)}\r\n`);
        this.#connection.writeBytes(bytes);
        this.#connection.write('\r\n');
      } else {
        this.#connection.writeBytes(bytes);
      }
    }
    if (!endStream) return;
    if (this.#responseFraming === 'chunked') this.#connection.write(LAST_CHUNK);
    this.#responseDone();
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.#responseFraming === 'chunked') {
      const lines = this.#options.enableTrailers ? trailers.toHttp1Lines() : '';
      this.#connection.write(`0\r\n${lines}\r\n`);
    }
    this.#responseDone();
  }

  resetStream(_reason: StreamResetReason): void {
    this.#phase = 'dead';
    this.#decoder = undefined;
    this.#connection.destroy();
  }

  readDisable(isDisabled: boolean): void {
    this.#streamReadDisables += isDisabled ? 1 : -1;
    this.#connection.readDisable(isDisabled);
  }

  /** The connection is gone. */
  onConnectionClose(details: string): void {
    this.#phase = 'dead';
    const decoder = this.#decoder;
    this.#decoder = undefined;
    if (this.#headers !== undefined) {
      releaseRequestHeaders(this.#headers);
      this.#headers = undefined;
    }
    decoder?.onResetStream('connectionTermination', details);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#decoder?.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#decoder?.onBelowWriteBufferLowWatermark();
  }

  #responseDone(): void {
    this.#response = 'complete';
  }

  /** Whether the request was read to its end. */
  get isRequestComplete(): boolean {
    return this.#phase === 'complete';
  }

  get isResponseComplete(): boolean {
    return this.#response === 'complete';
  }

  /** The stream is over and the connection stays: goes on with what the client sent ahead. */
  nextRequest(): void {
    this.#decoder = undefined;
    this.#phase = 'head';
    for (; this.#streamReadDisables > 0; this.#streamReadDisables--) {
      this.#connection.readDisable(false);
    }
    const pipelined = this.#pipelined;
    if (pipelined === undefined) return;
    this.#pipelined = undefined;
    this.#connection.readDisable(false);
    // Within `#dispatch` its loop ends first: the stash is always the last of its bytes.
    if (this.#isDispatching) queueMicrotask(() => this.#dispatch(pipelined, 0, pipelined.length));
    else this.#dispatch(pipelined, 0, pipelined.length);
  }
}

const NO_BYTES = Buffer.alloc(0);

/** The common methods without cutting a new string for each request. */
function methodOf(text: string, length: number): string {
  if (length === 3 && text.startsWith('GET')) return 'GET';
  if (length === 4 && text.startsWith('POST')) return 'POST';
  return text.substring(0, length);
}
