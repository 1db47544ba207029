import type { ScriptedTransport } from '../network/scripted-transport.ts';
import {
  contentOf,
  encodeFrame,
  encodeSettings,
  errorName,
  FLAGS,
  FRAME_TYPES,
  type Frame,
  FrameReader,
  PREFACE,
  SETTINGS,
  uint32,
} from '../tools/http2/frames.ts';
import { encodeFields, HpackDecoder } from '../tools/http2/hpack.ts';
import type { HarnessClient, ManagerHarness } from './manager-harness.ts';

/** What goes and comes without anybody asking for it. */
const UNTOLD: readonly number[] = [FRAME_TYPES.SETTINGS, FRAME_TYPES.WINDOW_UPDATE];
const SAME_EVERYWHERE = /^(?:date|server): /;

/** One HTTP/2 client of a harness, frame by frame. */
export class Http2Client {
  readonly client: HarnessClient;
  readonly #reader = new FrameReader();
  readonly #hpack = new HpackDecoder();
  #held: Buffer[] | undefined = undefined;

  /** Connects and says hello. `settings` are pairs of identifier and value. */
  constructor(harness: ManagerHarness, settings: readonly (readonly [number, number])[] = []) {
    this.client = harness.connect();
    this.client.send(PREFACE + encodeSettings(settings).toString('latin1'));
  }

  get transport(): ScriptedTransport {
    return this.client.transport;
  }

  /** Sends a request head without a body; gives what the proxy said in that turn. */
  get(stream: number, path: string, ...fields: readonly string[]): string[] {
    return this.request(stream, 'GET', path, fields, true);
  }

  request(
    stream: number,
    method: string,
    path: string,
    fields: readonly string[] = [],
    endStream = false,
  ): string[] {
    return this.fields(
      stream,
      [
        `:method: ${method}`,
        ':scheme: http',
        ...(path === '' ? [] : [`:path: ${path}`]),
        ':authority: example.test',
        ...fields,
      ],
      endStream,
    );
  }

  fields(stream: number, lines: readonly string[], endStream: boolean): string[] {
    const flags = FLAGS.END_HEADERS | (endStream ? FLAGS.END_STREAM : 0);
    return this.frame(FRAME_TYPES.HEADERS, flags, stream, encodeFields(lines));
  }

  data(stream: number, text: string, endStream = false): string[] {
    const flags = endStream ? FLAGS.END_STREAM : 0;
    return this.frame(FRAME_TYPES.DATA, flags, stream, Buffer.from(text, 'latin1'));
  }

  reset(stream: number, code: number): string[] {
    return this.frame(FRAME_TYPES.RST_STREAM, 0, stream, uint32(code));
  }

  window(stream: number, increment: number): string[] {
    return this.frame(FRAME_TYPES.WINDOW_UPDATE, 0, stream, uint32(increment));
  }

  initialWindow(bytes: number): string[] {
    this.client.send(encodeSettings([[SETTINGS.INITIAL_WINDOW_SIZE, bytes]]).toString('latin1'));
    return this.received();
  }

  frame(type: number, flags: number, stream: number, payload: Buffer): string[] {
    const frame = encodeFrame(type, flags, stream, payload);
    if (this.#held === undefined) {
      this.client.transport.feed(frame);
      return this.received();
    }
    this.#held.push(frame);
    return [];
  }

  /** Everything that `send` sends arrives at once; the turn is not over afterwards. */
  atOnce(send: () => void): void {
    this.#held = [];
    send();
    const bytes = Buffer.concat(this.#held);
    this.#held = undefined;
    this.client.transport.feed(bytes);
  }

  /** What the proxy said since the last time, a line for each frame. */
  received(): string[] {
    const bytes = Buffer.from(this.client.received(), 'latin1');
    return this.#reader
      .push(bytes)
      .filter(({ type }) => !UNTOLD.includes(type))
      .map((frame) => this.#describe(frame));
  }

  #describe(frame: Frame): string {
    const { type, stream, flags, payload } = frame;
    const end = (flags & FLAGS.END_STREAM) === 0 ? '' : ' end';
    switch (type) {
      case FRAME_TYPES.HEADERS: {
        const lines = this.#hpack.decode(contentOf(frame));
        const told = lines.filter((line) => !SAME_EVERYWHERE.test(line));
        return `${stream} HEADERS ${told.join(', ')}${end}`;
      }
      case FRAME_TYPES.DATA:
        return `${stream} DATA ${contentOf(frame).toString('latin1')}${end}`;
      case FRAME_TYPES.RST_STREAM:
        return `${stream} RST_STREAM ${errorName(payload.readUInt32BE(0))}`;
      case FRAME_TYPES.GOAWAY:
        return `GOAWAY ${payload.readUInt32BE(0)} ${errorName(payload.readUInt32BE(4))}`;
      default:
        return `${stream} frame of type ${type}`;
    }
  }

  close(systemError?: string): void {
    this.client.close(systemError);
  }
}
