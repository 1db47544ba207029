/**
 * One run of the HTTP/2 load generator. A connection is a client of its own: its name, language, token and
 * session are its own and come again with every request, while paths and correlation ids never do.
 *
 * Usage: node http2-load-process.ts '<Http2Load as JSON>'; prints a LoadResult as JSON.
 */
import { connect, type Socket } from 'node:net';
import { FieldEncoder } from '../http2/field-encoder.ts';
import {
  ACK,
  DATA,
  END_HEADERS,
  END_STREAM,
  type FrameHandler,
  FrameScanner,
  frame,
  GOAWAY,
  HEADERS,
  PING,
  RST_STREAM,
  SETTINGS,
  settings,
  WINDOW_UPDATE,
  windowUpdate,
} from '../http2/frame-scanner.ts';
import { Outbox } from '../http2/outbox.ts';
import { LOOPBACK } from '../machine/loopback.ts';
import { percentileOfSorted } from '../report/statistics.ts';
import type { Http2Load } from './http2-load.ts';
import type { LoadResult } from './load-generator.ts';
import { type RequestTemplate, requestTemplates } from './traffic.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const LARGE_WINDOW = 0x3fff_ffff;
const DEFAULT_WINDOW = 65_535;
const INITIAL_WINDOW_SIZE = 4;
const ENABLE_PUSH = 2;
const STATUS_200 = 0x88;
/** A prefix of five bytes and a message of a hundred (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const MESSAGE = Buffer.concat([Buffer.of(0, 0, 0, 0, 100), Buffer.alloc(100, 'm')]);
const TEMPLATES = 4_096;
const LATENCY_SAMPLES = 1 << 20;

const load = JSON.parse(process.argv[2] ?? '') as Http2Load;
const isCall = load.kind === 'call' || load.kind === 'stream';
const templates = requestTemplates(
  {
    method: 'GET',
    hosts: ['shop.example.com'],
    pathPrefixes: isCall
      ? ['/shop.Products/Get', '/shop.Orders/List', '/shop.Search/Find']
      : ['/products/', '/api/v1/orders/', '/static/images/large/', '/search/results/'],
    bodyBytes: 0,
  },
  TEMPLATES,
);
const latencies = new Float32Array(LATENCY_SAMPLES);

let answered = 0;
let bytesRead = 0;
let errors = 0;
let asked = 0;
let isOver = false;

class ClientStream {
  readonly id: number;
  beganMs: number;
  window: number;
  /** Bytes that have come of the message under way. */
  bytes = 0;
  hasHead = false;

  constructor(id: number, window: number, beganMs: number) {
    this.id = id;
    this.window = window;
    this.beganMs = beganMs;
  }
}

class Connection implements FrameHandler {
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  readonly #encoder = new FieldEncoder();
  readonly #scanner = new FrameScanner(this);
  readonly #client: RequestTemplate;
  readonly #streams = new Map<number, ClientStream>();
  /** Streams with a message that waits for a window. */
  #waiting: ClientStream[] = [];
  #nextId = 1;
  #window = DEFAULT_WINDOW;
  #initialWindow = DEFAULT_WINDOW;
  #received = 0;
  #now = 0;

