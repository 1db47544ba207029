import { ErrorCode } from '#http/h2/error-code.ts';
import {
  DEFAULT_WINDOW,
  FRAME_PAYLOAD_LIMIT,
  FRAME_PAYLOAD_MAX,
  WINDOW_MAX,
} from '#http/h2/frame-type.ts';
import { readUint32 } from '#http/h2/octets.ts';

/** Settings (RFC 9113 section 6.5.2, RFC 8441 section 3). */
export const Setting = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
  ENABLE_CONNECT_PROTOCOL: 0x8,
} as const;

export const SETTING_BYTES = 6;

/** What the peer told us of itself. */
export class PeerSettings {
  /** -1: not mentioned since it was last looked at. */
  headerTableSize = -1;
  /** No limit until the peer names one. */
  maxConcurrentStreams: number = Number.POSITIVE_INFINITY;
  initialWindowSize: number = DEFAULT_WINDOW;
  maxFrameSize: number = FRAME_PAYLOAD_MAX;
  /** A server that once offered extended CONNECT cannot take it back. */
  enablesConnectProtocol = false;

  /** Takes over the payload of a SETTINGS frame; returns the error code of what is wrong with it. */
  read(
    bytes: Buffer,
    start: number,
    end: number,
    onHeaderTableSize: (bytes: number) => void,
  ): ErrorCode {
    for (let at = start; at < end; at += SETTING_BYTES) {
      const id = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
      const value = readUint32(bytes, at + 2);
      if (id === Setting.HEADER_TABLE_SIZE) onHeaderTableSize(value);
      const error = this.#take(id, value);
      if (error !== ErrorCode.NO_ERROR) return error;
    }
    return ErrorCode.NO_ERROR;
  }

  #take(id: number, value: number): ErrorCode {
    switch (id) {
      case Setting.ENABLE_PUSH:
        return value > 1 ? ErrorCode.PROTOCOL_ERROR : ErrorCode.NO_ERROR;
      case Setting.MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value;
        return ErrorCode.NO_ERROR;
      case Setting.INITIAL_WINDOW_SIZE:
        if (value > WINDOW_MAX) return ErrorCode.FLOW_CONTROL_ERROR;
        this.initialWindowSize = value;
        return ErrorCode.NO_ERROR;
      case Setting.MAX_FRAME_SIZE:
        if (value < FRAME_PAYLOAD_MAX || value > FRAME_PAYLOAD_LIMIT)
          return ErrorCode.PROTOCOL_ERROR;
        this.maxFrameSize = value;
        return ErrorCode.NO_ERROR;
      case Setting.ENABLE_CONNECT_PROTOCOL:
        if (value > 1 || (value === 0 && this.enablesConnectProtocol))
          return ErrorCode.PROTOCOL_ERROR;
        this.enablesConnectProtocol = value === 1;
        return ErrorCode.NO_ERROR;
      default:
        // Unknown ones must be ignored.
        return ErrorCode.NO_ERROR;
    }
  }
}
