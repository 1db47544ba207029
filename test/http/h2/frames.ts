import { ErrorCode } from '#http/h2/error-code.ts';
import { CLIENT_PREFACE, Flag, FrameType } from '#http/h2/frame-type.ts';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { decodeAll } from './hpack/collected-fields.ts';

export type Field = readonly [name: string, value: string];

export const PREFACE: Buffer = Buffer.from(CLIENT_PREFACE, 'latin1');

export const { END_STREAM, END_HEADERS, PADDED, PRIORITY, ACK } = Flag;

export const GET: readonly Field[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'example.test'],
  [':path', '/'],
];

export const POST: readonly Field[] = [[':method', 'POST'], ...GET.slice(1)];

/** A frame as it is on the wire. */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Buffer | string = '',
): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const header = Buffer.alloc(9);
  header.writeUIntBE(bytes.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, bytes]);
}

/** A header block without compression: every field a literal that nobody indexes. */
export function block(fields: readonly Field[]): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of fields) {
    parts.push(Buffer.from([0]), stringOf(name), stringOf(value));
  }
  return Buffer.concat(parts);
}

function stringOf(text: string): Buffer {
  const prefix: number[] = [Math.min(text.length, 127)];
  for (let rest = text.length - 127; rest >= 0; rest = rest >>> 7 || -1) {
    prefix.push(rest >= 128 ? 128 | (rest & 127) : rest);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from(prefix), Buffer.from(text, 'latin1')]);
}

export function headers(
  streamId: number,
  fields: readonly Field[],
  flags: number = END_HEADERS | END_STREAM,
): Buffer {
  return frame(FrameType.HEADERS, flags, streamId, block(fields));
}

export function data(streamId: number, payload: Buffer | string, flags = 0): Buffer {
  return frame(FrameType.DATA, flags, streamId, payload);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function windowUpdate(streamId: number, increment: number): Buffer {
  return frame(FrameType.WINDOW_UPDATE, 0, streamId, uint32(increment));
}

export function reset(streamId: number, code: number): Buffer {
  return frame(FrameType.RST_STREAM, 0, streamId, uint32(code));
}

export function goAway(lastStreamId: number, code = 0): Buffer {
  return frame(FrameType.GOAWAY, 0, 0, Buffer.concat([uint32(lastStreamId), uint32(code)]));
}

export function ping(payload = '12345678', flags = 0): Buffer {
  return frame(FrameType.PING, flags, 0, payload);
}

/** Pairs of identifier and value. */
export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = pairs.map(([id, value]) =>
    Buffer.concat([Buffer.from([id >> 8, id & 255]), uint32(value)]),
  );
  return frame(FrameType.SETTINGS, 0, 0, Buffer.concat(payload));
}

const CODE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ErrorCode).map(([name, code]) => [code, name]),
);

function codeAt(payload: Buffer, at: number): string {
  const code = payload.readUInt32BE(at);
  return CODE_NAMES.get(code) ?? String(code);
}

/** Reads what a codec sent, frame by frame, into lines such as `DATA 1 hello end`. */
export class FrameLog {
  readonly #hpack = new HpackDecoder(65_536);
  #rest: Buffer = Buffer.alloc(0);
  #block: Buffer[] = [];
  #blockFlags = 0;
  /** Frames of CONTINUATION beside their HEADERS. */
  continuations = 0;

  read(bytes: Buffer): string[] {
    const lines: string[] = [];
    let rest = Buffer.concat([this.#rest, bytes]);
    while (rest.length >= 9) {
      const length = rest.readUIntBE(0, 3);
      if (rest.length < 9 + length) break;
      const payload = rest.subarray(9, 9 + length);
      const line = this.#lineOf(
        rest[3] as number,
        rest[4] as number,
        rest.readUInt32BE(5),
        payload,
      );
      if (line !== undefined) lines.push(line);
      rest = rest.subarray(9 + length);
    }
    this.#rest = rest;
    return lines;
  }

  #lineOf(type: number, flags: number, streamId: number, payload: Buffer): string | undefined {
    const end = (flags & END_STREAM) !== 0 ? ' end' : '';
    switch (type) {
      case FrameType.DATA: {
        const text = payload.toString('latin1');
        return `DATA ${streamId} ${text.length > 40 ? `${text.length} bytes` : text}${end}`;
      }
      case FrameType.HEADERS:
        this.#block = [];
        this.#blockFlags = flags;
        return this.#fragment(flags, streamId, payload);
      case FrameType.CONTINUATION:
        this.continuations++;
        return this.#fragment(flags, streamId, payload);
      case FrameType.RST_STREAM:
        return `RST_STREAM ${streamId} ${codeAt(payload, 0)}`;
      case FrameType.SETTINGS:
        return (flags & ACK) !== 0 ? 'SETTINGS ack' : `SETTINGS ${settingsText(payload)}`;
      case FrameType.PING:
        return `PING${(flags & ACK) !== 0 ? ' ack' : ''} ${payload.toString('latin1')}`;
      case FrameType.GOAWAY:
        return `GOAWAY ${payload.readUInt32BE(0)} ${codeAt(payload, 4)}`;
      case FrameType.WINDOW_UPDATE:
        return `WINDOW_UPDATE ${streamId} ${payload.readUInt32BE(0)}`;
      default:
        return `type ${type} on ${streamId}`;
    }
  }

  #fragment(flags: number, streamId: number, payload: Buffer): string | undefined {
    this.#block.push(Buffer.from(payload));
    if ((flags & END_HEADERS) === 0) return undefined;
    const bytes = Buffer.concat(this.#block);
    const fields = decodeAll(this.#hpack, bytes).list.map(
      ([name, value, isNeverIndexed]) => `${name}=${value}${isNeverIndexed ? '!' : ''}`,
    );
    const end = (this.#blockFlags & END_STREAM) !== 0 ? ' end' : '';
    return `HEADERS ${streamId} ${fields.join(' ')}${end}`;
  }
}

function settingsText(payload: Buffer): string {
  const pairs: string[] = [];
  for (let at = 0; at < payload.length; at += 6) {
    pairs.push(`${payload.readUInt16BE(at)}=${payload.readUInt32BE(at + 2)}`);
  }
  return pairs.join(' ');
}
