import type { MutationsConfig } from '#extensions/http-filters/header-mutation/header-mutation-config.ts';
import {
  buildHeaderMutators,
  type HeaderMutator,
} from '#extensions/http-filters/header-mutation/header-mutator.ts';
import { QueryMutator } from '#extensions/http-filters/header-mutation/query-mutator.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { routeFormatterContext } from '#routing/route-formatter-context.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** What one level does to the messages of a stream. */
export class Mutations {
  readonly #request: readonly HeaderMutator[];
  readonly #query: QueryMutator;
  readonly #requestTrailers: readonly HeaderMutator[];
  readonly #response: readonly HeaderMutator[];
  readonly #responseTrailers: readonly HeaderMutator[];

  constructor(config: MutationsConfig) {
    this.#request = buildHeaderMutators(config.request, 'request');
    this.#query = new QueryMutator(config.query);
    this.#requestTrailers = buildHeaderMutators(config.requestTrailers, 'request');
    this.#response = buildHeaderMutators(config.response, 'response');
    this.#responseTrailers = buildHeaderMutators(config.responseTrailers, 'response');
  }

  mutateRequest(headers: RequestHeaders, info: StreamInfo): void {
    for (const mutate of this.#request) mutate(headers, info, headers, undefined);
    if (this.#query.isIdle || headers.path === '') return;
    const context = routeFormatterContext(info, headers, undefined);
    headers.path = this.#query.mutate(headers.path, context);
  }

  mutateRequestTrailers(
    trailers: HeaderMap,
    info: StreamInfo,
    headers: RequestHeaders | undefined,
  ): void {
    for (const mutate of this.#requestTrailers) mutate(trailers, info, headers, undefined);
  }

  mutateResponse(
    headers: ResponseHeaders,
    info: StreamInfo,
    requestHeaders: RequestHeaders | undefined,
  ): void {
    for (const mutate of this.#response) mutate(headers, info, requestHeaders, headers);
  }

  mutateResponseTrailers(
    trailers: HeaderMap,
    info: StreamInfo,
    requestHeaders: RequestHeaders | undefined,
    responseHeaders: ResponseHeaders | undefined,
  ): void {
    for (const mutate of this.#responseTrailers) {
      mutate(trailers, info, requestHeaders, responseHeaders);
    }
  }
}
