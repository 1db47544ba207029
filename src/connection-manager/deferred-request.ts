import { BodyBuffer } from '#connection-manager/body-buffer.ts';
import type { StreamFilters } from '#connection-manager/stream-filters.ts';
import type { ResponseEncoder } from '#http/codec.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

/** A request that waits for its turn: what the client sends meanwhile is kept. */
export class DeferredRequest {
  readonly #headers: RequestHeaders;
  readonly #encoder: ResponseEncoder;
  readonly #limitBytes: number;
  readonly #body = new BodyBuffer();
  #trailers: HeaderMap | undefined = undefined;
  #isComplete: boolean;
  #isPaused = false;

  constructor(
    headers: RequestHeaders,
    endStream: boolean,
    encoder: ResponseEncoder,
    limitBytes: number,
  ) {
    this.#headers = headers;
    this.#isComplete = endStream;
    this.#encoder = encoder;
    this.#limitBytes = limitBytes;
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    this.#body.add(bytes);
    this.#isComplete = endStream;
    if (this.#isPaused || this.#body.length <= this.#limitBytes) return;
    this.#isPaused = true;
    this.#encoder.readDisable(true);
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.#trailers = trailers;
  }

  /** Its turn has come. `isOver` is asked before each step: any of them may end the stream. */
  passOn(filters: StreamFilters, isOver: () => boolean): void {
    const trailers = this.#trailers;
    const hasBody = this.#body.length > 0;
    filters.decodeHeaders(this.#headers, this.#isComplete && !hasBody);
    if (hasBody && !isOver()) filters.decodeData(this.#body.takeAll(), this.#isComplete);
    if (trailers !== undefined && !isOver()) filters.decodeTrailers(trailers);
    if (this.#isPaused && !isOver()) this.#encoder.readDisable(false);
  }
}
