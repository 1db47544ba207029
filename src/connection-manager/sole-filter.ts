import { ActiveFilter } from '#connection-manager/active-filter.ts';
import type { ActiveStream } from '#connection-manager/active-stream.ts';
import type { FilterFactory, LocalReply, StreamFilter } from '#connection-manager/filter.ts';
import type { StreamFilters } from '#connection-manager/stream-filters.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

/**
 * The filters of a stream that has only one, which is most of them: the router. It is called
 * directly and nothing has to be remembered between the calls; a terminal filter sees no responses
 * but its own.
 */
export class SoleFilter extends ActiveFilter implements StreamFilters {
  readonly encoding = undefined;
  readonly #filter: StreamFilter;

  constructor(stream: ActiveStream, factory: FilterFactory) {
    super(stream, factory.name, undefined, 0);
    this.#filter = factory.create(this);
  }

  decodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    this.#filter.decodeHeaders(headers, endStream);
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    this.#filter.decodeData(bytes, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.#filter.decodeTrailers(trailers);
  }

  passInterimHeaders(headers: ResponseHeaders): void {
    this.stream.response.onInterimHeaders(headers);
  }

  startLocalReply(reply: LocalReply): void {
    this.stream.response.sendReply(reply);
  }

  onDestroy(): void {
    this.#filter.onDestroy();
  }
}
