import { latin1 } from '#base/latin1.ts';
import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '#http/codec.ts';
import { BodyDecoder, type BodySink, fieldBytesOf } from '#http/h1/body-decoder.ts';
import type { Http1ClientOptions } from '#http/h1/client-options.ts';
import type { BodyDefect } from '#http/h1/codec-errors.ts';
import type { Framing } from '#http/h1/framing.ts';
import { HeadReader } from '#http/h1/head-reader.ts';
import { RequestWriter } from '#http/h1/request-writer.ts';
import { newResponseHead, readResponseHead } from '#http/h1/response-head.ts';
import { newCasingFor } from '#http/header-casing.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { acquireResponseHeaders, releaseResponseHeaders } from '#http/header-pool.ts';
import { isKnownInterim } from '#http/interim-status.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { Connection } from '#network/connection.ts';
import type { BytesMeter } from '#stream-info/bytes-meter.ts';

/** What becomes of a connection after an exchange. */
export type ExchangeEnd =
  | 'reusable'
  /** The upstream said that this was the last one. */
  | 'last'
  /** The response came before the end of the request, whose rest has nowhere to go. */
  | 'requestIncomplete';

/** What a client connection tells its pool. */
export interface ClientCodecCallbacks {
  onStreamDone(end: ExchangeEnd): void;
  /** The upstream broke the protocol; the connection is being closed. */
  onProtocolError(): void;
  /** The upstream says that it will close the connection after this response. */
  onCloseAnnounced(): void;
}

/** Where the present exchange stands; `idle` is between two of them. */
type Phase = 'idle' | 'head' | 'body' | 'tunnel' | 'dead';

const responseHead = newResponseHead();
const NO_BYTES = Buffer.alloc(0);

/** HTTP/1.1 towards an upstream host: one exchange at a time, on a connection that is kept. */
export class Http1ClientConnection implements RequestEncoder, BodySink, BytesMeter {
  readonly #connection: Connection;
  readonly #callbacks: ClientCodecCallbacks;
  readonly #options: Http1ClientOptions;
  readonly #reader: HeadReader;
  readonly #writer: RequestWriter;
  #body: BodyDecoder | undefined = undefined;
  #phase: Phase = 'idle';
  #decoder: ResponseDecoder | undefined = undefined;
  #headers: ResponseHeaders | undefined = undefined;
  #isRequestDone = false;
  #isResponseDone = false;
  /** The response said so, or ends with the connection. */
  #isLast = false;
  #streamReadDisables = 0;
  wireBytesReceived = 0;
  headerBytesReceived = 0;
  /** As in Envoy, without trailers, and with every head what came before it once more. */
  decompressedHeaderBytesReceived = 0;

  constructor(
    connection: Connection,
    callbacks: ClientCodecCallbacks,
    options: Http1ClientOptions,
  ) {
    this.#connection = connection;
    this.#callbacks = callbacks;
    this.#options = options;
    const { maxResponseHeadersBytes, maxHeadersCount } = options;
    this.#reader = new HeadReader('response', maxResponseHeadersBytes, maxHeadersCount);
    this.#writer = new RequestWriter(connection, options);
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
    this.wireBytesReceived = 0;
    this.headerBytesReceived = 0;
    this.decompressedHeaderBytesReceived = 0;
    this.#writer.resetBytes();
    if (this.#connection.isAboveHighWatermark) decoder.onAboveWriteBufferHighWatermark();
    return this;
  }

  encodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    this.#writer.writeHead(headers, endStream);
    if (endStream) this.#requestDone(this.#writer.endBody());
  }

