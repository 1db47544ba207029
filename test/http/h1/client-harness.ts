import { Clock } from '#base/clock.ts';
import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import {
  type ClientCodecCallbacks,
  type ExchangeEnd,
  Http1ClientConnection,
} from '#http/h1/client-connection.ts';
import type { Http1ClientOptions } from '#http/h1/client-options.ts';
import { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { Connection, type ConnectionEvents } from '#network/connection.ts';
import { EventTurn } from '#network/event-turn.ts';
import { ScriptedTransport } from '../../network/scripted-transport.ts';
import { type HeardMessage, MessageLog } from './message-log.ts';

export const CLIENT_OPTIONS: Http1ClientOptions = {
  maxResponseHeadersBytes: 81_920,
  maxHeadersCount: 100,
  enableTrailers: true,
  allowChunkedLength: false,
  sendFullyQualifiedUrl: false,
  headerKeyFormat: { kind: 'lower_case' },
};

const BUFFER_LIMIT_BYTES = 65_536;

/** One response, as a router would have it. */
export class HeardResponse extends MessageLog implements ResponseDecoder {
  headers: ResponseHeaders | undefined = undefined;

  decodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.headers = headers;
    this.heardHead(String(headers.status), headers, endStream);
  }
}

export function requestOf(
  method: string,
  path: string,
  fields: readonly (readonly [string, string])[] = [],
): RequestHeaders {
  const headers = new RequestHeaders();
  headers.method = method;
  headers.path = path;
  headers.scheme = 'http';
  headers.authority = 'example.test';
  for (const [name, value] of fields) headers.append(name, value);
  return headers;
}

/** A client codec over a transport without a network. */
export class ClientHarness implements ClientCodecCallbacks, ConnectionEvents {
  readonly transport = new ScriptedTransport();
  readonly responses: HeardResponse[] = [];
  readonly ends: ExchangeEnd[] = [];
  readonly connection: Connection;
  readonly codec: Http1ClientConnection;
  protocolErrors = 0;
  announcedCloses = 0;
  #flush: (() => void) | undefined = undefined;

  constructor(options: Partial<Http1ClientOptions> = {}) {
    const turn = new EventTurn(
      new Clock(
        () => 0,
        () => 0,
      ),
      (run) => {
        this.#flush = run;
      },
    );
    this.connection = new Connection(this.transport, turn, this, 'open', BUFFER_LIMIT_BYTES);
    this.codec = new Http1ClientConnection(this.connection, this, {
      ...CLIENT_OPTIONS,
      ...options,
    });
    this.connection.startReading();
  }

  /** Begins an exchange; a request without a body unless `isComplete` is false. */
  ask(
    method = 'GET',
    fields: readonly (readonly [string, string])[] = [],
    isComplete = true,
  ): RequestEncoder {
    const response = new HeardResponse();
    this.responses.push(response);
    const encoder = this.codec.newStream(response);
    encoder.encodeHeaders(requestOf(method, '/', fields), isComplete);
    this.settle();
    return encoder;
  }

  feed(text: string | Buffer): void {
    this.transport.feed(text);
    this.settle();
  }

  settle(): void {
    const flush = this.#flush;
    this.#flush = undefined;
    flush?.();
  }

  get heard(): HeardMessage[] {
    return this.responses.map(({ heard }) => heard);
  }

  get last(): HeardResponse {
    return this.responses.at(-1) as HeardResponse;
  }

  onStreamDone(end: ExchangeEnd): void {
    this.ends.push(end);
  }

  onProtocolError(): void {
    this.protocolErrors++;
  }

  onCloseAnnounced(): void {
    this.announcedCloses++;
  }

  onBytes(bytes: Buffer, length: number): void {
    this.codec.dispatch(bytes, length);
  }

  onEnd(): void {
    this.codec.onEnd();
    this.connection.destroy('remote');
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
