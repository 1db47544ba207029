import type { HttpConnectionManagerConfig } from '#connection-manager/connection-manager-config.ts';
import { appendToList } from '#connection-manager/forwarding-headers.ts';
import { HeaderSet } from '#http/header-set.ts';
import { HeaderName } from '#http/known-headers.ts';
import { recurringField } from '#http/recurring-fields.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { isUpgrade } from '#http/upgrade.ts';

/** `date` values, made once a second. */
export class DateHeader {
  #second = -1;
  #text = '';

  /** RFC 9110 section 5.6.7, for milliseconds since 1970. */
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
    headers.appendField(recurringField(HeaderName.date, date));
  }
  const { serverHeaderTransformation, serverName } = config;
  if (serverHeaderTransformation !== 'PASS_THROUGH') {
    if (serverHeaderTransformation === 'OVERWRITE' || !headers.hasKnown(HeaderName.server)) {
      headers.setField(recurringField(HeaderName.server, serverName));
    }
  }
  cleanResponseHeaders(headers, request);
  if (
    config.requestId.alwaysSetInResponse ||
    request?.hasKnown(HeaderName['x-envoy-force-trace'])
  ) {
    const id = request?.getKnown(HeaderName['x-request-id']);
    if (id !== undefined) headers.set('x-request-id', id);
  }
  if (config.forwarding.via !== '') appendToList(headers, 'via', config.forwarding.via, ', ');
}

const OF_UPGRADES = new HeaderSet(['connection', 'upgrade']);
const OF_CONNECTIONS = new HeaderSet(['transfer-encoding', 'keep-alive', 'proxy-connection']);

/** Removes what concerns the upstream connection alone; also from 1xx responses. */
export function cleanResponseHeaders(
  headers: ResponseHeaders,
  request: RequestHeaders | undefined,
): void {
  if (headers.hasKnown(HeaderName.upgrade) && isUpgradeAnswer(headers, request)) {
    const isBodiless =
      !headers.hasKnown(HeaderName['transfer-encoding']) &&
      !headers.hasKnown(HeaderName['content-length']);
    // A refused upgrade without a word about its body has none.
    if (isBodiless && headers.status >= 200) headers.append('content-length', '0');
  } else {
    headers.removeAny(OF_UPGRADES);
  }
  headers.removeAny(OF_CONNECTIONS);
}

function isUpgradeAnswer(headers: ResponseHeaders, request: RequestHeaders | undefined): boolean {
  return request !== undefined && isUpgrade(request) && isUpgrade(headers);
}
