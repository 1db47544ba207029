import type { UpstreamProtocol } from '#upstream/pool/pool-callbacks.ts';
import {
  encodeFrame,
  encodeSettings,
  FLAGS,
  FRAME_TYPES,
  uint32,
} from '../../tools/http2/frames.ts';
import { encodeFields } from '../../tools/http2/hpack.ts';

/** What an upstream says, one character for every byte. */
export interface UpstreamSpeech {
  /** As soon as it is connected. */
  hello(settings: readonly (readonly [number, number])[]): string;
  /** The answer to the nth stream of a connection, counted from 0. */
  answer(stream: number): string;
}

const HTTP1: UpstreamSpeech = {
  hello: () => '',
  answer: () => 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
};

const HTTP2: UpstreamSpeech = {
  hello: (settings) => text(encodeSettings(settings)),
  answer: (stream) => headersFrame(stream, [':status: 200'], true),
};

export function speechOf(protocol: UpstreamProtocol): UpstreamSpeech {
  return protocol === 'HTTP/2' ? HTTP2 : HTTP1;
}

/** The id of the nth stream of a connection. */
function idOf(stream: number): number {
  return 2 * stream + 1;
}

export function headersFrame(stream: number, lines: readonly string[], isEnd: boolean): string {
  const flags = FLAGS.END_HEADERS | (isEnd ? FLAGS.END_STREAM : 0);
  return text(encodeFrame(FRAME_TYPES.HEADERS, flags, idOf(stream), encodeFields(lines)));
}

export function dataFrame(stream: number, body: string, isEnd: boolean): string {
  const flags = isEnd ? FLAGS.END_STREAM : 0;
  return text(encodeFrame(FRAME_TYPES.DATA, flags, idOf(stream), Buffer.from(body)));
}

export function resetFrame(stream: number, code: number): string {
  return text(encodeFrame(FRAME_TYPES.RST_STREAM, 0, idOf(stream), uint32(code)));
}

/** `lastStream` is the last one that is served, counted from 0; -1: none. */
export function goAwayFrame(lastStream: number, code = 0): string {
  const last = lastStream < 0 ? 0 : idOf(lastStream);
  const payload = Buffer.concat([uint32(last), uint32(code)]);
  return text(encodeFrame(FRAME_TYPES.GOAWAY, 0, 0, payload));
}

export function settingsFrame(settings: readonly (readonly [number, number])[]): string {
  return text(encodeSettings(settings));
}

function text(bytes: Buffer): string {
  return bytes.toString('latin1');
}
