import { BodyWriter } from '#http/h1/body-writer.ts';
import type { Http1ClientOptions } from '#http/h1/client-options.ts';
import { announcesEmptyBody } from '#http/h1/methods.ts';
import { casedLine, fixedCasingOf, type HeaderCasing } from '#http/header-casing.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { isUpgrade } from '#http/upgrade.ts';
import type { Connection } from '#network/connection.ts';

/** Writes requests (RFC 9112 sections 3, 6 and 7). Framing is always made anew. */
export class RequestWriter {
  isHead = false;
  isConnect = false;
  isUpgrade = false;
  readonly #body: BodyWriter;
  readonly #options: Http1ClientOptions;
  readonly #casing: HeaderCasing | undefined;

  constructor(connection: Connection, options: Http1ClientOptions) {
    this.#body = new BodyWriter(connection);
    this.#options = options;
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

  writeHead(headers: RequestHeaders, endStream: boolean): void {
    const { method } = headers;
    this.isHead = method === 'HEAD';
    this.isConnect = method === 'CONNECT';
    this.isUpgrade = isUpgrade(headers);
    const casing = headers.casing ?? this.#casing;
    const framingLine = this.#frame(headers, endStream, casing);
    const host = casing === undefined ? 'host' : casing.nameOf('host');
    const hostLine = `${host}: ${headers.authority}\r\n`;
    const lines = headers.toHttp1Lines(this.#casing);
    this.#body.writeHead(
      `${method} ${this.#target(headers)} HTTP/1.1\r\n${hostLine}${lines}${framingLine}\r\n`,
      hostLine.length + lines.length + framingLine.length,
    );
  }

  #target(headers: RequestHeaders): string {
    if (this.isConnect) return headers.authority;
    if (!this.#options.sendFullyQualifiedUrl) return headers.path;
    return `${headers.scheme}://${headers.authority}${headers.path}`;
  }

  /** Chooses how the body is framed; returns the line that says so, if one is missing. */
  #frame(headers: RequestHeaders, endStream: boolean, casing: HeaderCasing | undefined): string {
    if (this.isConnect || this.isUpgrade) {
      this.#body.begin('untilClose');
      return '';
    }
    if (headers.hasKnown(HeaderName['content-length'])) {
      if (this.#body.beginLength(headers)) return '';
      headers.removeKnown(HeaderName['content-length']);
    }
    if (endStream) {
      this.#body.begin('none');
      return announcesEmptyBody(headers.method) ? casedLine('content-length', '0', casing) : '';
    }
    this.#body.begin('chunked');
    return casedLine('transfer-encoding', 'chunked', casing);
  }

  writeBody(bytes: Buffer): void {
    this.#body.write(bytes);
  }

  /** False: the body is shorter than the head said, and the connection of no more use. */
  endBody(): boolean {
    return this.#body.end();
  }

  endWithTrailers(trailers: HeaderMap): boolean {
    const { enableTrailers } = this.#options;
    return this.#body.endWithTrailers(enableTrailers ? trailers : undefined, this.#casing);
  }
}
