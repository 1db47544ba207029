import { BodyWriter } from '#http/h1/body-writer.ts';
import type { Http1ServerOptions } from '#http/h1/server-options.ts';
import { statusLine, statusLineWith } from '#http/h1/status-line.ts';
import { casedLine, fixedCasingOf, type HeaderCasing } from '#http/header-casing.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { Connection } from '#network/connection.ts';

/** What of a request decides how its response is written. */
export interface AnsweredRequest {
  minorVersion: number;
  isHead: boolean;
  isConnect: boolean;
  isUpgrade: boolean;
}

/** Writes responses (RFC 9112 sections 4, 6 and 7). Framing is always made anew. */
export class ResponseWriter {
  readonly #body: BodyWriter;
  readonly #enableTrailers: boolean;
  readonly #casing: HeaderCasing | undefined;
  #isTunnel = false;

  constructor(connection: Connection, options: Http1ServerOptions) {
    this.#body = new BodyWriter(connection);
    this.#enableTrailers = options.enableTrailers;
    this.#casing = fixedCasingOf(options.headerKeyFormat);
  }

  get wireBytesSent(): number {
    return this.#body.wireBytesSent;
  }

  get headerBytesSent(): number {
    return this.#body.headerBytesSent;
  }

  resetBytes(): void {
    this.#body.resetBytes();
  }

  /** Whether only the end of the connection will tell the client that the response is complete. */
  get endsWithConnection(): boolean {
    return this.#body.framing === 'untilClose' && !this.#isTunnel;
  }

  write1xxHead(headers: ResponseHeaders): void {
    headers.removeKnown(HeaderName['content-length']);
    const lines = headers.toHttp1Lines(this.#casing);
    this.#body.writeHead(`${statusLine(headers.status, 1)}${lines}\r\n`, lines.length);
  }

  /** Writes the head and prepares for the body. */
  writeHead(headers: ResponseHeaders, endStream: boolean, request: AnsweredRequest): void {
    const { status } = headers;
    const { minorVersion } = request;
    const isTunnel =
      (status === 101 && request.isUpgrade) || (request.isConnect && status >= 200 && status < 300);
    let framingLine = '';
    this.#isTunnel = isTunnel;
    if (isTunnel) {
      this.#body.begin('untilClose');
      // RFC 9110 section 9.3.6: neither length nor coding.
      headers.removeKnown(HeaderName['content-length']);
    } else if (isAlwaysBodiless(status)) {
      this.#body.begin('none');
      // RFC 9110 section 8.6 forbids it there, and in 304 it says what a 200 would have had.
      if (status !== 304) headers.removeKnown(HeaderName['content-length']);
    } else {
      framingLine = this.#frame(headers, endStream, request);
    }
    const reason = headers.casing?.reasonPhrase ?? '';
    const start =
      reason === ''
        ? statusLine(status, minorVersion)
        : statusLineWith(status, minorVersion, reason);
    const lines = headers.toHttp1Lines(this.#casing);
    this.#body.writeHead(`${start}${lines}${framingLine}\r\n`, lines.length + framingLine.length);
  }

  /** Chooses how the body is framed; returns the line that says so, if one is missing. */
  #frame(headers: ResponseHeaders, endStream: boolean, request: AnsweredRequest): string {
    const { isHead, minorVersion } = request;
    const hasLength = headers.hasKnown(HeaderName['content-length']);
    if (isHead) {
      this.#body.begin('none');
      if (hasLength || minorVersion === 0) return '';
      // What a GET would have been answered with, as far as it can be guessed.
      return this.#line(headers, 'transfer-encoding', 'chunked');
    }
    if (hasLength) {
      if (this.#body.beginLength(headers)) return '';
      headers.removeKnown(HeaderName['content-length']);
    }
    if (endStream) {
      this.#body.begin('none');
      return this.#line(headers, 'content-length', '0');
    }
    if (minorVersion === 0) {
      this.#body.begin('untilClose');
      return '';
    }
    this.#body.begin('chunked');
    return this.#line(headers, 'transfer-encoding', 'chunked');
  }

  #line(headers: HeaderMap, name: string, value: string): string {
    return casedLine(name, value, headers.casing ?? this.#casing);
  }

  writeBody(bytes: Buffer): void {
    this.#body.write(bytes);
  }

  /** False: the body is shorter than the head said, and the connection of no more use. */
  endBody(): boolean {
    return this.#body.end();
  }

  endWithTrailers(trailers: HeaderMap): boolean {
    return this.#body.endWithTrailers(this.#enableTrailers ? trailers : undefined, this.#casing);
  }
}

/** Responses that have no body whatever their fields say (RFC 9112 section 6.3). */
function isAlwaysBodiless(status: number): boolean {
  return status === 204 || status === 304 || status < 200;
}
