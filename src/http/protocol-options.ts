import type { Http2Options } from '#http/h2/http2-options.ts';

/** `common_http_protocol_options`, with the defaults of the downstream side. */
export interface CommonHttpProtocolConfig {
  /** Without a stream on the connection; default 3,600,000. */
  readonly idleTimeoutMs: number;
  readonly maxConnectionDurationMs: number;
  readonly maxStreamDurationMs: number;
  /** Default 100. */
  readonly maxHeadersCount: number;
  readonly headersWithUnderscoresAction: 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER';
  /** 0 is no limit, the default. */
  readonly maxRequestsPerConnection: number;
}

/** How header names are written on the wire. */
export type HeaderKeyFormat =
  | { readonly kind: 'lower_case' }
  | { readonly kind: 'proper_case_words' }
  | {
      readonly kind: 'preserve_case';
      readonly forwardReasonPhrase: boolean;
      /** Of the headers that the proxy itself adds. */
      readonly ownHeaders: 'lower_case' | 'proper_case_words';
    };

/** `http_protocol_options`. */
export interface Http1ProtocolConfig {
  /** Default true. */
  readonly allowAbsoluteUrl: boolean;
  readonly acceptHttp10: boolean;
  /** Empty: HTTP/1.0 requests without a host are refused. */
  readonly defaultHostForHttp10: string;
  readonly headerKeyFormat: HeaderKeyFormat;
  readonly enableTrailers: boolean;
  /** Take messages with both `content-length` and `transfer-encoding: chunked`. */
  readonly allowChunkedLength: boolean;
  /** Take any method that is a token, not the registered ones alone. */
  readonly allowCustomMethods: boolean;
}

/** `http2_protocol_options`; what other messages add to it for a connection is in `Http2Options`. */
export type Http2ProtocolConfig = Pick<
  Http2Options,
  | 'hpackTableSize'
  | 'maxConcurrentStreams'
  | 'initialStreamWindowSize'
  | 'streamWindowMax'
  | 'initialConnectionWindowSize'
  | 'allowConnect'
  | 'maxOutboundFrames'
  | 'maxOutboundControlFrames'
  | 'maxConsecutiveInboundFramesWithEmptyPayload'
  | 'maxInboundPriorityFramesPerStream'
  | 'maxInboundWindowUpdateFramesPerDataFrameSent'
  | 'streamErrorOnInvalidHttpMessage'
  | 'customSettings'
  | 'connectionKeepalive'
>;
