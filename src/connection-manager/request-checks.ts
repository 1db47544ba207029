import type { LocalReply } from '#connection-manager/filter.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import type { RequestHeaders } from '#http/header-map.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** What is refused before any filter sees it; nothing for a request that may pass. */
export function checkRequest(
  headers: RequestHeaders,
  info: StreamInfo,
  manager: HttpConnectionManager,
): LocalReply | undefined {
  const { config } = manager;
  if (info.protocol === 'HTTP/1.0' && !config.http1.acceptHttp10) {
    return { status: 426, body: '', details: 'low_version' };
  }
  if (headers.authority === '') {
    if (info.protocol !== 'HTTP/1.0' || config.http1.defaultHostForHttp10 === '') {
      return { status: 400, body: '', details: 'missing_host_header' };
    }
    headers.authority = config.http1.defaultHostForHttp10;
  }
  return undefined;
}
