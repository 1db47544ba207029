/** A setting that is announced as it is configured (`custom_settings_parameters`). */
export interface CustomSetting {
  readonly identifier: number;
  readonly value: number;
}

/** PING frames that find out whether the peer is still there (`connection_keepalive`). */
export interface Http2Keepalive {
  /** From one answer to the next PING; 0: no regular PINGs. */
  readonly intervalMs: number;
  /** Without any frame from the peer for so long after a PING, the connection is closed. */
  readonly timeoutMs: number;
  /** Up to so many per cent are added to each interval at random; default 15. */
  readonly intervalJitterPercent: number;
  /** Upstream only: a PING goes before the first stream after so long without a byte; 0: none. */
  readonly connectionIdleIntervalMs: number;
}

/**
 * What one HTTP/2 connection is told, on either side: `config.core.v3.Http2ProtocolOptions` with the
 * limits of its connection manager or cluster filled in.
 */
export interface Http2Options {
  /** Bytes of the HPACK table that the peer may use, and the most that ours takes; default 4,096. */
  readonly hpackTableSize: number;
  /** Streams that the peer may have open (server), or that we open (client); default 1,024. */
  readonly maxConcurrentStreams: number;
  /**
   * Bytes that the peer may send on a stream before we have passed them on; default 65,535. Envoy's
   * is 16 MiB, all of which have to be kept when the other side stops reading: a few stalled
   * streams fill the window of their connection, and every other one waits for them.
   */
  readonly initialStreamWindowSize: number;
  /**
   * Up to here the window of a stream grows: to `streamBufferLimitBytes` as soon as somebody takes
   * its body, beyond that once more of it was passed on than the other side may keep. Default
   * 16 MiB; a configured `initial_stream_window_size` stays what it is.
   */
  readonly streamWindowMax: number;
  /** Bytes that the peer may send on all streams before we have read them; default 24 MiB. */
  readonly initialConnectionWindowSize: number;
  /** Extended CONNECT (RFC 8441) is offered to the peer. */
  readonly allowConnect: boolean;
  /** Frames that may wait for a peer that does not read; default 10,000. */
  readonly maxOutboundFrames: number;
  /** The same for acknowledgements and RST_STREAM; default 1,000. */
  readonly maxOutboundControlFrames: number;
  /** Frames in a row that carry neither bytes nor an end; default 1. */
  readonly maxConsecutiveInboundFramesWithEmptyPayload: number;
  /** PRIORITY frames for each stream; default 100. */
  readonly maxInboundPriorityFramesPerStream: number;
  /** WINDOW_UPDATE frames for each DATA frame that we sent; default 10. */
  readonly maxInboundWindowUpdateFramesPerDataFrameSent: number;
  /** A malformed message ends its stream alone, not the connection; default false, upstream true. */
  readonly streamErrorOnInvalidHttpMessage: boolean;
  readonly customSettings: readonly CustomSetting[];
  readonly connectionKeepalive: Http2Keepalive | undefined;
  /** Names and values of one message's fields together, in bytes (`max_request_headers_kb`). */
  readonly maxHeadersBytes: number;
  /** `max_headers_count`; default 100. */
  readonly maxHeadersCount: number;
  /** Of requests (`headers_with_underscores_action`). */
  readonly headersWithUnderscoresAction: 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER';
  /**
   * Bytes of one stream that may wait for its window or the socket before the other side is told to
   * stop. Envoy takes the stream window for it, which lets a hundred stalled streams hold 1.6 GB.
   */
  readonly streamBufferLimitBytes: number;
  /**
   * How long the rest of a message that is written to its end may wait for the peer's window; then
   * the stream is reset and `tx_flush_timeout` counted. 0: for ever. Default 300,000 as in Envoy,
   * where it is the connection manager's `stream_idle_timeout`.
   */
  readonly streamFlushTimeoutMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Envoy 1.40 without any configuration, but for windows and buffers of streams. */
export const DEFAULT_HTTP2_OPTIONS: Http2Options = Object.freeze({
  hpackTableSize: 4096,
  maxConcurrentStreams: 1024,
  initialStreamWindowSize: 65_535,
  streamWindowMax: 16 * MIB,
  initialConnectionWindowSize: 24 * MIB,
  allowConnect: false,
  maxOutboundFrames: 10_000,
  maxOutboundControlFrames: 1000,
  maxConsecutiveInboundFramesWithEmptyPayload: 1,
  maxInboundPriorityFramesPerStream: 100,
  maxInboundWindowUpdateFramesPerDataFrameSent: 10,
  streamErrorOnInvalidHttpMessage: false,
  customSettings: [],
  connectionKeepalive: undefined,
  maxHeadersBytes: 60 * KIB,
  maxHeadersCount: 100,
  headersWithUnderscoresAction: 'ALLOW',
  streamBufferLimitBytes: 256 * KIB,
  streamFlushTimeoutMs: 300_000,
});
