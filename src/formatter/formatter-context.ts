import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** At which moment of a stream a line is written (%ACCESS_LOG_TYPE%). */
export type AccessLogType =
  | 'NotSet'
  | 'TcpUpstreamConnected'
  | 'TcpPeriodic'
  | 'TcpConnectionEnd'
  | 'TcpConnectionStart'
  | 'DownstreamStart'
  | 'DownstreamPeriodic'
  | 'DownstreamEnd'
  | 'DownstreamTunnelSuccessfullyEstablished'
  | 'UpstreamPoolReady'
  | 'UpstreamPeriodic'
  | 'UpstreamEnd'
  | 'UdpTunnelUpstreamConnected'
  | 'UdpPeriodic'
  | 'UdpSessionEnd';

/** How a connection ended, for the lines that are written about connections. */
export interface ConnectionEnd {
  /** Who began it (%DOWNSTREAM_DETECTED_CLOSE_TYPE%); `Normal` unless there was a TCP reset. */
  readonly detectedCloseType: 'Normal' | 'LocalReset' | 'RemoteReset';
  /** Why the proxy closed it (%DOWNSTREAM_LOCAL_CLOSE_REASON%); empty where the client did. */
  readonly localCloseReason: string;
}

/** What a format is filled in from. A stream can be one itself, so that none is made per line. */
export interface FormatterContext {
  /** `undefined` when no request was understood. */
  readonly requestHeaders: RequestHeaders | undefined;
  readonly responseHeaders: ResponseHeaders | undefined;
  readonly responseTrailers: HeaderMap | undefined;
  readonly streamInfo: StreamInfo;
  /** The body of a reply that the proxy made itself, while that reply is made; else empty. */
  readonly localReplyBody: string;
  readonly accessLogType: AccessLogType;
  /** Only where the line is about a connection as a whole. */
  readonly connectionEnd?: ConnectionEnd;
}
