import type { AccessLog } from '#access-log/access-log.ts';
import type { ConnectionEnd, FormatterContext } from '#formatter/formatter-context.ts';
import { NEVER, type StreamInfo } from '#stream-info/stream-info.ts';

/**
 * What a listener's own access logs say of one connection, when it ends (`Listener.access_log`).
 * There is none, and nothing is counted, where the listener has no logs. As in Envoy its body bytes
 * are all bytes of the connection, and the bytes on the wire are those of streams: 0.
 */
export class ConnectionLog implements FormatterContext, ConnectionEnd {
  readonly streamInfo: StreamInfo;
  readonly requestHeaders = undefined;
  readonly responseHeaders = undefined;
  readonly responseTrailers = undefined;
  readonly localReplyBody = '';
  readonly accessLogType = 'NotSet';
  detectedCloseType: ConnectionEnd['detectedCloseType'] = 'Normal';
  localCloseReason = '';
  readonly #logs: readonly AccessLog[];

  constructor(logs: readonly AccessLog[], streamInfo: StreamInfo) {
    this.#logs = logs;
    this.streamInfo = streamInfo;
  }

  get connectionEnd(): ConnectionEnd {
    return this;
  }

  /** Writes the lines, once. `nowMs` is the worker's monotonic clock. */
  write(nowMs: number): void {
    const { streamInfo } = this;
    if (streamInfo.endMs !== NEVER) return;
    streamInfo.endMs = nowMs;
    for (const log of this.#logs) log.log(this);
  }
}
