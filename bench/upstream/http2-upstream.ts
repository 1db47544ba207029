/**
 * The server behind the proxies that speaks HTTP/2 without TLS: it reads no header fields, so that it needs a
 * fraction of what any proxy does.
 *
 * Usage: node http2-upstream.ts PORT KIND BODY_BYTES
 *
 * KIND `plain` answers every request with 200 and a body; `grpc` with one message of that many bytes and
 * trailers; `echo` sends the bytes of every stream back as they come.
 */
import { createServer, type Socket } from 'node:net';
import {
  ACK,
  DATA,
  END_HEADERS,
  END_STREAM,
  FRAME_HEADER_BYTES,
  type FrameHandler,
  FrameScanner,
  frame,
  HEADERS,
  PING,
  RST_STREAM,
  SETTINGS,
  settings,
  WINDOW_UPDATE,
  windowUpdate,
  writeFrameHeader,
} from '../http2/frame-scanner.ts';
import { Outbox } from '../http2/outbox.ts';
import { LOOPBACK } from '../machine/loopback.ts';

const PREFACE_BYTES = 24;
const MAX_FRAME_BYTES = 16_384;
const DEFAULT_WINDOW = 65_535;
const LARGE_WINDOW = 0x3fff_ffff;
const MESSAGE_PREFIX_BYTES = 5;
/** Identifiers of RFC 9113 section 6.5.2. */
const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;

const [portText = '', kind = 'plain', bytesText = '0'] = process.argv.slice(2);
const bodyBytes = Number(bytesText) + (kind === 'grpc' ? MESSAGE_PREFIX_BYTES : 0);
const body = Buffer.alloc(Math.max(bodyBytes, MAX_FRAME_BYTES), 'r');
if (kind === 'grpc') {
  body[0] = 0;
  body.writeUInt32BE(Number(bytesText), 1);
}

/** Literals that are indexed the first time, and the indexes that stand for them from then on. */
function fieldBlocks(fields: readonly (readonly [nameIndex: number | string, value: string])[]): {
  readonly first: Buffer;
  readonly later: Buffer;
} {
  const text = (value: string) => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
  const first = fields.map(([name, value]) =>
    Buffer.concat([
      typeof name === 'number'
        ? Buffer.of(0x40 | name)
        : Buffer.concat([Buffer.of(0x40), text(name)]),
      text(value),
    ]),
  );
  const newest = 62;
  const later = fields.map((_, index) => 0x80 | (newest + fields.length - 1 - index));
  return { first: Buffer.concat(first), later: Buffer.from(later) };
}

const STATUS_200 = Buffer.of(0x88);
const DATE = [33, 'Sat, 21 Nov 2026 12:00:00 GMT'] as const;
const head = fieldBlocks(
  kind === 'plain'
    ? [[31, 'text/html'], [28, String(bodyBytes)], DATE]
    : [[31, 'application/grpc'], DATE],
);
/** Never indexed by this server, so that the table stays what the head has made of it. */
const trailers = Buffer.concat([
  Buffer.of(0),
  Buffer.of(11),
  Buffer.from('grpc-status'),
  Buffer.of(1),
  Buffer.from('0'),
]);

interface Answer {
  readonly stream: number;
  left: number;
  window: number;
  readonly ends: boolean;
}

class Connection implements FrameHandler {
  readonly #outbox: Outbox;
  readonly #scanner = new FrameScanner(this, PREFACE_BYTES);
  #hasAnswered = false;
  #window = DEFAULT_WINDOW;
  #initialWindow = DEFAULT_WINDOW;
  #received = 0;
  /** Answers that wait for a window, in their order. */
  #waiting: Answer[] = [];
  readonly #echoes = new Map<number, Answer>();

