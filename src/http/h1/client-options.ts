import type { HeaderKeyFormat } from '#http/protocol-options.ts';

/** What a connection to an upstream host is told. */
export interface Http1ClientOptions {
  /** Status line and header fields together, in bytes. */
  readonly maxResponseHeadersBytes: number;
  readonly maxHeadersCount: number;
  /** Otherwise trailers are read and forgotten, in both directions. */
  readonly enableTrailers: boolean;
  /** Take responses with both `content-length` and `transfer-encoding: chunked`. */
  readonly allowChunkedLength: boolean;
  /** Write the request target in absolute form. */
  readonly sendFullyQualifiedUrl: boolean;
  readonly headerKeyFormat: HeaderKeyFormat;
}
