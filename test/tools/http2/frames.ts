/**
 * HTTP/2 frames as bytes (RFC 9113 section 4): for tests that say exactly what goes over the wire, and on
 * purpose independent of Proa's own codec.
 */
export const FRAME_TYPES = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const FLAGS = {
  ACK: 1,
  END_STREAM: 1,
  END_HEADERS: 4,
  PADDED: 8,
  PRIORITY: 32,
} as const;

/** Names of the codes of RFC 9113 section 7, by number. */
export const ERROR_CODES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export const SETTINGS = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
  ENABLE_CONNECT_PROTOCOL: 8,
} as const;

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
export const FRAME_HEADER_BYTES = 9;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function encodeFrame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  frame.writeUIntBE(payload.length, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(stream, 5);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** Pairs of identifier and value; identifiers may be ones that nobody knows. */
export function encodeSettings(values: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(6 * values.length);
  for (const [at, [id, value]] of values.entries()) {
    payload.writeUInt16BE(id, 6 * at);
    payload.writeUInt32BE(value, 6 * at + 2);
  }
  return encodeFrame(FRAME_TYPES.SETTINGS, 0, 0, payload);
}

export function decodeSettings(payload: Buffer): [number, number][] {
  return Array.from({ length: Math.floor(payload.length / 6) }, (_, at) => [
    payload.readUInt16BE(6 * at),
    payload.readUInt32BE(6 * at + 2),
  ]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Takes bytes as they come and gives whole frames. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  /** What has come of a frame that is not whole yet. */
  get rest(): Buffer {
    return this.#pending;
  }

  push(chunk: Buffer): Frame[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const frame = this.#take();
      if (frame === undefined) return frames;
      frames.push(frame);
    }
  }

  #take(): Frame | undefined {
    const bytes = this.#pending;
    if (bytes.length < FRAME_HEADER_BYTES) return undefined;
    const end = FRAME_HEADER_BYTES + bytes.readUIntBE(0, 3);
    if (bytes.length < end) return undefined;
    this.#pending = bytes.subarray(end);
    return {
      type: bytes[3] ?? 0,
      flags: bytes[4] ?? 0,
      stream: bytes.readUInt32BE(5) & 0x7fff_ffff,
      payload: bytes.subarray(FRAME_HEADER_BYTES, end),
    };
  }
}

/** The content of a DATA or HEADERS frame without padding and priority. */
export function contentOf({ type, flags, payload }: Frame): Buffer {
  const padded = (flags & FLAGS.PADDED) !== 0;
  const prioritised = type === FRAME_TYPES.HEADERS && (flags & FLAGS.PRIORITY) !== 0;
  const start = (padded ? 1 : 0) + (prioritised ? 5 : 0);
  return payload.subarray(start, payload.length - (padded ? (payload[0] ?? 0) : 0));
}

export function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, each]) => each === value)?.[0] ?? `${value}`;
}

export function errorName(code: number): string {
  return ERROR_CODES[code] ?? `${code}`;
}