  constructor(socket: Socket) {
    this.#outbox = new Outbox(socket);
    this.#outbox.add(
      settings([INITIAL_WINDOW_SIZE, LARGE_WINDOW], [MAX_CONCURRENT_STREAMS, 1_000]),
    );
    this.#outbox.add(windowUpdate(0, LARGE_WINDOW));
    this.#outbox.flush();
    socket.on('data', (chunk: Buffer) => this.#scanner.scan(chunk, chunk.length));
    socket.on('data', () => this.#outbox.flush());
    socket.on('error', () => undefined);
  }

  onFrame(type: number, flags: number, stream: number, payload: Buffer): void {
    switch (type) {
      case HEADERS:
        this.#onHead(stream, (flags & END_STREAM) !== 0);
        return;
      case SETTINGS:
        this.#onSettings(flags, payload);
        return;
      case PING:
        if ((flags & ACK) === 0) this.#outbox.add(frame(PING, ACK, 0, payload));
        return;
      case WINDOW_UPDATE:
        this.#onCredit(stream, payload.readUInt32BE(0));
        return;
      case RST_STREAM:
        this.#echoes.delete(stream);
        this.#waiting = this.#waiting.filter((each) => each.stream !== stream);
        return;
    }
  }

  onData(stream: number, bytes: number, flags: number): void {
    this.#received += bytes;
    if (this.#received > LARGE_WINDOW / 2) {
      this.#outbox.add(windowUpdate(0, this.#received));
      this.#received = 0;
    }
    const ends = (flags & END_STREAM) !== 0;
    if (kind === 'echo') this.#echo(stream, bytes, ends);
    else if (ends) this.#answer(stream);
  }

  #onHead(stream: number, ends: boolean): void {
    if (kind === 'echo') {
      this.#sendHead(stream);
      if (!ends) {
        const echo = { stream, left: 0, window: this.#initialWindow, ends: false };
        this.#echoes.set(stream, echo);
      } else this.#sendTrailers(stream);
    } else if (ends) this.#answer(stream);
  }

  #answer(stream: number): void {
    this.#sendHead(stream);
    const answer = { stream, left: bodyBytes, window: this.#initialWindow, ends: true };
    this.#send(answer);
    if (answer.left > 0) this.#waiting.push(answer);
  }

  #echo(stream: number, bytes: number, ends: boolean): void {
    const echo = this.#echoes.get(stream);
    if (echo === undefined) return;
    if (echo.left === 0) this.#waiting.push(echo);
    echo.left += bytes;
    this.#sendWaiting();
    if (!ends) return;
    this.#echoes.delete(stream);
    this.#sendTrailers(stream);
  }

  #sendHead(stream: number): void {
    const block = Buffer.concat([STATUS_200, this.#hasAnswered ? head.later : head.first]);
    this.#hasAnswered = true;
    this.#outbox.add(frame(HEADERS, END_HEADERS, stream, block));
  }

  #sendTrailers(stream: number): void {
    this.#outbox.add(frame(HEADERS, END_HEADERS | END_STREAM, stream, trailers));
  }

  /** Sends of an answer what the windows allow. */
  #send(answer: Answer): void {
    while (answer.left > 0) {
      const size = Math.min(answer.left, answer.window, this.#window, MAX_FRAME_BYTES);
      if (size <= 0) return;
      answer.left -= size;
      answer.window -= size;
      this.#window -= size;
      const isLast = answer.left === 0 && answer.ends && kind === 'plain';
      const at = this.#outbox.reserve(FRAME_HEADER_BYTES + size);
      const { buffer } = this.#outbox;
      writeFrameHeader(buffer, at, size, DATA, isLast ? END_STREAM : 0, answer.stream);
      body.copy(buffer, at + FRAME_HEADER_BYTES, 0, size);
    }
    if (answer.ends && kind === 'grpc') this.#sendTrailers(answer.stream);
  }

  #sendWaiting(): void {
    for (const each of this.#waiting) this.#send(each);
    this.#waiting = this.#waiting.filter((each) => each.left > 0);
  }

  #onSettings(flags: number, payload: Buffer): void {
    if ((flags & ACK) !== 0) return;
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== INITIAL_WINDOW_SIZE) continue;
      const value = payload.readUInt32BE(at + 2);
      for (const each of [...this.#waiting, ...this.#echoes.values()]) {
        each.window += value - this.#initialWindow;
      }
      this.#initialWindow = value;
    }
    this.#outbox.add(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
  }

  #onCredit(stream: number, bytes: number): void {
    if (stream === 0) this.#window += bytes;
    else {
      const answer =
        this.#echoes.get(stream) ?? this.#waiting.find((each) => each.stream === stream);
      if (answer !== undefined) answer.window += bytes;
    }
    if (this.#waiting.length > 0) this.#sendWaiting();
  }
}

createServer({ noDelay: true }, (socket) => new Connection(socket)).listen(
  Number(portText),
  LOOPBACK,
);
