import type {
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  StreamFilter,
} from '#connection-manager/filter.ts';
import { IterationMemory, type IterationStep } from '#connection-manager/filter-iteration.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

/** A filter on the way of requests. */
export class DecodeStep implements IterationStep<RequestHeaders> {
  readonly memory = new IterationMemory();
  readonly #filter: StreamFilter;

  constructor(filter: StreamFilter) {
    this.#filter = filter;
  }

  headers(headers: RequestHeaders, endStream: boolean): FilterHeadersStatus {
    return this.#filter.decodeHeaders(headers, endStream);
  }

  data(bytes: Buffer, endStream: boolean): FilterDataStatus {
    return this.#filter.decodeData(bytes, endStream);
  }

  trailers(trailers: HeaderMap): FilterTrailersStatus {
    return this.#filter.decodeTrailers(trailers);
  }
}

/** A filter on the way of responses. */
export class EncodeStep implements IterationStep<ResponseHeaders> {
  readonly memory = new IterationMemory();
  readonly #filter: StreamFilter;

  constructor(filter: StreamFilter) {
    this.#filter = filter;
  }

  /** A 1xx response. */
  interimHeaders(headers: ResponseHeaders): FilterTrailersStatus {
    return this.#filter.encode1xxHeaders(headers);
  }

  headers(headers: ResponseHeaders, endStream: boolean): FilterHeadersStatus {
    return this.#filter.encodeHeaders(headers, endStream);
  }

  data(bytes: Buffer, endStream: boolean): FilterDataStatus {
    return this.#filter.encodeData(bytes, endStream);
  }

  trailers(trailers: HeaderMap): FilterTrailersStatus {
    return this.#filter.encodeTrailers(trailers);
  }
}
