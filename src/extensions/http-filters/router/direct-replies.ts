import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import type { LocalReply, StreamFilterCallbacks } from '#connection-manager/filter.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { DirectResponseAction, RedirectAction, Route } from '#routing/route.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field } = connectionManagerStats;

/** The answer of a route that needs no upstream: its own, or a redirect. */
export function directReply(
  route: Route,
  action: DirectResponseAction | RedirectAction,
  headers: RequestHeaders,
  callbacks: StreamFilterCallbacks,
  stats: StatBlock,
  keepsOriginalPath: boolean,
): LocalReply {
  stats.inc(field.rq_direct_response);
  const { streamInfo } = callbacks;
  if (action.kind === 'redirect') action.rewritePath(headers, keepsOriginalPath);
  const location = action.location(headers, streamInfo);
  const isOwn = action.kind === 'direct_response';
  return {
    status: action.status,
    body: isOwn ? action.body(headers, streamInfo) : '',
    details: 'direct_response',
    modifyHeaders: (response: ResponseHeaders) => {
      if (location !== undefined) response.append('location', location);
      route.finalizeResponseHeaders(response, streamInfo, headers);
      if (isOwn && action.contentType !== undefined) {
        response.set('content-type', action.contentType);
      }
    },
  };
}
