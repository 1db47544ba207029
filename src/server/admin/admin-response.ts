import { type JsonValue, prettyJson } from '#server/admin/json-value.ts';

/** Content types as Envoy spells them. */
export const TEXT_TYPE = 'text/plain; charset=UTF-8';
export const HTML_TYPE = 'text/html; charset=UTF-8';
export const JSON_TYPE = 'application/json';

/** What a page answers; date, caching and sniffing headers are the server's. */
export interface AdminResponse {
  readonly status: number;
  readonly contentType: string;
  /** Long pages come in pieces, so that the main thread is free between them. */
  readonly body: string | Uint8Array | AsyncIterable<string>;
  /** Further headers, such as a file name for what is downloaded. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Plain text; errors have no line end where Envoy's have none. */
export function textResponse(text: string, status = 200): AdminResponse {
  return { status, contentType: TEXT_TYPE, body: text };
}

/** A JSON document with Envoy's white space. */
export function jsonResponse(value: JsonValue): AdminResponse {
  return { status: 200, contentType: JSON_TYPE, body: prettyJson(value) };
}

/** What actions answer. */
export function okResponse(): AdminResponse {
  return textResponse('OK\n');
}