  constructor(index: number) {
    this.#client = templates[index] as RequestTemplate;
    const buffer = Buffer.allocUnsafe(65_536);
    this.#socket = connect({
      port: load.port,
      host: LOOPBACK,
      noDelay: true,
      onread: { buffer, callback: (length) => this.#onRead(buffer, length) },
    });
    this.#outbox = new Outbox(this.#socket);
    this.#socket.once('error', () => this.#fail());
    this.#socket.once('end', () => this.#fail());
    this.#outbox.add(PREFACE);
    this.#outbox.add(settings([ENABLE_PUSH, 0], [INITIAL_WINDOW_SIZE, LARGE_WINDOW]));
    this.#outbox.add(windowUpdate(0, LARGE_WINDOW));
    this.#outbox.flush();
  }

  onFrame(type: number, flags: number, stream: number, payload: Buffer): void {
    switch (type) {
      case HEADERS:
        this.#onFields(stream, flags, payload);
        return;
      case SETTINGS:
        this.#onSettings(flags, payload);
        return;
      case WINDOW_UPDATE:
        this.#onCredit(stream, payload.readUInt32BE(0));
        return;
      case PING:
        if ((flags & ACK) === 0) this.#outbox.add(frame(PING, ACK, 0, payload));
        return;
      case RST_STREAM:
      case GOAWAY:
        this.#fail();
        return;
    }
  }

  onData(id: number, bytes: number, flags: number): void {
    bytesRead += bytes;
    this.#received += bytes;
    if (this.#received > LARGE_WINDOW / 2) {
      this.#outbox.add(windowUpdate(0, this.#received));
      this.#received = 0;
    }
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.bytes += bytes;
    if (load.kind === 'stream' && stream.bytes >= MESSAGE.length) {
      stream.bytes -= MESSAGE.length;
      this.#note(stream);
      this.#message(stream);
    }
    if ((flags & END_STREAM) !== 0) this.#onEnd(stream);
  }

  #onRead(buffer: Buffer, length: number): boolean {
    this.#now = performance.now();
    this.#scanner.scan(buffer, length);
    this.#outbox.flush();
    return true;
  }

  #onFields(id: number, flags: number, block: Buffer): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (!stream.hasHead) {
      stream.hasHead = true;
      // A change of the table size may come first (RFC 7541 section 6.3).
      const at = ((block[0] ?? 0) & 0xe0) === 0x20 ? 1 : 0;
      if (block[at] !== STATUS_200) this.#fail();
    }
    if ((flags & END_STREAM) !== 0) this.#onEnd(stream);
  }

  #onEnd(stream: ClientStream): void {
    this.#streams.delete(stream.id);
    if (load.kind === 'stream' || stream.bytes === 0) this.#fail();
    this.#note(stream);
    this.#ask();
  }

  #note(stream: ClientStream): void {
    if (isOver) return;
    latencies[answered & (LATENCY_SAMPLES - 1)] = this.#now - stream.beganMs;
    answered += 1;
    stream.beganMs = this.#now;
  }

  #onSettings(flags: number, payload: Buffer): void {
    if ((flags & ACK) !== 0) return;
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) === INITIAL_WINDOW_SIZE) {
        this.#initialWindow = payload.readUInt32BE(at + 2);
      }
    }
    this.#outbox.add(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
    if (this.#nextId > 1) return;
    for (let count = 0; count < load.streams; count += 1) this.#ask();
  }

  #onCredit(id: number, bytes: number): void {
    if (id === 0) this.#window += bytes;
    else {
      const stream = this.#streams.get(id);
      if (stream !== undefined) stream.window += bytes;
    }
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) this.#message(each);
  }

  /** Opens the next stream. */
  #ask(): void {
    if (isOver) return;
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new ClientStream(id, this.#initialWindow, this.#now);
    this.#streams.set(id, stream);
    this.#encode();
    const { block } = this.#encoder;
    this.#outbox.add(frame(HEADERS, isCall ? END_HEADERS : END_HEADERS | END_STREAM, id, block));
    if (isCall) this.#message(stream);
  }

  #message(stream: ClientStream): void {
    if (stream.window < MESSAGE.length || this.#window < MESSAGE.length) {
      this.#waiting.push(stream);
      return;
    }
    stream.window -= MESSAGE.length;
    this.#window -= MESSAGE.length;
    const flags = load.kind === 'call' ? END_STREAM : 0;
    this.#outbox.add(frame(DATA, flags, stream.id, MESSAGE));
  }

  #encode(): void {
    const encoder = this.#encoder;
    const unique = asked.toString(16).padStart(16, '0');
    const { path } = templates[asked % templates.length] as RequestTemplate;
    asked += 1;
    encoder.begin();
    encoder.keep(':method', isCall ? 'POST' : 'GET');
    encoder.keep(':scheme', 'http');
    encoder.pass(':path', path);
    encoder.keep(':authority', 'shop.example.com');
    if (isCall) {
      encoder.keep('content-type', 'application/grpc');
      encoder.keep('te', 'trailers');
      encoder.keep('user-agent', 'grpc-go/1.76.0');
      encoder.keep('grpc-accept-encoding', 'gzip');
    } else {
      for (const [name, value] of this.#client.headers) {
        if (CLIENT_FIELDS.has(name)) encoder.keep(name, value);
      }
    }
    if (load.kind === 'fresh') {
      encoder.keepFresh('traceparent', `00-${unique}${unique}-${unique}-01`);
      encoder.keepFresh('cookie', `session=${unique}${unique}`);
    }
    encoder.pass('x-correlation-id', unique);
  }

  #fail(): void {
    if (!isOver) errors += 1;
  }
}

/** What a client says of itself. */
const CLIENT_FIELDS: ReadonlySet<string> = new Set([
  'user-agent',
  'accept',
  'accept-encoding',
  'accept-language',
  'authorization',
  ...(load.kind === 'fresh' ? [] : ['cookie']),
  'sec-fetch-mode',
]);

const beganMs = performance.now();
for (let index = 0; index < load.connections; index += 1) new Connection(index);
setTimeout(() => {
  isOver = true;
  const durationSeconds = (performance.now() - beganMs) / 1_000;
  const sorted = latencies.subarray(0, Math.min(answered, LATENCY_SAMPLES)).sort();
  const result: LoadResult = {
    requests: answered,
    durationSeconds,
    bytesRead,
    errors,
    p50Ms: sorted.length === 0 ? 0 : percentileOfSorted(Float64Array.from(sorted), 0.5),
    p99Ms: sorted.length === 0 ? 0 : percentileOfSorted(Float64Array.from(sorted), 0.99),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}, load.durationSeconds * 1_000);
