/** Frame types (RFC 9113 section 6). Others are ignored. */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** Flags; END_STREAM and ACK are the same bit on different frames. */
export const Flag = {
  ACK: 0x1,
  END_STREAM: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

/** Octets in front of every payload (section 4.1). */
export const FRAME_HEADER_BYTES = 9;
/** The largest payload that a peer may send us: we leave SETTINGS_MAX_FRAME_SIZE at its default. */
export const FRAME_PAYLOAD_MAX = 16_384;
export const FRAME_PAYLOAD_LIMIT = 16_777_215;
export const DEFAULT_WINDOW = 65_535;
export const WINDOW_MAX = 0x7fff_ffff;
export const STREAM_ID_MAX = 0x7fff_ffff;

/** What a client sends first (section 3.4). */
export const CLIENT_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
