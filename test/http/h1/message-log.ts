import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

export type Fields = readonly (readonly [name: string, value: string])[];

/** One message as somebody behind a codec heard it. */
export interface HeardMessage {
  /** `GET example.test /path` or a status code. */
  readonly start: string;
  readonly fields: Fields;
  readonly interim: readonly number[];
  readonly body: string;
  readonly trailers: Fields | undefined;
  readonly isComplete: boolean;
  /** The details of an error or a reset. */
  readonly failure: string | undefined;
}

export function fieldsOf(headers: HeaderMap): Fields {
  const fields: [string, string][] = [];
  headers.forEach((name, value) => fields.push([name, value]));
  return fields;
}

export function startOfRequest({ method, authority, path }: RequestHeaders): string {
  return `${method} ${authority} ${path}`;
}

/** Writes down what one stream's decoder is told, and checks that it is told so in order. */
export class MessageLog {
  start = '';
  fields: Fields = [];
  readonly interim: number[] = [];
  body = '';
  trailers: Fields | undefined = undefined;
  isComplete = false;
  failure: string | undefined = undefined;
  highWatermarks = 0;
  lowWatermarks = 0;

  heardHead(start: string, headers: HeaderMap, endStream: boolean): void {
    this.#mustBeOpen('head');
    if (this.start !== '') throw new Error('a second head');
    this.start = start;
    this.fields = fieldsOf(headers);
    this.isComplete = endStream;
  }

  decode1xxHeaders(headers: ResponseHeaders): void {
    this.#mustBeOpen('interim head');
    this.interim.push(headers.status);
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    this.#mustBeOpen('data');
    if (this.start === '') throw new Error('data before the head');
    this.body += bytes.toString('latin1');
    this.isComplete = endStream;
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.#mustBeOpen('trailers');
    this.trailers = fieldsOf(trailers);
    this.isComplete = true;
  }

  onResetStream(reason: string, details: string): void {
    this.failure = `${reason}: ${details}`;
  }

  onAboveWriteBufferHighWatermark(): void {
    this.highWatermarks++;
  }

  onBelowWriteBufferLowWatermark(): void {
    this.lowWatermarks++;
  }

  get heard(): HeardMessage {
    const { start, fields, interim, body, trailers, isComplete, failure } = this;
    return { start, fields, interim: [...interim], body, trailers, isComplete, failure };
  }

  #mustBeOpen(what: string): void {
    if (this.isComplete || this.failure !== undefined) throw new Error(`${what} after the end`);
  }
}
