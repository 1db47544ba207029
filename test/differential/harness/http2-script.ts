import type { ErrorCode, FRAME_TYPES, SETTINGS } from '../../tools/http2/frames.ts';
import { encodeFields } from '../../tools/http2/hpack.ts';
import type { Step } from './step.ts';

/**
 * What either end of a scripted HTTP/2 connection does, in order. A client names its streams; for an upstream
 * the stream is, unless it names another, the one that it is answering.
 */
export type Http2Step =
  | Step
  /** One HEADERS frame; every field a literal without indexing. */
  | {
      readonly do: 'headers';
      readonly stream?: number;
      readonly fields: readonly string[];
      readonly end?: true;
    }
  /** DATA frames as the peer's windows allow. */
  | { readonly do: 'data'; readonly stream?: number; readonly text: string; readonly end?: true }
  | { readonly do: 'resetStream'; readonly stream?: number; readonly code: ErrorCode }
  | { readonly do: 'goaway'; readonly last: number; readonly code: ErrorCode }
  /** Any frame, right or wrong; every character of the payload is one byte. */
  | {
      readonly do: 'frame';
      readonly type: keyof typeof FRAME_TYPES | number;
      readonly flags: number;
      readonly stream: number;
      readonly payload: string;
      /** How often it is sent, in as few writes as can be. */
      readonly times?: number;
    }
  /** Holds back what follows until `uncork`, so that it arrives together. */
  | { readonly do: 'cork' | 'uncork' }
  /** Adds to the window of a stream, or of the connection where that is 0. */
  | { readonly do: 'credit'; readonly stream: number; readonly bytes: number }
  | Http2Wait;

/** Waits, for the streams (by default the one being answered), the connection, or its peer. */
export type Http2Wait =
  /** Until the peer has ended or reset all these streams. */
  | { readonly do: 'receiveEnd'; readonly streams?: readonly number[] }
  | { readonly do: 'receiveHead'; readonly stream?: number }
  | { readonly do: 'receiveBytes'; readonly stream?: number; readonly bytes: number }
  | { readonly do: 'receiveReset'; readonly stream?: number }
  /** Until the peer has opened so many streams on this connection. */
  | { readonly do: 'receiveStreams'; readonly count: number }
  | { readonly do: 'receiveGoaway'; readonly count: number }
  | { readonly do: 'receivePing' }
  /** Until the peer has answered so many PINGs. */
  | { readonly do: 'receivePingAck'; readonly count: number }
  | { readonly do: 'receiveSettings' }
  /** Until the peer has acknowledged so many SETTINGS. */
  | { readonly do: 'receiveSettingsAck'; readonly count: number }
  | { readonly do: 'receiveClose' };

export interface Http2Options {
  /** Besides, or instead of, an initial window of 1 MB. */
  readonly settings?: Partial<Record<keyof typeof SETTINGS, number>>;
  /** Settings that have no name. */
  readonly unknownSettings?: readonly (readonly [number, number])[];
  /** Gives back no window for DATA that arrives, and none to begin with. */
  readonly credits?: false;
  /** Sends no preface and no SETTINGS of its own accord. */
  readonly prefaced?: false;
  /** Leaves PINGs without an answer. */
  readonly answersPings?: false;
}

/** One HTTP/2 connection of a client. */
export interface Http2ClientScript {
  readonly http2: Http2Options;
  readonly steps: readonly Http2Step[];
}

export interface Http2Reply {
  /** Whether the steps begin when the head of the request is read or the request is complete. */
  readonly after: 'head' | 'request';
  readonly steps: readonly Http2Step[];
}

/** An upstream that speaks HTTP/2 from the first byte. */
export interface Http2UpstreamScript {
  readonly http2: Http2Options;
  /** What it does to every connection at once, connection by connection; the last one serves all others. */
  readonly onConnection?: readonly (readonly Http2Step[])[];
  /** What it does to each request, in their order; the last one serves all others. */
  readonly replies: readonly Http2Reply[];
}

export function http2(...steps: readonly Http2Step[]): Http2ClientScript {
  return { http2: {}, steps };
}

export function http2With(
  options: Http2Options,
  ...steps: readonly Http2Step[]
): Http2ClientScript {
  return { http2: options, steps };
}

/** The fields of a request: `example.test` unless an `:authority` is given, in the place where it usually is. */
export function fieldsOf(
  method: string,
  path: string,
  headers: readonly string[] = [],
): readonly string[] {
  const authority = headers.some((line) => line.startsWith(':authority'))
    ? []
    : [':authority: example.test'];
  return [`:method: ${method}`, ':scheme: http', `:path: ${path}`, ...authority, ...headers];
}

