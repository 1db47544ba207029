import type {
  CommonHttpProtocolConfig,
  HeaderKeyFormat,
  Http1ProtocolConfig,
} from '#http/protocol-options.ts';

/** What a server connection is told; its sources are Envoy's `Http1ProtocolOptions`. */
export interface Http1ServerOptions {
  /** Start line and header fields together, in bytes. */
  readonly maxRequestHeadersBytes: number;
  readonly maxHeadersCount: number;
  readonly allowAbsoluteUrl: boolean;
  readonly acceptHttp10: boolean;
  readonly allowChunkedLength: boolean;
  readonly allowCustomMethods: boolean;
  /** Otherwise trailers are read and forgotten, in both directions. */
  readonly enableTrailers: boolean;
  readonly headerKeyFormat: HeaderKeyFormat;
}

/** The part of a connection manager's configuration that its codec needs. */
export function http1ServerOptions(config: {
  readonly http1: Http1ProtocolConfig;
  readonly common: CommonHttpProtocolConfig;
  readonly maxRequestHeadersKb: number;
}): Http1ServerOptions {
  const { http1, common, maxRequestHeadersKb } = config;
  return {
    maxRequestHeadersBytes: maxRequestHeadersKb * 1024,
    maxHeadersCount: common.maxHeadersCount,
    allowAbsoluteUrl: http1.allowAbsoluteUrl,
    acceptHttp10: http1.acceptHttp10,
    allowChunkedLength: http1.allowChunkedLength,
    allowCustomMethods: http1.allowCustomMethods,
    enableTrailers: http1.enableTrailers,
    headerKeyFormat: http1.headerKeyFormat,
  };
}
