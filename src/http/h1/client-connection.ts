import { latin1 } from '#base/latin1.ts';
import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '#http/codec.ts';
import { BodyDecoder, type BodySink } from '#http/h1/body-decoder.ts';
import { type Framing, type FramingResult, readFraming } from '#http/h1/framing.ts';
import { HeadParser } from '#http/h1/head-parser.ts';
import { PartialHead } from '#http/h1/partial-head.ts';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { acquireResponseHeaders, releaseResponseHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { Connection } from '#network/connection.ts';

export interface Http1ClientOptions {
  readonly maxResponseHeadersBytes: number;
  readonly maxHeadersCount: number;
  readonly enableTrailers: boolean;
}

/** What a client connection tells its pool. */
export interface ClientCodecCallbacks {
  /** Request and response are complete; `isReusable` says whether another may follow. */
  onStreamDone(isReusable: boolean): void;
}

/** Where the present exchange stands; `idle` is between two of them. */
type Phase = 'idle' | 'head' | 'body' | 'tunnel' | 'dead';

const framingResult: FramingResult = { framing: 'none', contentLength: 0 };
const LAST_CHUNK = '0\r\n\r\n';

/** HTTP/1.1 towards an upstream host: one exchange at a time, on a connection that is kept. */
export class Http1ClientConnection implements RequestEncoder, BodySink {
  readonly #connection: Connection;
  readonly #callbacks: ClientCodecCallbacks;
  readonly #options: Http1ClientOptions;
  readonly #parser: HeadParser;
  #body: BodyDecoder | undefined = undefined;
  #phase: Phase = 'idle';
  #decoder: ResponseDecoder | undefined = undefined;
  #headers: ResponseHeaders | undefined = undefined;
  #partial: PartialHead | undefined = undefined;
  #requestFraming: Framing = 'none';
  #isRequestDone = false;
  #isResponseDone = false;
  #isHead = false;
  #isConnect = false;
  #isUpgrade = false;
  /** The response said `close`, is HTTP/1.0, or ends with the connection. */
  #isLast = false;
  #streamReadDisables = 0;

  constructor(
    connection: Connection,
    callbacks: ClientCodecCallbacks,
    options: Http1ClientOptions,
  ) {
    this.#connection = connection;
    this.#callbacks = callbacks;
    this.#options = options;
    this.#parser = new HeadParser(
      'response',
      options.maxResponseHeadersBytes,
      options.maxHeadersCount,
    );
  }

  get hasStream(): boolean {
    return this.#decoder !== undefined;
  }

  /** Begins an exchange: `decoder` hears the response, the returned encoder takes the request. */
  newStream(decoder: ResponseDecoder): RequestEncoder {
    this.#decoder = decoder;
    this.#phase = 'head';
    this.#isRequestDone = false;
    this.#isResponseDone = false;
    this.#isLast = false;
    return this;
  }

  encodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    const { method } = headers;
    this.#isHead = method === 'HEAD';
    this.#isConnect = method === 'CONNECT';
    this.#isUpgrade = headers.hasKnown(HeaderName.upgrade);
    const target = this.#isConnect ? headers.authority : headers.path;
    let head = `${method} ${target} HTTP/1.1\r\nhost: ${headers.authority}\r\n`;
    head += headers.toHttp1Lines();
    if (this.#isConnect || this.#isUpgrade) {
      this.#requestFraming = 'untilClose';
    } else if (headers.hasKnown(HeaderName['content-length'])) {
      this.#requestFraming = 'length';
    } else if (endStream) {
      this.#requestFraming = 'none';
      // RFC 9110 section 8.6: a method that expects content says so when there is none.
      if (method !== 'GET' && method !== 'HEAD' && expectsContent(method)) {
        head += 'content-length: 0\r\n';
      }
    } else {
      this.#requestFraming = 'chunked';
      head += 'transfer-encoding: chunked\r\n';
    }
    this.#connection.write(`${head}\r\n`);
    if (endStream) this.#requestDone();
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    if (bytes.length > 0) {
      if (this.#requestFraming === 'chunked') {
        this.#connection.write(`${bytes.length.toString(16)}\r\n`);
        this.#connection.writeBytes(bytes);
        this.#connection.write('\r\n');
      } else {
        this.#connection.writeBytes(bytes);
      }
    }
    if (!endStream) return;
    if (this.#requestFraming === 'chunked') this.#connection.write(LAST_CHUNK);
    this.#requestDone();
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.#requestFraming === 'chunked') {
      const lines = this.#options.enableTrailers ? trailers.toHttp1Lines() : '';
      this.#connection.write(`0\r\n${lines}\r\n`);
    }
    this.#requestDone();
  }

  /** An exchange that is given up takes its connection with it. */
  resetStream(_reason: StreamResetReason): void {
    this.#decoder = undefined;
    this.#phase = 'dead';
    this.#connection.destroy();
  }

  readDisable(isDisabled: boolean): void {
    this.#streamReadDisables += isDisabled ? 1 : -1;
    this.#connection.readDisable(isDisabled);
  }

  dispatch(bytes: Buffer, length: number): void {
    let at = 0;
    while (at < length) {
      if (this.#phase === 'head') at = this.#readHead(bytes, at, length);
      else if (this.#phase === 'body') at = (this.#body as BodyDecoder).decode(bytes, at, length);
      else if (this.#phase === 'tunnel') {
        this.#decoder?.decodeData(bytes.subarray(at, length), false);
        return;
      } else {
        // Bytes that no request asked for: the next response could not be told from them.
        if (this.#phase === 'idle') this.#connection.destroy();
        return;
      }
    }
  }

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
      this.#headers ??= acquireResponseHeaders();
      this.#parser.begin(start);
    }
    const parser = this.#parser;
    const outcome = parser.parse(from, to, this.#headers as ResponseHeaders);
    if (outcome === 'incomplete') {
      if (this.#partial === undefined) {
        this.#partial = new PartialHead();
        this.#partial.append(bytes, start, end);
        parser.shift(-start);
      }
      return end;
    }
    if (outcome !== 'complete') {
      this.#fail(outcome);
      return end;
    }
    const used = this.#partial === undefined ? parser.headEnd : start + parser.headEnd - taken;
    this.#partial = undefined;
    this.#responseRead(from);
    return used;
  }

  #responseRead(bytes: Buffer): void {
    const parser = this.#parser;
    const headers = this.#headers as ResponseHeaders;
    this.#headers = undefined;
    headers.setText(latin1(bytes, parser.headStart, parser.headEnd));
    const { status } = parser;
    headers.status = status;
    const decoder = this.#decoder as ResponseDecoder;
    if (status < 200 && status !== 101) {
      decoder.decode1xxHeaders(headers);
      releaseResponseHeaders(headers);
      return;
    }
    if (status === 101 && !this.#isUpgrade) return this.#fail('unexpectedUpgrade');
    this.#isLast = parser.minorVersion === 0 || saysClose(headers);
    if (status === 101 || (this.#isConnect && status < 300)) {
      this.#phase = 'tunnel';
      this.#isLast = true;
      decoder.decodeHeaders(headers, false);
      return;
    }
    const defect = readFraming(headers, parser.minorVersion, 'untilClose', framingResult);
    if (defect !== undefined) return this.#fail(defect);
    let { framing } = framingResult;
    if (this.#isHead || status === 204 || status === 304) framing = 'none';
    if (framing === 'untilClose') this.#isLast = true;
    if (framing === 'none') {
      this.#responseDone();
      decoder.decodeHeaders(headers, true);
      this.#finish();
      return;
    }
    this.#body ??= new BodyDecoder(
      this,
      this.#options.maxResponseHeadersBytes,
      this.#options.maxHeadersCount,
    );
    this.#body.begin(framing, framingResult.contentLength);
    this.#phase = 'body';
    decoder.decodeHeaders(headers, false);
  }

  onBody(bytes: Buffer, isLast: boolean): void {
    const decoder = this.#decoder;
    if (isLast) this.#responseDone();
    decoder?.decodeData(bytes, isLast);
    if (isLast) this.#finish();
  }

  onBodyEnd(trailers: HeaderMap | undefined): void {
    const decoder = this.#decoder;
    this.#responseDone();
    if (trailers !== undefined && this.#options.enableTrailers) decoder?.decodeTrailers(trailers);
    else decoder?.decodeData(NO_BYTES, true);
    this.#finish();
  }

  onBodyDefect(defect: string): void {
    this.#fail(defect);
  }

  #fail(details: string): void {
    this.#phase = 'dead';
    const decoder = this.#decoder;
    this.#decoder = undefined;
    this.#connection.destroy();
    decoder?.onResetStream('protocolError', details);
  }

  /** The upstream finished sending; the connection ends after this. */
  onEnd(): void {
    if (this.#phase === 'body' && this.#isBodyUntilClose) {
      this.onBodyEnd(undefined);
      return;
    }
    if (this.#phase === 'tunnel') {
      const decoder = this.#decoder;
      this.#responseDone();
      decoder?.decodeData(NO_BYTES, true);
      this.#finish();
    }
  }

  get #isBodyUntilClose(): boolean {
    return this.#body?.framing === 'untilClose';
  }

  /** The connection is gone; an exchange in hand is lost. */
  onConnectionClose(details: string): void {
    this.#phase = 'dead';
    const decoder = this.#decoder;
    this.#decoder = undefined;
    if (this.#headers !== undefined) {
      releaseResponseHeaders(this.#headers);
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

  #requestDone(): void {
    this.#isRequestDone = true;
    this.#finish();
  }

  #responseDone(): void {
    this.#isResponseDone = true;
    if (this.#phase !== 'dead') this.#phase = 'idle';
  }

  /** Gives the connection back once both directions are through. */
  #finish(): void {
    if (!this.#isResponseDone || this.#decoder === undefined) return;
    // An answer before the end of the request: the rest of the request has nowhere to go.
    const isReusable = this.#isRequestDone && !this.#isLast;
    this.#decoder = undefined;
    for (; this.#streamReadDisables > 0; this.#streamReadDisables--) {
      this.#connection.readDisable(false);
    }
    this.#callbacks.onStreamDone(isReusable);
  }
}

const NO_BYTES = Buffer.alloc(0);

function expectsContent(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

function saysClose(headers: ResponseHeaders): boolean {
  const connection = headers.getKnown(HeaderName.connection);
  if (connection === undefined || connection === 'keep-alive') return false;
  return connection
    .toLowerCase()
    .split(',')
    .some((token) => token.trim() === 'close');
}
