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
import type { HeaderMap } from '#http/header-map.ts';
import { releaseRequestHeaders, releaseResponseHeaders } from '#http/header-pool.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { Connection, type ConnectionEvents } from '#network/connection.ts';
import { EventTurn } from '#network/event-turn.ts';
import type { Transport } from '#network/transport.ts';

/** Begins a connection to the upstream; `onConnected` may be called at once or later. */
export type ConnectUpstream = (onConnected: () => void) => Transport;

export interface MiniProxyOptions {
  readonly server: Http1ServerOptions;
  readonly client: Http1ClientOptions;
  readonly bufferLimitBytes: number;
  /** Defers what is written to the end of a turn; the test calls `settle` where there is none. */
  readonly schedule?: (run: () => void) => void;
}

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
    if (!isForwarded(headers)) {
      this.#end();
      this.#downstream.resetStream('localReset');
      return;
    }
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

/** As for the connection manager, an absolute target that is not taken apart is no path. */
function isForwarded({ method, path }: RequestHeaders): boolean {
  return method === 'CONNECT' || path === '*' || path.startsWith('/');
}

/** The way of a request with nothing between the codecs. */
export class MiniProxy implements ServerCodecCallbacks {
  readonly server: Http1ServerConnection;
  streamsBegun = 0;
  streamsEnded = 0;
  readonly #turn: EventTurn;
  readonly #options: MiniProxyOptions;
  readonly #connectUpstream: ConnectUpstream;
  readonly #downstream: Connection;
  #upstream: Http1ClientConnection | undefined = undefined;
  #flush: (() => void) | undefined = undefined;

  constructor(transport: Transport, connectUpstream: ConnectUpstream, options: MiniProxyOptions) {
    const clock = new Clock(
      () => 0,
      () => 0,
    );
    const keep = (run: () => void): void => {
      this.#flush = run;
    };
    this.#turn = new EventTurn(clock, options.schedule ?? keep);
    this.#options = options;
    this.#connectUpstream = connectUpstream;
    const events: ConnectionEvents = {
      onBytes: (bytes, length) => this.server.dispatch(bytes, length),
      onEnd: () => this.#downstream.destroy('remote'),
      onClose: () => this.server.onConnectionClose('closed'),
      onSent: () => undefined,
      onAboveWriteBufferHighWatermark: () => this.server.onAboveWriteBufferHighWatermark(),
      onBelowWriteBufferLowWatermark: () => this.server.onBelowWriteBufferLowWatermark(),
    };
    const { bufferLimitBytes, server } = options;
    this.#downstream = new Connection(transport, this.#turn, events, 'open', bufferLimitBytes);
    this.server = new Http1ServerConnection(this.#downstream, this, server, 'http');
    this.#downstream.startReading();
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
    this.#downstream.finish(true);
  }

  upstreamStream(exchange: Exchange): RequestEncoder {
    this.#upstream ??= this.#newUpstream();
    return this.#upstream.newStream(exchange);
  }

  #newUpstream(): Http1ClientConnection {
    const transport = this.#connectUpstream(() => {
      connection.markConnected();
      connection.startReading();
    });
    const forget = (): void => {
      if (this.#upstream === codec) this.#upstream = undefined;
    };
    const events: ConnectionEvents = {
      onBytes: (bytes, length) => codec.dispatch(bytes, length),
      onEnd: () => {
        codec.onEnd();
        connection.destroy('remote');
      },
      onClose: () => {
        forget();
        codec.onConnectionClose('closed');
      },
      onSent: () => undefined,
      onAboveWriteBufferHighWatermark: () => codec.onAboveWriteBufferHighWatermark(),
      onBelowWriteBufferLowWatermark: () => codec.onBelowWriteBufferLowWatermark(),
    };
    const { bufferLimitBytes, client } = this.#options;
    const turn = this.#turn;
    const connection = new Connection(transport, turn, events, 'connecting', bufferLimitBytes);
    const callbacks = {
      onStreamDone: (end: ExchangeEnd) => {
        if (end === 'reusable' && connection.isOpen) return;
        forget();
        connection.destroy();
      },
      onProtocolError: forget,
      onCloseAnnounced: () => undefined,
    };
    const codec = new Http1ClientConnection(connection, callbacks, client);
    return codec;
  }
}
