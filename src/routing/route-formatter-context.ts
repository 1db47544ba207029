import type { FormatterContext } from '#formatter/formatter-context.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** What formats in a route configuration are filled in from. */
export function routeFormatterContext(
  streamInfo: StreamInfo,
  requestHeaders: RequestHeaders | undefined,
  responseHeaders: ResponseHeaders | undefined,
  localReplyBody = '',
): FormatterContext {
  return {
    requestHeaders,
    responseHeaders,
    responseTrailers: undefined,
    streamInfo,
    localReplyBody,
    accessLogType: 'NotSet',
  };
}