  encodeData(bytes: Buffer, endStream: boolean): void {
    if (this.#decoder === undefined) return;
    this.#writer.writeBody(bytes);
    if (endStream) this.#requestDone(this.#writer.endBody());
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.#decoder === undefined) return;
    this.#requestDone(this.#writer.endWithTrailers(trailers));
  }

  /** An exchange that is given up takes its connection with it. */
  resetStream(_reason: StreamResetReason): void {
    this.#die();
    this.#connection.destroy();
  }

  readDisable(isDisabled: boolean): void {
    this.#streamReadDisables += isDisabled ? 1 : -1;
    this.#connection.readDisable(isDisabled);
  }

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
        case 'idle':
          // Bytes that no request asked for: the next response could not be told from them.
          this.#fail('unexpectedBytes');
          return;
        case 'dead':
          return;
      }
    }
  }

  #readHead(bytes: Buffer, start: number, end: number): number {
    const headers = this.#headers ?? this.#newHeaders();
    const reader = this.#reader;
    const outcome = reader.read(bytes, start, end, headers, headers.casing);
    if (outcome === 'incomplete') return end;
    if (outcome !== 'complete') {
      this.#fail(outcome);
      return end;
    }
    this.#startResponse(headers);
    reader.source = undefined;
    return reader.used;
  }

  #newHeaders(): ResponseHeaders {
    const headers = acquireResponseHeaders();
    headers.casing = newCasingFor(this.#options.headerKeyFormat);
    this.#headers = headers;
    return headers;
  }

  #startResponse(headers: ResponseHeaders): void {
    const { parser, source } = this.#reader;
    const bytes = source as Buffer;
    const decoder = this.#decoder as ResponseDecoder;
    const head = responseHead;
    this.headerBytesReceived += parser.fieldBytes;
    this.decompressedHeaderBytesReceived += this.headerBytesReceived;
    const defect = readResponseHead(bytes, parser, headers, this.#writer, this.#options, head);
    if (defect !== undefined) return this.#fail(defect);
    if (headers.casing?.keepsReasonPhrase) {
      headers.casing.reasonPhrase = latin1(bytes, parser.reasonStart, parser.reasonEnd);
    }
    this.#headers = undefined;
    if (head.kind === 'interim') {
      if (isKnownInterim(headers.status)) decoder.decode1xxHeaders(headers);
      releaseResponseHeaders(headers);
      return;
    }
    const { framing, kind } = head;
    if (!head.isPersistent) this.#callbacks.onCloseAnnounced();
    this.#isLast = !head.isPersistent || framing === 'untilClose' || kind === 'tunnel';
    if (kind === 'tunnel') this.#beginBody('tunnel', 'untilClose', 0);
    else if (framing !== 'none') this.#beginBody('body', framing, head.contentLength);
    else {
      this.#responseDone();
      decoder.decodeHeaders(headers, true);
      this.#finish();
      return;
    }
    decoder.decodeHeaders(headers, false);
  }

  #beginBody(phase: 'body' | 'tunnel', framing: Framing, contentLength: number): void {
    const { maxResponseHeadersBytes, maxHeadersCount, headerKeyFormat } = this.#options;
    this.#phase = phase;
    this.#body ??= new BodyDecoder(this, this.#connection, {
      headBytesMax: maxResponseHeadersBytes,
      headersMax: maxHeadersCount,
      headerKeyFormat,
    });
    this.#body.begin(framing, contentLength);
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
    if (trailers !== undefined && this.#options.enableTrailers) {
      this.headerBytesReceived += fieldBytesOf(trailers);
      decoder?.decodeTrailers(trailers);
    } else {
      decoder?.decodeData(NO_BYTES, true);
    }
    this.#finish();
  }

  onBodyDefect(defect: BodyDefect): void {
    this.#fail(defect);
  }

  /** The upstream breaks the protocol, be it by ending too early. */
  #fail(details: string, cause: 'local' | 'remote' = 'local'): void {
    const decoder = this.#decoder;
    this.#die();
    this.#connection.destroy(cause);
    this.#callbacks.onProtocolError();
    decoder?.onResetStream('protocolError', details);
  }

  /** The upstream finished sending; the connection ends after this. */
  onEnd(): void {
    if (this.#isWithinMessage) return this.#fail('prematureEnd', 'remote');
    // As in Envoy, a tunnel is broken by whoever ends it first. RFC 9113 section 8.5: then it is whole.
    const isTunnelEnd = this.#phase === 'tunnel' && this.#isRequestDone;
    if (this.#phase !== 'body' && !isTunnelEnd) return;
    this.#body?.finish();
    this.onBodyEnd(undefined);
  }

  /** Whether an end now would cut a response short that says how long it is. */
  get #isWithinMessage(): boolean {
    if (this.#phase === 'body') return this.#body?.framing !== 'untilClose';
    return this.#phase === 'head' && this.#reader.hasBegun;
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

  /** The connection is gone; an exchange in hand is lost. */
  onConnectionClose(details: string): void {
    // As in Envoy; a body that ends with its connection is no whole one after a reset.
    if (this.#isWithinMessage) return this.#fail('prematureEnd');
    const decoder = this.#decoder;
    this.#die();
    decoder?.onResetStream('connectionTermination', details);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#decoder?.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#decoder?.onBelowWriteBufferLowWatermark();
  }

  #requestDone(isWhole: boolean): void {
    if (!isWhole) {
      const decoder = this.#decoder;
      this.#die();
      this.#connection.destroy();
      decoder?.onResetStream('localReset', 'incompleteRequest');
      return;
    }
    this.#isRequestDone = true;
    // Only an HTTP/2 client can end one direction of a tunnel.
    if (this.#writer.isConnect || this.#writer.isUpgrade) this.#connection.endWriting();
    this.#finish();
  }

  #responseDone(): void {
    this.#isResponseDone = true;
    if (this.#phase !== 'dead') this.#phase = 'idle';
  }

  /** Gives the connection back once the response is through. */
  #finish(): void {
    if (!this.#isResponseDone || this.#decoder === undefined) return;
    this.#decoder = undefined;
    for (; this.#streamReadDisables > 0; this.#streamReadDisables--) {
      this.#connection.readDisable(false);
    }
    if (!this.#isRequestDone) this.#callbacks.onStreamDone('requestIncomplete');
    else this.#callbacks.onStreamDone(this.#isLast ? 'last' : 'reusable');
  }

  #die(): void {
    this.#phase = 'dead';
    this.#decoder = undefined;
    this.#body?.finish();
    if (this.#headers !== undefined) releaseResponseHeaders(this.#headers);
    this.#headers = undefined;
  }
}
