import { Clock } from '#base/clock.ts';
import type {
  RequestDecoder,
  RequestEncoder,
  ResponseDecoder,
  ResponseEncoder,
  ServerCodecCallbacks,
} from '#http/codec.ts';
import { type ExchangeEnd, Http1ClientConnection } from '#http/h1/client-connection.ts';
import type { Http1ClientOptions } from '#http/h1/client-options.ts';
import { Http1ServerConnection } from '#http/h1/server-connection.ts';
import type { Http1ServerOptions } from '#http/h1/server-options.ts';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { releaseRequestHeaders, releaseResponseHeaders } from '#http/header-pool.ts';
import { Connection, type ConnectionEvents } from '#network/connection.ts';
import { EventTurn } from '#network/event-turn.ts';
import { ScriptedTransport } from '../network/scripted-transport.ts';

const BUFFER_LIMIT_BYTES = 4096;

/** One request and its answer, between the two codecs. */
class Exchange implements ResponseDecoder {
  readonly #proxy: MiniProxy;
  readonly #downstream: ResponseEncoder;
  #upstream: RequestEncoder | undefined = undefined;
  #requestHeaders: RequestHeaders | undefined = undefined;
  #responseHeaders: ResponseHeaders | undefined = undefined;
  #isRequestComplete = false;
  isOver = false;
  readonly requestDecoder: RequestDecoder;

  constructor(proxy: MiniProxy, downstream: ResponseEncoder) {
    this.#proxy = proxy;
    this.#downstream = downstream;
    this.requestDecoder = {
      decodeHeaders: (headers, endStream) => this.#onRequest(headers, endStream),
      decodeData: (bytes, endStream) => {
        if (endStream) this.#isRequestComplete = true;
        if (!this.isOver) this.#upstream?.encodeData(bytes, endStream);
      },
      decodeTrailers: (trailers) => {
        this.#isRequestComplete = true;
        if (!this.isOver) this.#upstream?.encodeTrailers(trailers);
      },
      decodeError: () => this.#giveUp(),
      onResetStream: () => this.#giveUp(),
      onAboveWriteBufferHighWatermark: () => this.#upstream?.readDisable(true),
      onBelowWriteBufferLowWatermark: () => this.#upstream?.readDisable(false),
    };
  }

  #onRequest(headers: RequestHeaders, endStream: boolean): void {
    this.#requestHeaders = headers;
    this.#isRequestComplete = endStream;
    this.#upstream = this.#proxy.upstreamStream(this);
    this.#upstream.encodeHeaders(headers, endStream);
  }

  decode1xxHeaders(headers: ResponseHeaders): void {
    this.#downstream.encode1xxHeaders(headers);
  }

  decodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.#responseHeaders = headers;
    if (this.isOver) return;
    this.#downstream.encodeHeaders(headers, endStream);
    if (endStream) this.#finish();
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    if (this.isOver) return;
    this.#downstream.encodeData(bytes, endStream);
    if (endStream) this.#finish();
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (this.isOver) return;
    this.#downstream.encodeTrailers(trailers);
    this.#finish();
  }

  onResetStream(): void {
    this.#upstream = undefined;
    if (this.isOver) return;
    this.#end();
    this.#downstream.resetStream('remoteReset');
  }

  onAboveWriteBufferHighWatermark(): void {
    if (!this.isOver) this.#downstream.readDisable(true);
  }

  onBelowWriteBufferLowWatermark(): void {
    if (!this.isOver) this.#downstream.readDisable(false);
  }

  #finish(): void {
    this.#upstream = undefined;
    this.#end();
    if (this.#isRequestComplete) this.#proxy.server.nextRequest();
    else this.#downstream.resetStream('localReset');
  }

  #giveUp(): void {
    if (this.isOver) return;
    this.#end();
    this.#upstream?.resetStream('localReset');
    this.#upstream = undefined;
  }

  #end(): void {
    this.isOver = true;
    this.#proxy.streamsEnded++;
    if (this.#requestHeaders !== undefined) releaseRequestHeaders(this.#requestHeaders);
    if (this.#responseHeaders !== undefined) releaseResponseHeaders(this.#responseHeaders);
  }
}

/** The way of a request with nothing between the codecs, over transports that a script drives. */
export class MiniProxy implements ServerCodecCallbacks {
  readonly client = new ScriptedTransport();
  /** The present connection to the upstream, and those before it. */
  readonly upstreams: ScriptedTransport[] = [];
  readonly server: Http1ServerConnection;
  streamsBegun = 0;
  streamsEnded = 0;
  readonly #turn: EventTurn;
  readonly #clientOptions: Http1ClientOptions;
  #upstream: Http1ClientConnection | undefined = undefined;
  #flush: (() => void) | undefined = undefined;

  constructor(serverOptions: Http1ServerOptions, clientOptions: Http1ClientOptions) {
    const clock = new Clock(
      () => 0,
      () => 0,
    );
    this.#turn = new EventTurn(clock, (run) => {
      this.#flush = run;
    });
    this.#clientOptions = clientOptions;
    const events: ConnectionEvents = {
      onBytes: (bytes, length) => this.server.dispatch(bytes, length),
      onEnd: () => undefined,
      onClose: () => this.server.onConnectionClose('closed'),
      onSent: () => undefined,
      onAboveWriteBufferHighWatermark: () => this.server.onAboveWriteBufferHighWatermark(),
      onBelowWriteBufferLowWatermark: () => this.server.onBelowWriteBufferLowWatermark(),
    };
    const connection = new Connection(this.client, this.#turn, events, 'open', BUFFER_LIMIT_BYTES);
    this.server = new Http1ServerConnection(connection, this, serverOptions, 'http');
    connection.startReading();
  }

  /** Whether the codec gave the client's connection up. */
  isClosing = false;

  settle(): void {
    while (this.#flush !== undefined) {
      const flush = this.#flush;
      this.#flush = undefined;
      flush();
    }
  }

  newStream(encoder: ResponseEncoder): RequestDecoder {
    this.streamsBegun++;
    return new Exchange(this, encoder).requestDecoder;
  }

  onStreamDone(): void {}

  closeConnection(): void {
    this.isClosing = true;
  }

  upstreamStream(exchange: Exchange): RequestEncoder {
    this.#upstream ??= this.#connectUpstream();
    return this.#upstream.newStream(exchange);
  }

  #connectUpstream(): Http1ClientConnection {
    const transport = new ScriptedTransport();
    this.upstreams.push(transport);
    const forget = (): void => {
      if (this.#upstream === codec) this.#upstream = undefined;
    };
    const events: ConnectionEvents = {
      onBytes: (bytes, length) => codec.dispatch(bytes, length),
      onEnd: () => codec.onEnd(),
      onClose: () => {
        forget();
        codec.onConnectionClose('closed');
      },
      onSent: () => undefined,
      onAboveWriteBufferHighWatermark: () => codec.onAboveWriteBufferHighWatermark(),
      onBelowWriteBufferLowWatermark: () => codec.onBelowWriteBufferLowWatermark(),
    };
    const connection = new Connection(transport, this.#turn, events, 'open', BUFFER_LIMIT_BYTES);
    const callbacks = {
      onStreamDone: (end: ExchangeEnd) => {
        if (end === 'reusable' && connection.isOpen) return;
        forget();
        connection.destroy();
      },
      onProtocolError: forget,
      onCloseAnnounced: () => undefined,
    };
    const codec = new Http1ClientConnection(connection, callbacks, this.#clientOptions);
    connection.startReading();
    return codec;
  }
}
