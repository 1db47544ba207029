import {
  type FilterHeadersStatus,
  type FilterTrailersStatus,
  StreamFilter,
  type StreamFilterCallbacks,
} from '#connection-manager/filter.ts';
import type { Mutations } from '#extensions/http-filters/header-mutation/mutations.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

/** Changes headers and trailers of both directions as filter and routes say. */
export class HeaderMutationFilter extends StreamFilter {
  readonly #own: Mutations;
  readonly #findOfRoute: (callbacks: StreamFilterCallbacks) => readonly Mutations[];
  #ofRoute: readonly Mutations[] | undefined = undefined;
  #responseHeaders: ResponseHeaders | undefined = undefined;

  /** `findOfRoute` gives what routes and their like say, in the order in which it is applied. */
  constructor(
    callbacks: StreamFilterCallbacks,
    own: Mutations,
    findOfRoute: (callbacks: StreamFilterCallbacks) => readonly Mutations[],
  ) {
    super(callbacks);
    this.#own = own;
    this.#findOfRoute = findOfRoute;
  }

  override decodeHeaders(headers: RequestHeaders, _endStream: boolean): FilterHeadersStatus {
    const { streamInfo } = this.callbacks;
    this.#own.mutateRequest(headers, streamInfo);
    for (const mutations of this.#routeMutations()) mutations.mutateRequest(headers, streamInfo);
    return 'continue';
  }

  override decodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    const { streamInfo, requestHeaders } = this.callbacks;
    this.#own.mutateRequestTrailers(trailers, streamInfo, requestHeaders);
    for (const mutations of this.#routeMutations()) {
      mutations.mutateRequestTrailers(trailers, streamInfo, requestHeaders);
    }
    return 'continue';
  }

  override encodeHeaders(headers: ResponseHeaders, _endStream: boolean): FilterHeadersStatus {
    const { streamInfo, requestHeaders } = this.callbacks;
    this.#responseHeaders = headers;
    this.#own.mutateResponse(headers, streamInfo, requestHeaders);
    for (const mutations of this.#routeMutations()) {
      mutations.mutateResponse(headers, streamInfo, requestHeaders);
    }
    return 'continue';
  }

  override encodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    const { streamInfo, requestHeaders } = this.callbacks;
    const heads = [requestHeaders, this.#responseHeaders] as const;
    this.#own.mutateResponseTrailers(trailers, streamInfo, ...heads);
    for (const mutations of this.#routeMutations()) {
      mutations.mutateResponseTrailers(trailers, streamInfo, ...heads);
    }
    return 'continue';
  }

  #routeMutations(): readonly Mutations[] {
    this.#ofRoute ??= this.#findOfRoute(this.callbacks);
    return this.#ofRoute;
  }
}
