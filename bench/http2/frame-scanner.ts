export const FRAME_HEADER_BYTES = 9;

export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;

export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;

export interface FrameHandler {
  /** A whole frame that is no DATA; the payload is valid during the call only. */
  onFrame(type: number, flags: number, stream: number, payload: Buffer): void;
  /** Bytes of a DATA frame, padding included; `flags` are 0 until its last byte is there. */
  onData(stream: number, bytes: number, flags: number): void;
}

/** Splits what is read into frames without copying bodies: just enough of HTTP/2 for load and answers. */
export class FrameScanner {
  readonly #handler: FrameHandler;
  #held: Buffer = Buffer.alloc(0);
  /** Bytes to pass over before the first frame: the preface of a client. */
  #skip: number;
  #dataLeft = 0;
  #dataStream = 0;
  #dataFlags = 0;

  constructor(handler: FrameHandler, skip = 0) {
    this.#handler = handler;
    this.#skip = skip;
  }

  scan(buffer: Buffer, length: number): void {
    let bytes = buffer.subarray(0, length);
    if (this.#held.length > 0) bytes = Buffer.concat([this.#held, bytes]);
    let at = Math.min(this.#skip, bytes.length);
    this.#skip -= at;
    while (at < bytes.length) {
      const next = this.#dataLeft > 0 ? this.#takeData(bytes, at) : this.#takeFrame(bytes, at);
      if (next === at) break;
      at = next;
    }
    this.#held = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at));
  }

  #takeFrame(bytes: Buffer, at: number): number {
    const bodyAt = at + FRAME_HEADER_BYTES;
    if (bodyAt > bytes.length) return at;
    const size = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const type = bytes[at + 3] ?? 0;
    const flags = bytes[at + 4] ?? 0;
    const stream = bytes.readUInt32BE(at + 5) & 0x7fff_ffff;
    if (type === DATA) {
      this.#dataLeft = size;
      this.#dataStream = stream;
      this.#dataFlags = flags;
      if (size === 0) this.#handler.onData(stream, 0, flags);
      return bodyAt;
    }
    if (bodyAt + size > bytes.length) return at;
    this.#handler.onFrame(type, flags, stream, bytes.subarray(bodyAt, bodyAt + size));
    return bodyAt + size;
  }

  #takeData(bytes: Buffer, at: number): number {
    const taken = Math.min(this.#dataLeft, bytes.length - at);
    this.#dataLeft -= taken;
    const flags = this.#dataLeft === 0 ? this.#dataFlags : 0;
    this.#handler.onData(this.#dataStream, taken, flags);
    return at + taken;
  }
}

const NOTHING: Buffer = Buffer.alloc(0);

export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(bytes, 0, payload.length, type, flags, stream);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

export function writeFrameHeader(
  bytes: Buffer,
  at: number,
  size: number,
  type: number,
  flags: number,
  stream: number,
): void {
  bytes[at] = size >>> 16;
  bytes[at + 1] = size >>> 8;
  bytes[at + 2] = size;
  bytes[at + 3] = type;
  bytes[at + 4] = flags;
  bytes.writeUInt32BE(stream, at + 5);
}

export function settings(...values: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(6 * values.length);
  for (const [index, [id, value]] of values.entries()) {
    payload.writeUInt16BE(id, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  }
  return frame(SETTINGS, 0, 0, payload);
}

export function windowUpdate(stream: number, bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frame(WINDOW_UPDATE, 0, stream, payload);
}
