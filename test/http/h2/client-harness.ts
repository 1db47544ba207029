import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import { type Http2ClientCallbacks, Http2ClientConnection } from '#http/h2/client-connection.ts';
import { DEFAULT_HTTP2_OPTIONS, type Http2Options } from '#http/h2/http2-options.ts';
import { releaseResponseHeaders } from '#http/header-pool.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { Connection, type ConnectionEvents } from '#network/connection.ts';
import { EventTurn } from '#network/event-turn.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { ScriptedTransport } from '../../network/scripted-transport.ts';
import { MessageLog } from '../h1/message-log.ts';
import { requestOf } from './client-peer.ts';
import { freshStats } from './endpoint-services.ts';
import { FrameLog, PREFACE, settings } from './frames.ts';
import { BUFFER_LIMIT_BYTES } from './server-harness.ts';
import { TestClock } from './test-clock.ts';

/** One response, as a router would have it. */
export class HeardResponse extends MessageLog implements ResponseDecoder {
  encoder!: RequestEncoder;

  decodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.heardHead(String(headers.status), headers, endStream);
    releaseResponseHeaders(headers);
  }
}

/** A client codec over a transport without a network; the server’s SETTINGS are through. */
export class Http2ClientHarness implements Http2ClientCallbacks, ConnectionEvents {
  readonly transport = new ScriptedTransport();
  readonly stats: StatBlock = freshStats();
  readonly time = new TestClock();
  readonly connection: Connection;
  readonly codec: Http2ClientConnection;
  readonly events: string[] = [];
  streamsDone = 0;
  /** What came in front of the frames. */
  preface = '';
  readonly #log = new FrameLog();
  readonly #turn: EventTurn;
  #flush: (() => void) | undefined = undefined;

  constructor(options: Partial<Http2Options> = {}, isReady = true) {
    this.#turn = new EventTurn(this.time.clock, (run) => {
      this.#flush = run;
    });
    this.connection = new Connection(this.transport, this.#turn, this, 'open', BUFFER_LIMIT_BYTES);
    this.codec = new Http2ClientConnection(
      this.connection,
      this,
      { ...DEFAULT_HTTP2_OPTIONS, ...options },
      this.stats,
      this.time.services,
    );
    this.connection.startReading();
    if (!isReady) return;
    this.feed(settings());
    this.frames();
    this.events.length = 0;
  }

  ask(fields: Readonly<Record<string, string>> = {}, endStream = true): HeardResponse {
    const response = new HeardResponse();
    response.encoder = this.codec.newStream(response);
    response.encoder.encodeHeaders(requestOf(fields), endStream);
    return response;
  }

  feed(...parts: readonly Buffer[]): this {
    this.transport.feed(Buffer.concat(parts));
    this.settle();
    return this;
  }

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
    let bytes = Buffer.from(this.transport.takeSent(), 'latin1');
    if (this.preface === '') {
      this.preface = bytes.toString('latin1', 0, PREFACE.length);
      bytes = bytes.subarray(PREFACE.length);
    }
    return this.#log.read(bytes);
  }

  onSettings(): void {
    this.events.push('settings');
  }

  onGoAway(lastStreamId: number, errorCode: number): void {
    this.events.push(`goaway ${lastStreamId} ${errorCode}`);
  }

  onStreamDone(): void {
    this.streamsDone++;
  }

  onProtocolError(details: string): void {
    this.events.push(details);
  }

  onKeepaliveTimeout(): void {
    this.events.push('keepalive timeout');
  }

  onBytes(bytes: Buffer, length: number): void {
    this.codec.dispatch(bytes, length);
  }

  onEnd(): void {
    this.codec.onEnd();
  }

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
