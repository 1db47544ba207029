import type {
  RequestDecoder,
  RequestEncoder,
  ResponseDecoder,
  ResponseEncoder,
  ServerCodecCallbacks,
  StreamResetReason,
} from '#http/codec.ts';
import { type Http2ClientCallbacks, Http2ClientConnection } from '#http/h2/client-connection.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import { Http2ServerConnection } from '#http/h2/server-connection.ts';
import { HeaderMap } from '#http/header-map.ts';
import { releaseRequestHeaders, releaseResponseHeaders } from '#http/header-pool.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { Connection, type ConnectionEvents } from '#network/connection.ts';
import { EventTurn } from '#network/event-turn.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { freshStats } from '../http/h2/endpoint-services.ts';
import { TestClock } from '../http/h2/test-clock.ts';
import { ScriptedTransport } from '../network/scripted-transport.ts';

const BUFFER_LIMIT_BYTES = 20_000;

/** One side of the proxy: a connection whose codec comes later. */
class Side implements ConnectionEvents {
  readonly transport = new ScriptedTransport();
  readonly connection: Connection;
  isOver = false;
  codec: Http2ServerConnection | Http2ClientConnection | undefined = undefined;

  constructor(turn: EventTurn) {
    this.connection = new Connection(this.transport, turn, this, 'open', BUFFER_LIMIT_BYTES);
    this.connection.startReading();
  }

  onBytes(bytes: Buffer, length: number): void {
    this.codec?.dispatch(bytes, length);
  }

  onEnd(): void {}

  onClose(): void {
    this.isOver = true;
    this.codec?.onConnectionClose('closed');
  }

  onSent(): void {}

  onAboveWriteBufferHighWatermark(): void {
    this.codec?.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.codec?.onBelowWriteBufferLowWatermark();
  }
}

/** Both codecs with nothing between them but what passes a message on. */
export class Http2MiniProxy implements ServerCodecCallbacks, Http2ClientCallbacks {
  readonly downstream: Side;
  readonly upstream: Side;
  readonly downstreamStats: StatBlock = freshStats();
  readonly upstreamStats: StatBlock = freshStats();
  readonly time = new TestClock();
  readonly client: Http2ClientConnection;
  readonly server: Http2ServerConnection;
  streamsBegun = 0;
  streamsEnded = 0;
  #flush: (() => void) | undefined = undefined;

  constructor(options: Http2Options) {
    const turn = new EventTurn(this.time.clock, (run) => {
      this.#flush = run;
    });
    const { services } = this.time;
    this.downstream = new Side(turn);
    this.upstream = new Side(turn);
    this.server = new Http2ServerConnection(
      this.downstream.connection,
      this,
      options,
      'http',
      this.downstreamStats,
      services,
    );
    this.client = new Http2ClientConnection(
      this.upstream.connection,
      this,
      options,
      this.upstreamStats,
      services,
    );
    this.downstream.codec = this.server;
    this.upstream.codec = this.client;
  }

  settle(): void {
    while (this.#flush !== undefined) {
      const flush = this.#flush;
      this.#flush = undefined;
      flush();
    }
  }

  newStream(encoder: ResponseEncoder): RequestDecoder {
    this.streamsBegun++;
    return new ProxiedStream(this, encoder);
  }

  onStreamDone(): void {}
  onSettings(): void {}
  onGoAway(): void {}

  closeConnection(): void {
    this.downstream.connection.finish(true);
  }

  onProtocolError(): void {
    this.upstream.connection.finish(true);
  }

  onKeepaliveTimeout(): void {}
}

/** A request on its way to the upstream, and its response. */
class ProxiedStream implements RequestDecoder, ResponseDecoder {
  readonly #proxy: Http2MiniProxy;
  readonly #encoder: ResponseEncoder;
  #upstream: RequestEncoder | undefined = undefined;
  #request: RequestHeaders | undefined = undefined;
  #isOver = false;
  #isRequestWhole = false;
  readonly request = new OrderCheck();
  readonly response = new OrderCheck();

  constructor(proxy: Http2MiniProxy, encoder: ResponseEncoder) {
    this.#proxy = proxy;
    this.#encoder = encoder;
  }

  decodeHeaders(headers: RequestHeaders | ResponseHeaders, endStream: boolean): void {
    if ('status' in headers) return this.#onResponse(headers, endStream);
    this.request.head(endStream);
    this.#request = headers;
    this.#isRequestWhole = endStream;
    if (!this.#proxy.client.canTakeStream) {
      this.#encoder.resetStream('localRefusedStreamReset');
      return this.#end();
    }
    const asked = this.#proxy.client.newStream({
      decode1xxHeaders: (interim) => this.#encoder.encode1xxHeaders(interim),
      decodeHeaders: (response, isEnd) => this.#onResponse(response, isEnd),
      decodeData: (bytes, isEnd) => this.#onResponseData(bytes, isEnd),
      decodeTrailers: (trailers) => this.#onResponseTrailers(trailers),
      onResetStream: (reason) => this.#onUpstreamReset(reason),
      onAboveWriteBufferHighWatermark: () => this.#encoder.readDisable(true),
      onBelowWriteBufferLowWatermark: () => this.#encoder.readDisable(false),
    });
    this.#upstream = asked;
    asked.encodeHeaders(headers, endStream);
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    this.request.data(endStream);
    this.#isRequestWhole = endStream;
    this.#upstream?.encodeData(bytes, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.request.trailers();
    this.#isRequestWhole = true;
    this.#upstream?.encodeTrailers(trailers);
  }

  decode1xxHeaders(): void {}
  decodeError(): void {}

  onResetStream(): void {
    this.request.reset();
    this.#upstream?.resetStream('localReset');
    this.#end();
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#upstream?.readDisable(true);
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#upstream?.readDisable(false);
  }

  #onResponse(headers: ResponseHeaders, endStream: boolean): void {
    this.response.head(endStream);
    this.#encoder.encodeHeaders(headers, endStream);
    releaseResponseHeaders(headers);
    if (endStream) this.#responseEnded();
  }

  #onResponseData(bytes: Buffer, endStream: boolean): void {
    this.response.data(endStream);
    this.#encoder.encodeData(bytes, endStream);
    if (endStream) this.#responseEnded();
  }

  #onResponseTrailers(trailers: HeaderMap): void {
    this.response.trailers();
    const copy = new HeaderMap();
    copy.appendFrom(trailers);
    this.#encoder.encodeTrailers(copy);
    this.#responseEnded();
  }

  #responseEnded(): void {
    if (!this.#isRequestWhole) {
      this.#upstream?.resetStream('localReset');
      this.#encoder.resetStream('localReset');
    }
    this.#end();
  }

  #onUpstreamReset(reason: StreamResetReason): void {
    this.response.reset();
    if (this.#isOver) return;
    this.#upstream = undefined;
    this.#encoder.resetStream(reason === 'remoteRefusedStreamReset' ? reason : 'localReset');
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#upstream = undefined;
    this.#proxy.streamsEnded++;
    if (this.#request !== undefined) releaseRequestHeaders(this.#request);
    this.#request = undefined;
  }
}

/** What a decoder may be told in which order. */
class OrderCheck {
  #state: 'start' | 'body' | 'over' = 'start';

  head(endStream: boolean): void {
    if (this.#state !== 'start') throw new Error('a head out of order');
    this.#state = endStream ? 'over' : 'body';
  }

  data(endStream: boolean): void {
    if (this.#state !== 'body') throw new Error('data out of order');
    if (endStream) this.#state = 'over';
  }

  trailers(): void {
    this.data(true);
  }

  reset(): void {
    this.#state = 'over';
  }
}
