import { DEFAULT_HTTP2_OPTIONS, type Http2Options } from '#http/h2/http2-options.ts';
import type { CommonHttpProtocolConfig, Http2ProtocolConfig } from '#http/protocol-options.ts';

/** The part of a connection manager's configuration that its HTTP/2 codec needs. */
export function http2ServerOptions(
  config: {
    readonly http2: Http2ProtocolConfig;
    readonly common: CommonHttpProtocolConfig;
    readonly maxRequestHeadersKb: number;
    readonly streamIdleTimeoutMs: number;
    readonly streamFlushTimeoutMs: number | undefined;
  },
  bufferLimitBytes: number,
): Http2Options {
  const { http2, common, maxRequestHeadersKb, streamIdleTimeoutMs, streamFlushTimeoutMs } = config;
  const { streamBufferLimitBytes } = DEFAULT_HTTP2_OPTIONS;
  return {
    ...http2,
    maxHeadersBytes: maxRequestHeadersKb * 1024,
    maxHeadersCount: common.maxHeadersCount,
    headersWithUnderscoresAction: common.headersWithUnderscoresAction,
    streamBufferLimitBytes: Math.min(streamBufferLimitBytes, bufferLimitBytes || Infinity),
    streamFlushTimeoutMs: streamFlushTimeoutMs ?? streamIdleTimeoutMs,
  };
}
