import type { LocalReply } from '#connection-manager/filter.ts';
import type { LocalReplyRules, RepliedStream } from '#connection-manager/local-reply-rules.ts';
import { encodeGrpcMessage } from '#http/grpc-message.ts';
import { grpcStatusOfHttp } from '#http/grpc-status.ts';
import { acquireResponseHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

const TEXT = 'text/plain';

/** Headers and body of a reply that the proxy makes itself. */
export interface RenderedReply {
  readonly headers: ResponseHeaders;
  /** One character for each byte; empty where the headers are all. */
  readonly body: string;
}

/**
 * Makes the response that a local reply stands for: the route's header rules, what the caller adds,
 * what `local_reply_config` changes, and the shape that gRPC clients understand. The order is that
 * of Envoy's `Utility::prepareLocalReply`. `setHeaders` hears of the headers before rules look at
 * them.
 */
export function renderLocalReply(
  reply: LocalReply,
  stream: RepliedStream,
  rules: LocalReplyRules | undefined,
  setHeaders: (headers: ResponseHeaders) => void,
): RenderedReply {
  const { streamInfo, requestHeaders } = stream;
  const headers = acquireResponseHeaders();
  setHeaders(headers);
  headers.status = reply.status;
  const { knownRoute: route } = stream;
  if (route?.action.kind === 'route') {
    route.finalizeResponseHeaders(headers, streamInfo, requestHeaders);
  }
  reply.modifyHeaders?.(headers);
  // As in Envoy, header rules do not see the status yet: to them, %RESPONSE_CODE% is 0.
  streamInfo.responseCode = reply.status;
  stream.localReplyBody = reply.body;
  const typeBefore = headers.getKnown(HeaderName['content-type']);
  const formatType = rules?.apply(stream, headers);
  if (stream.isGrpc) {
    return grpcReply(reply, stream, headers, formatType);
  }
  const isHead = requestHeaders?.method === 'HEAD';
  const body = stream.localReplyBody;
  if (body === '') {
    headers.removeKnown(HeaderName['content-length']);
    headers.removeKnown(HeaderName['content-type']);
    return { headers, body };
  }
  headers.set('content-length', String(body.length));
  const type = headers.getKnown(HeaderName['content-type']);
  const hasOwnType = type !== undefined && (type !== typeBefore || body === reply.body);
  if (!hasOwnType) headers.set('content-type', formatType ?? TEXT);
  return { headers, body: isHead ? '' : body };
}

/** Status and message are headers: a "trailers only" response of gRPC. */
function grpcReply(
  reply: LocalReply,
  stream: RepliedStream,
  headers: ResponseHeaders,
  formatType: string | undefined,
): RenderedReply {
  const status = reply.grpcStatus ?? grpcStatusOfHttp(headers.status);
  headers.status = 200;
  headers.set('content-type', 'application/grpc');
  if (!headers.getKnown(HeaderName['grpc-status'])) headers.set('grpc-status', String(status));
  const isHead = stream.requestHeaders?.method === 'HEAD';
  let message = stream.localReplyBody;
  // The formatter ends JSON with a line end, which a header must not have.
  if (formatType === 'application/json' && message.endsWith('\n')) message = message.slice(0, -1);
  if (message !== '' && !isHead) headers.set('grpc-message', encodeGrpcMessage(message));
  headers.removeKnown(HeaderName['content-length']);
  return { headers, body: '' };
}
