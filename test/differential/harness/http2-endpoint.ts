import {
  contentOf,
  decodeSettings,
  ERROR_CODES,
  encodeFrame,
  encodeSettings,
  errorName,
  FLAGS,
  FRAME_TYPES,
  type Frame,
  FrameReader,
  nameOf,
  PREFACE,
  SETTINGS,
  uint32,
} from '../../tools/http2/frames.ts';
import { encodeFields, HpackDecoder } from '../../tools/http2/hpack.ts';
import type { Http2Options, Http2Step } from './http2-script.ts';
import { type Http2Observation, type Http2StreamObservation, shownBytes } from './observation.ts';
import type { ScriptedSocket } from './scripted-socket.ts';

const STEP_TIMEOUT_MS = 4_000;
const MEGABYTE = 1 << 20;
const DEFAULT_WINDOW = 65_535;
const MAX_FRAME_BYTES = 16_384;

/** What has arrived on one stream. */
class ReceivedStream {
  readonly informational: (readonly string[])[] = [];
  head: readonly string[] | undefined;
  trailers: readonly string[] | undefined;
  readonly chunks: Buffer[] = [];
  bytes = 0;
  ended = false;
  reset: string | undefined;

  takeFields(lines: readonly string[]): void {
    if (this.head !== undefined) this.trailers = lines;
    else if (/^:status: 1\d\d$/.test(lines[0] ?? '')) this.informational.push(lines);
    else this.head = lines;
  }

  takeData(content: Buffer): void {
    this.chunks.push(content);
    this.bytes += content.length;
  }

  observation(stream: number): Http2StreamObservation {
    const body = Buffer.concat(this.chunks);
    return {
      stream,
      ...(this.informational.length > 0 ? { informational: this.informational.map(shown) } : {}),
      ...(this.head === undefined ? {} : { head: shown(this.head) }),
      ...(body.length > 0 ? { body: shownBytes(body) } : {}),
      ...(this.trailers === undefined ? {} : { trailers: shown(this.trailers) }),
      ...(this.reset === undefined ? {} : { reset: this.reset }),
      ...(this.ended || this.reset !== undefined ? {} : { incomplete: true as const }),
    };
  }
}

/** Pseudo-headers have no order among themselves (RFC 9113 section 8.3), so they are put into one. */
function shown(lines: readonly string[]): readonly string[] {
  const found = lines.findIndex((line) => !line.startsWith(':'));
  const count = found < 0 ? lines.length : found;
  const ordered = [...lines.slice(0, count).sort(), ...lines.slice(count)];
  return ordered.map((line) => shownBytes(Buffer.from(line, 'latin1')));
}

/**
 * One end of a scripted HTTP/2 connection: it acknowledges SETTINGS, answers PINGs and gives back windows
 * (unless told not to), records all that arrives, and otherwise does only what its script says.
 */
export class Http2Endpoint {
  readonly #connection: ScriptedSocket;
  readonly #options: Http2Options;
  readonly #isClient: boolean;
  readonly #reader = new FrameReader();
  readonly #hpack = new HpackDecoder();
  readonly #streams = new Map<number, ReceivedStream>();
  readonly #goaways: string[] = [];
  #settings: [number, number][] = [];
  #settingsFrames = 0;
  #settingsAcks = 0;
  #pings = 0;
  #pingAcks = 0;
  #prefaceLeft: number;
  #firstBytes: Buffer = Buffer.alloc(0);
  #broken: string | undefined;
  #blocks:
    | { readonly stream: number; readonly ends: boolean; readonly parts: Buffer[] }
    | undefined;
  #initialWindow = DEFAULT_WINDOW;
  #connectionWindow = DEFAULT_WINDOW;
  readonly #windows = new Map<number, number>();
  #firstWindow = DEFAULT_WINDOW;
  #hasSentData = false;

