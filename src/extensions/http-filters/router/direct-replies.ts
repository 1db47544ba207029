import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import type { LocalReply, StreamFilterCallbacks } from '#connection-manager/filter.ts';
import type { RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { requestLocation } from '#routing/redirect-location.ts';
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
  let location = '';
  if (action.kind === 'redirect') {
    action.rewritePath(headers, keepsOriginalPath);
    location = action.location(headers);
  } else if (needsLocation(action.status)) {
    location = requestLocation(headers);
  }
  return {
    status: action.status,
    body: action.kind === 'direct_response' ? action.body : '',
    details: 'direct_response',
    modifyHeaders: (response: ResponseHeaders) => {
      if (location !== '') response.append('location', location);
      route.finalizeResponseHeaders(response, callbacks.streamInfo, headers);
    },
  };
}

/** RFC 9110 section 10.2.2: a 201 says where the resource is, a 3xx where to look instead. */
function needsLocation(status: number): boolean {
  return status === 201 || (status >= 300 && status < 400);
}
