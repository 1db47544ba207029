import type { LocalReply } from '#connection-manager/filter.ts';
import type { FilterIteration } from '#connection-manager/filter-iteration.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

/** The filters of one stream. What comes out of them goes to the stream itself. */
export interface StreamFilters {
  decodeHeaders(headers: RequestHeaders, endStream: boolean): void;
  decodeData(bytes: Buffer, endStream: boolean): void;
  decodeTrailers(trailers: HeaderMap): void;
  /** The way of responses; absent where no filter looks at them. */
  readonly encoding: FilterIteration<ResponseHeaders> | undefined;
  passInterimHeaders(headers: ResponseHeaders): void;
  /** Lets a reply of the proxy's own begin its way, now or when the filter at work returns. */
  startLocalReply(reply: LocalReply): void;
  /** The stream is over. */
  onDestroy(): void;
}