  constructor(connection: ScriptedSocket, isClient: boolean, options: Http2Options) {
    this.#connection = connection;
    this.#isClient = isClient;
    this.#options = options;
    this.#prefaceLeft = isClient ? 0 : PREFACE.length;
    connection.socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    if (options.prefaced !== false) this.#start();
  }

  /** Streams that the peer has used, in order. */
  get streams(): readonly number[] {
    return [...this.#streams.keys()].sort((a, b) => a - b);
  }

  get goneAway(): boolean {
    return this.#goaways.some((each) => !each.startsWith('NO_ERROR'));
  }

  has(stream: number, what: 'head' | 'end' | 'reset'): boolean {
    const received = this.#streams.get(stream);
    if (received === undefined) return false;
    if (what === 'head') return received.head !== undefined || received.reset !== undefined;
    return received.reset !== undefined || (what === 'end' && received.ended);
  }

  /** Does one step; false where it waited in vain. */
  async perform(step: Http2Step, current = 0, waitMs = STEP_TIMEOUT_MS): Promise<boolean> {
    const condition = this.#conditionOf(step, current);
    if (condition !== undefined) {
      const over = () => condition() || this.#connection.peerEnded || this.#connection.endedHere;
      return this.#connection.until(over, waitMs);
    }
    switch (step.do) {
      case 'headers':
        this.#send(FRAME_TYPES.HEADERS, 4 + (step.end === true ? 1 : 0), step.stream ?? current, [
          encodeFields(step.fields),
        ]);
        return true;
      case 'data':
        return this.#sendData(step.stream ?? current, Buffer.from(step.text, 'latin1'), step.end);
      case 'resetStream':
        this.#send(FRAME_TYPES.RST_STREAM, 0, step.stream ?? current, [
          uint32(ERROR_CODES.indexOf(step.code)),
        ]);
        return true;
      case 'goaway':
        this.#send(FRAME_TYPES.GOAWAY, 0, 0, [
          uint32(step.last),
          uint32(ERROR_CODES.indexOf(step.code)),
        ]);
        return true;
      case 'credit':
        this.#send(FRAME_TYPES.WINDOW_UPDATE, 0, step.stream, [uint32(step.bytes)]);
        return true;
      case 'frame':
        this.#sendFrame(step);
        return true;
      case 'cork':
      case 'uncork':
        this.#connection.socket[step.do]();
        return true;
      case 'send':
      case 'pause':
      case 'halfClose':
      case 'close':
      case 'reset':
        await this.#connection.perform(step);
        return true;
      default:
        return true;
    }
  }

  observation(showsSettings: boolean): Omit<Http2Observation, 'end'> {
    const settings = this.#settings
      .map(([id, value]) => `${nameOf(SETTINGS, id)}: ${value}`)
      .sort();
    return {
      streams: this.streams.map((id) => (this.#streams.get(id) as ReceivedStream).observation(id)),
      ...(this.#goaways.length > 0 ? { goaways: this.#goaways } : {}),
      ...(showsSettings ? { settings, connectionWindow: this.#firstWindow } : {}),
      ...(this.#broken === undefined ? {} : { rest: this.#broken }),
    };
  }

  #conditionOf(step: Http2Step, current: number): (() => boolean) | undefined {
    switch (step.do) {
      case 'receiveEnd':
        return () => (step.streams ?? [current]).every((each) => this.has(each, 'end'));
      case 'receiveHead':
        return () => this.has(step.stream ?? current, 'head');
      case 'receiveReset':
        return () => this.has(step.stream ?? current, 'reset');
      case 'receiveBytes':
        return () => (this.#streams.get(step.stream ?? current)?.bytes ?? 0) >= step.bytes;
      case 'receiveStreams':
        return () => this.#streams.size >= step.count;
      case 'receiveGoaway':
        return () => this.#goaways.length >= step.count;
      case 'receivePing':
        return () => this.#pings > 0;
      case 'receivePingAck':
        return () => this.#pingAcks >= step.count;
      case 'receiveSettings':
        return () => this.#settingsFrames > 0;
      case 'receiveSettingsAck':
        return () => this.#settingsAcks >= step.count;
      case 'receiveClose':
        return () => false;
      default:
        return undefined;
    }
  }

  #start(): void {
    const named = Object.entries(this.#options.settings ?? {}).map(
      ([name, value]): [number, number] => [SETTINGS[name as keyof typeof SETTINGS], value],
    );
    const credits = this.#options.credits !== false;
    const window: [number, number][] =
      credits && this.#options.settings?.INITIAL_WINDOW_SIZE === undefined
        ? [[SETTINGS.INITIAL_WINDOW_SIZE, MEGABYTE]]
        : [];
    const unknown = this.#options.unknownSettings ?? [];
    this.#write(
      Buffer.concat([
        Buffer.from(this.#isClient ? PREFACE : ''),
        encodeSettings([...window, ...named, ...unknown]),
        ...(credits ? [encodeFrame(FRAME_TYPES.WINDOW_UPDATE, 0, 0, uint32(MEGABYTE))] : []),
      ]),
    );
  }

  #receive(chunk: Buffer): void {
    if (this.#broken !== undefined) return;
    try {
      const rest = this.#withoutPreface(chunk);
      if (rest.length === 0) return;
      for (const frame of this.#reader.push(rest)) this.#onFrame(frame);
    } catch (error) {
      this.#broken = `${String(error)}: ${shownBytes(chunk)}`;
    }
  }

  #withoutPreface(chunk: Buffer): Buffer {
    if (this.#prefaceLeft === 0) return chunk;
    this.#firstBytes = Buffer.concat([this.#firstBytes, chunk]);
    if (this.#firstBytes.length < PREFACE.length) return Buffer.alloc(0);
    if (this.#firstBytes.toString('latin1', 0, PREFACE.length) !== PREFACE) {
      this.#broken = `no preface: ${shownBytes(this.#firstBytes)}`;
      return Buffer.alloc(0);
    }
    this.#prefaceLeft = 0;
    return this.#firstBytes.subarray(PREFACE.length);
  }

  #onFrame(frame: Frame): void {
    const { type, flags, stream, payload } = frame;
    switch (type) {
      case FRAME_TYPES.HEADERS:
        this.#blocks = { stream, ends: (flags & FLAGS.END_STREAM) !== 0, parts: [] };
        this.#onBlock(contentOf(frame), flags);
        return;
      case FRAME_TYPES.CONTINUATION:
        this.#onBlock(payload, flags);
        return;
      case FRAME_TYPES.DATA:
        this.#onData(frame);
        return;
      case FRAME_TYPES.RST_STREAM:
        this.#stream(stream).reset = errorName(payload.readUInt32BE(0));
        return;
      case FRAME_TYPES.SETTINGS:
        this.#onSettings(flags, payload);
        return;
      case FRAME_TYPES.PING:
        if ((flags & FLAGS.ACK) !== 0) {
          this.#pingAcks += 1;
          return;
        }
        this.#pings += 1;
        if (this.#options.answersPings !== false) this.#send(type, FLAGS.ACK, 0, [payload]);
        return;
      case FRAME_TYPES.GOAWAY: {
        const last = payload.readUInt32BE(0) & 0x7fff_ffff;
        this.#goaways.push(`${errorName(payload.readUInt32BE(4))} after ${last}`);
        return;
      }
      case FRAME_TYPES.WINDOW_UPDATE:
        this.#onCredit(stream, payload.readUInt32BE(0));
        return;
      case FRAME_TYPES.PUSH_PROMISE:
        throw new Error('PUSH_PROMISE');
    }
  }

  #onBlock(part: Buffer, flags: number): void {
    const blocks = this.#blocks;
    if (blocks === undefined) throw new Error('CONTINUATION without HEADERS');
    blocks.parts.push(part);
    if ((flags & FLAGS.END_HEADERS) === 0) return;
    this.#blocks = undefined;
    const received = this.#stream(blocks.stream);
    received.takeFields(this.#hpack.decode(Buffer.concat(blocks.parts)));
    if (blocks.ends) received.ended = true;
  }

  #onData(frame: Frame): void {
    const received = this.#stream(frame.stream);
    received.takeData(contentOf(frame));
    if ((frame.flags & FLAGS.END_STREAM) !== 0) received.ended = true;
    if (this.#options.credits === false || frame.payload.length === 0) return;
    const amount = uint32(frame.payload.length);
    this.#send(FRAME_TYPES.WINDOW_UPDATE, 0, 0, [amount]);
    if (!received.ended) this.#send(FRAME_TYPES.WINDOW_UPDATE, 0, frame.stream, [amount]);
  }

  #onSettings(flags: number, payload: Buffer): void {
    if ((flags & FLAGS.ACK) !== 0) {
      this.#settingsAcks += 1;
      return;
    }
    const settings = decodeSettings(payload);
    if (this.#settingsFrames === 0) this.#settings = settings;
    this.#settingsFrames += 1;
    for (const [id, value] of settings) {
      if (id !== SETTINGS.INITIAL_WINDOW_SIZE) continue;
      for (const [stream, left] of this.#windows) {
        this.#windows.set(stream, left + value - this.#initialWindow);
      }
      this.#initialWindow = value;
    }
    if (this.#options.prefaced !== false) this.#send(FRAME_TYPES.SETTINGS, FLAGS.ACK, 0, []);
  }

  #onCredit(stream: number, bytes: number): void {
    if (stream !== 0) this.#windows.set(stream, this.#windowOf(stream) + bytes);
    else {
      this.#connectionWindow += bytes;
      if (!this.#hasSentData) this.#firstWindow = this.#connectionWindow;
    }
  }

  #windowOf(stream: number): number {
    return this.#windows.get(stream) ?? this.#initialWindow;
  }

  async #sendData(stream: number, bytes: Buffer, end: true | undefined): Promise<boolean> {
    this.#hasSentData = true;
    let at = 0;
    do {
      const room = () => Math.min(this.#connectionWindow, this.#windowOf(stream));
      const hopeless = () => this.#connection.peerEnded || this.has(stream, 'reset');
      const left = bytes.length - at;
      const ready = () => left === 0 || room() > 0 || hopeless();
      if (!(await this.#connection.until(ready, STEP_TIMEOUT_MS))) return false;
      if (hopeless()) return true;
      const size = Math.min(left, room(), MAX_FRAME_BYTES);
      const isLast = at + size === bytes.length;
      this.#connectionWindow -= size;
      this.#windows.set(stream, this.#windowOf(stream) - size);
      this.#send(FRAME_TYPES.DATA, isLast && end === true ? 1 : 0, stream, [
        bytes.subarray(at, at + size),
      ]);
      at += size;
    } while (at < bytes.length);
    return true;
  }

  #sendFrame(step: Extract<Http2Step, { do: 'frame' }>): void {
    const type = typeof step.type === 'number' ? step.type : FRAME_TYPES[step.type];
    const payload = Buffer.from(step.payload, 'latin1');
    const frame = encodeFrame(type, step.flags, step.stream, payload);
    this.#write(Buffer.concat(Array.from({ length: step.times ?? 1 }, () => frame)));
  }

  #send(type: number, flags: number, stream: number, parts: readonly Buffer[]): void {
    this.#write(encodeFrame(type, flags, stream, Buffer.concat(parts)));
  }

  #write(bytes: Buffer): void {
    if (this.#connection.socket.writable) this.#connection.socket.write(bytes);
  }

  #stream(id: number): ReceivedStream {
    let stream = this.#streams.get(id);
    if (stream === undefined) {
      stream = new ReceivedStream();
      this.#streams.set(id, stream);
    }
    return stream;
  }
}