/** A request without a body. */
export function ask(stream: number, method: string, path: string, ...headers: string[]): Http2Step {
  return headers2(stream, fieldsOf(method, path, headers), true);
}

/** The head of a request whose body follows. */
export function open(
  stream: number,
  method: string,
  path: string,
  ...headers: string[]
): Http2Step {
  return headers2(stream, fieldsOf(method, path, headers));
}

function headers2(stream: number, fields: readonly string[], end = false): Http2Step {
  return { do: 'headers', stream, fields, ...(end ? { end: true as const } : {}) };
}

/** Exactly these fields on a stream of the client. */
export function fields(stream: number, lines: readonly string[], end = true): Http2Step {
  return headers2(stream, lines, end);
}

export function body(stream: number, text: string): Http2Step {
  return { do: 'data', stream, text };
}

export function lastBody(stream: number, text: string): Http2Step {
  return { do: 'data', stream, text, end: true };
}

export function trailers(stream: number, ...lines: readonly string[]): Http2Step {
  return headers2(stream, lines, true);
}

export function resetStream(stream: number, code: ErrorCode): Http2Step {
  return { do: 'resetStream', stream, code };
}

/** The steps with all their bytes in one write. */
export function together(...steps: readonly Http2Step[]): Http2Step[] {
  return [{ do: 'cork' }, ...steps, { do: 'uncork' }];
}

export function receiveEnd(...streams: readonly number[]): Http2Step {
  return streams.length === 0 ? { do: 'receiveEnd' } : { do: 'receiveEnd', streams };
}

export const receiveGoaway: Http2Step = { do: 'receiveGoaway', count: 1 };

/** A request without a body, and its response. */
export function http2Get(path: string, ...headers: string[]): Http2ClientScript {
  return http2(ask(1, 'GET', path, ...headers), receiveEnd(1));
}

/** A request with a body, and its response. */
export function http2Post(path: string, text: string, ...headers: string[]): Http2ClientScript {
  return http2(open(1, 'POST', path, ...headers), lastBody(1, text), receiveEnd(1));
}

/** A request with exactly these fields, and what becomes of it. */
export function http2Fields(...lines: readonly string[]): Http2ClientScript {
  return http2(fields(1, lines), receiveEnd(1));
}

export function frame(
  type: keyof typeof FRAME_TYPES | number,
  flags: number,
  stream: number,
  payload = '',
  times = 1,
): Http2Step {
  return { do: 'frame', type, flags, stream, payload, ...(times > 1 ? { times } : {}) };
}

/** The bytes of a header block, as the payload of a {@link frame}. */
export function block(lines: readonly string[]): string {
  return encodeFields(lines).toString('latin1');
}

/**
 * The bytes of a header block that ends here, in frames of `size` bytes, the first of them of this type and,
 * if it begins the block, with END_STREAM.
 */
export function inPieces(
  type: 'HEADERS' | 'CONTINUATION',
  stream: number,
  bytes: string,
  size = 16_384,
): Http2Step[] {
  const steps: Http2Step[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const isFirst = at === 0 && type === 'HEADERS';
    const flags = (isFirst ? 1 : 0) | (at + size >= bytes.length ? 4 : 0);
    const piece = bytes.slice(at, at + size);
    steps.push(frame(isFirst ? 'HEADERS' : 'CONTINUATION', flags, stream, piece));
  }
  return steps;
}

export function number32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('latin1');
}

/** An upstream that speaks HTTP/2 and gives these replies. */
export function http2Upstream(...replies: readonly Http2Reply[]): Http2UpstreamScript {
  return { http2: {}, replies };
}

export function onHttp2Head(...steps: readonly Http2Step[]): Http2Reply {
  return { after: 'head', steps };
}

export function onHttp2Request(...steps: readonly Http2Step[]): Http2Reply {
  return { after: 'request', steps };
}

/** A whole response on the stream that is being answered. */
export function http2Reply(status: number, text: string, ...lines: readonly string[]): Http2Reply {
  const head = [`:status: ${status}`, ...lines];
  if (text === '') return onHttp2Request({ do: 'headers', fields: head, end: true });
  return onHttp2Request({ do: 'headers', fields: head }, { do: 'data', text, end: true });
}

/** Steps of an upstream on the stream that it is answering. */
export function head(...lines: readonly string[]): Http2Step {
  return { do: 'headers', fields: lines };
}

export function endingHead(...lines: readonly string[]): Http2Step {
  return { do: 'headers', fields: lines, end: true };
}

export function data(text: string): Http2Step {
  return { do: 'data', text };
}

export function lastData(text: string): Http2Step {
  return { do: 'data', text, end: true };
}

export function abort(code: ErrorCode): Http2Step {
  return { do: 'resetStream', code };
}

export const http2Hang: Http2Reply = { after: 'request', steps: [] };
