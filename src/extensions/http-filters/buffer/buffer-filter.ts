import {
  type FilterDataStatus,
  type FilterHeadersStatus,
  type FilterTrailersStatus,
  StreamFilter,
  type StreamFilterCallbacks,
} from '#connection-manager/filter.ts';
import type {
  BufferConfig,
  BufferRouteConfig,
} from '#extensions/http-filters/buffer/buffer-config.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

/** Holds a request until all of it is there, so that upstreams never wait for slow clients. */
export class BufferFilter extends StreamFilter {
  readonly #config: BufferConfig;
  /** Present while a request is held. */
  #headers: RequestHeaders | undefined = undefined;
  #length = 0;

  constructor(callbacks: StreamFilterCallbacks, config: BufferConfig) {
    super(callbacks);
    this.#config = config;
  }

  override decodeHeaders(headers: RequestHeaders, endStream: boolean): FilterHeadersStatus {
    if (endStream) return 'continue';
    const ofRoute = this.callbacks.perFilterConfig as BufferRouteConfig | undefined;
    if (ofRoute === 'disabled') return 'continue';
    this.callbacks.setDecoderBufferLimit((ofRoute ?? this.#config).maxRequestBytes);
    this.#headers = headers;
    return 'stopIteration';
  }

  override decodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    if (this.#headers === undefined) return 'continue';
    this.#length += bytes.length;
    if (!endStream) return 'stopIterationAndBuffer';
    this.#addContentLength(this.#headers);
    return 'continue';
  }

  override decodeTrailers(_trailers: HeaderMap): FilterTrailersStatus {
    if (this.#headers !== undefined) this.#addContentLength(this.#headers);
    return 'continue';
  }

  #addContentLength(headers: RequestHeaders): void {
    if (headers.hasKnown(HeaderName['content-length'])) return;
    headers.set('content-length', String(this.#length));
  }
}
