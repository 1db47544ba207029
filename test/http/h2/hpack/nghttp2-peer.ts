import * as http2 from 'node:http2';
import { type Http2Session, performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import { type Duplex, duplexPair } from 'node:stream';
import type { ListedField } from './collected-fields.ts';

const FRAME_HEAD_BYTES = 9;
const HEADERS = 1;
const SETTINGS = 4;
const SETTINGS_HEADER_TABLE_SIZE = 1;
const ACK = 1;
/** END_STREAM and END_HEADERS. */
const ENDS_ALL = 5;

type RawField = readonly [name: string, value: string];

/**
 * The HPACK of nghttp2, which Node's http2 is made of, as server of a connection in memory: it reads
 * our blocks as requests and answers each with a block of its own.
 */
export class Nghttp2Peer {
  /** What the peer allows our encoder, told when it comes. */
  onTableSize: (bytes: number) => void = () => {};
  readonly #session: Http2Session;
  readonly #wire: Duplex;
  #received: Buffer = Buffer.alloc(0);
  #nextStream = 1;
  #answer: readonly RawField[] = [];
  #onRequest: (fields: ListedField[]) => void = () => {};
  #onResponse: (block: Buffer) => void = () => {};
  #onAcknowledged: () => void = () => {};
  #onError: (error: Error) => void = () => {};

  constructor() {
    const [ours, theirs] = duplexPair();
    this.#wire = ours;
    ours.on('data', (bytes: Buffer) => this.#onBytes(bytes));
    ours.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    this.#writeFrame(SETTINGS, 0, 0, Buffer.alloc(0));
    this.#session = performServerHandshake(theirs, {
      maxHeaderListPairs: 1000,
      maxSessionInvalidFrames: 0,
      settings: { maxHeaderListSize: 1_000_000 },
    });
    this.#session.on('error', (error) => this.#onError(error));
    this.#session.on('stream', (stream, headers, _flags, rawHeaders) => {
      const marked = Reflect.get(headers, http2.sensitiveHeaders) as string[] | undefined;
      const sensitive = new Set(marked);
      this.#onStream(stream as ServerHttp2Stream, rawHeaders as unknown as string[], sensitive);
    });
  }

  /** Sends a request of ours; answers what nghttp2 read, and its response to it. */
  async exchange(
    requestBlock: Buffer,
    answer: readonly RawField[],
  ): Promise<{ request: ListedField[]; responseBlock: Buffer }> {
    const request = Promise.withResolvers<ListedField[]>();
    const response = Promise.withResolvers<Buffer>();
    this.#answer = answer;
    this.#onRequest = request.resolve;
    this.#onResponse = response.resolve;
    this.#onError = (error) => {
      request.reject(error);
      response.reject(error);
    };
    this.#writeFrame(HEADERS, ENDS_ALL, this.#nextStream, requestBlock);
    this.#nextStream += 2;
    const [fields, responseBlock] = await Promise.all([request.promise, response.promise]);
    return { request: fields, responseBlock };
  }

  /** Lets nghttp2 announce another limit to our encoder; `onTableSize` is told it. */
  async announceTableSize(bytes: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#onError = reject;
    this.#session.settings({ headerTableSize: bytes }, () => resolve());
    await promise;
  }

  /** Sends a limit of ours for nghttp2's encoder and waits for the acknowledgement. */
  async limitTableSize(bytes: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#onError = reject;
    this.#onAcknowledged = resolve;
    const setting = Buffer.alloc(6);
    setting.writeUInt16BE(SETTINGS_HEADER_TABLE_SIZE, 0);
    setting.writeUInt32BE(bytes, 2);
    this.#writeFrame(SETTINGS, 0, 0, setting);
    await promise;
  }

  close(): void {
    this.#onError = () => {};
    this.#session.destroy();
    this.#wire.destroy();
  }

  #onStream(stream: ServerHttp2Stream, raw: string[], sensitive: ReadonlySet<string>): void {
    stream.on('error', (error) => this.#onError(error));
    const fields: ListedField[] = [];
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] as string;
      fields.push([name, raw[index + 1] as string, sensitive.has(name)]);
    }
    const flat = this.#answer.flatMap(([name, value]) => [name, value]);
    stream.respond(flat as never, { endStream: true, sendDate: false } as never);
    this.#onRequest(fields);
  }

  #onBytes(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= FRAME_HEAD_BYTES) {
      const length = this.#received.readUIntBE(0, 3);
      if (this.#received.length < FRAME_HEAD_BYTES + length) return;
      const payload = this.#received.subarray(FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + length);
      this.#onFrame(this.#received[3] as number, this.#received[4] as number, payload);
      this.#received = this.#received.subarray(FRAME_HEAD_BYTES + length);
    }
  }

  #onFrame(type: number, flags: number, payload: Buffer): void {
    if (type === HEADERS) {
      if ((flags & 4) === 0) this.#onError(new Error('a block in several frames'));
      else this.#onResponse(Buffer.from(payload));
    }
    if (type !== SETTINGS) return;
    if (flags === ACK) {
      this.#onAcknowledged();
      return;
    }
    for (let at = 0; at < payload.length; at += 6) {
      const isTableSize = payload.readUInt16BE(at) === SETTINGS_HEADER_TABLE_SIZE;
      if (isTableSize) this.onTableSize(payload.readUInt32BE(at + 2));
    }
    this.#writeFrame(SETTINGS, ACK, 0, Buffer.alloc(0));
  }

  #writeFrame(type: number, flags: number, stream: number, payload: Buffer): void {
    const head = Buffer.alloc(FRAME_HEAD_BYTES);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    this.#wire.write(Buffer.concat([head, payload]));
  }
}
