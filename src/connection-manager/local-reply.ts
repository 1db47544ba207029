import type { LocalReply } from '#connection-manager/filter.ts';
import type { ResponseHeaders } from '#http/header-map.ts';
import { acquireResponseHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';

/** Headers and body of a reply that the proxy makes itself. */
export function localReplyHeaders(reply: LocalReply): {
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
} {
  const headers = acquireResponseHeaders();
  headers.status = reply.status;
  reply.modifyHeaders?.(headers);
  const body = Buffer.from(reply.body, 'latin1');
  if (body.length > 0) {
    headers.set('content-length', String(body.length));
    if (!headers.hasKnown(HeaderName['content-type'])) {
      headers.append('content-type', 'text/plain');
    }
  }
  return { headers, body };
}
