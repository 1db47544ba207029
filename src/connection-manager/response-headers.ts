import { isUpgrade } from '#connection-manager/request-headers.ts';
import type { HttpConnectionManagerConfig } from '#http/connection-manager-config.ts';
import type { RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';

/** `date` values, made once a second. */
export class DateHeader {
  #second = -1;
  #text = '';

  at(wallMs: number): string {
    const second = Math.floor(wallMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(second * 1000).toUTCString();
    }
    return this.#text;
  }
}

/** Makes a response fit for the client, in the order of Envoy's `encodeHeaders`. */
export function prepareResponseHeaders(
  headers: ResponseHeaders,
  request: RequestHeaders | undefined,
  config: HttpConnectionManagerConfig,
  date: string,
): void {
  if (!headers.hasKnown(HeaderName.date)) {
    headers.appendKnown(HeaderName.date, 'date', date);
  }
  const { serverHeaderTransformation, serverName } = config;
  if (serverHeaderTransformation !== 'PASS_THROUGH') {
    const isPresent = headers.hasKnown(HeaderName.server);
    if (!isPresent) headers.appendKnown(HeaderName.server, 'server', serverName);
    else if (serverHeaderTransformation === 'OVERWRITE') headers.set('server', serverName);
  }
  if (request === undefined || !isUpgrade(request) || !headers.hasKnown(HeaderName.upgrade)) {
    headers.removeKnown(HeaderName.connection);
    headers.removeKnown(HeaderName.upgrade);
  }
  headers.removeKnown(HeaderName['transfer-encoding']);
  headers.removeKnown(HeaderName['keep-alive']);
  headers.removeKnown(HeaderName['proxy-connection']);
  const id = request?.getKnown(HeaderName['x-request-id']);
  if (config.requestId.alwaysSetInResponse && id !== undefined) headers.set('x-request-id', id);
  if (config.forwarding.via !== '') {
    const via = headers.getJoined('via');
    headers.set(
      'via',
      via === undefined ? config.forwarding.via : `${via}, ${config.forwarding.via}`,
    );
  }
}
