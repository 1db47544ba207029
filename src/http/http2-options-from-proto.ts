import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import type {
  Http2ProtocolOptions,
  KeepaliveSettings,
} from '#gen/envoy/config/core/v3/protocol_pb.d.ts';
import {
  type CustomSetting,
  DEFAULT_HTTP2_OPTIONS as DEFAULTS,
  type Http2Keepalive,
} from '#http/h2/http2-options.ts';
import type { Http2ProtocolConfig } from '#http/protocol-options.ts';

/** Identifiers of RFC 9113 section 6.5.2 and RFC 8441 section 3. */
const HEADER_TABLE_SIZE = 0x1;
const ENABLE_PUSH = 0x2;
const MAX_CONCURRENT_STREAMS = 0x3;
const INITIAL_WINDOW_SIZE = 0x4;
const ENABLE_CONNECT_PROTOCOL = 0x8;

const DEFAULT_KEEPALIVE_JITTER_PERCENT = 15;

/**
 * Reads `http2_protocol_options` of a connection manager or a cluster, with Envoy's defaults.
 * `managerStreamError` is the connection manager's `stream_error_on_invalid_http_message` where it
 * is set: it counts less than the message's own field of the same meaning, more than the
 * deprecated one.
 */
export function parseHttp2(
  context: ParseContext,
  message: Http2ProtocolOptions | undefined,
  managerStreamError?: boolean,
): Http2ProtocolConfig {
  if (message !== undefined) checkCustomSettings(context, message);
  return {
    hpackTableSize: message?.hpackTableSize ?? DEFAULTS.hpackTableSize,
    maxConcurrentStreams: message?.maxConcurrentStreams ?? DEFAULTS.maxConcurrentStreams,
    initialStreamWindowSize: message?.initialStreamWindowSize ?? DEFAULTS.initialStreamWindowSize,
    streamWindowMax: message?.initialStreamWindowSize ?? DEFAULTS.streamWindowMax,
    initialConnectionWindowSize:
      message?.initialConnectionWindowSize ?? DEFAULTS.initialConnectionWindowSize,
    allowConnect: message?.allowConnect ?? DEFAULTS.allowConnect,
    maxOutboundFrames: message?.maxOutboundFrames ?? DEFAULTS.maxOutboundFrames,
    maxOutboundControlFrames:
      message?.maxOutboundControlFrames ?? DEFAULTS.maxOutboundControlFrames,
    maxConsecutiveInboundFramesWithEmptyPayload:
      message?.maxConsecutiveInboundFramesWithEmptyPayload ??
      DEFAULTS.maxConsecutiveInboundFramesWithEmptyPayload,
    maxInboundPriorityFramesPerStream:
      message?.maxInboundPriorityFramesPerStream ?? DEFAULTS.maxInboundPriorityFramesPerStream,
    maxInboundWindowUpdateFramesPerDataFrameSent:
      message?.maxInboundWindowUpdateFramesPerDataFrameSent ??
      DEFAULTS.maxInboundWindowUpdateFramesPerDataFrameSent,
    streamErrorOnInvalidHttpMessage:
      message?.overrideStreamErrorOnInvalidHttpMessage ??
      managerStreamError ??
      message?.streamErrorOnInvalidHttpMessaging ??
      false,
    customSettings: (message?.customSettingsParameters ?? []).map(
      ({ identifier = 0, value = 0 }): CustomSetting => ({ identifier, value }),
    ),
    connectionKeepalive:
      message?.connectionKeepalive && parseKeepalive(message.connectionKeepalive),
  };
}

function parseKeepalive(message: KeepaliveSettings): Http2Keepalive {
  return {
    intervalMs: durationMs(message.interval) ?? 0,
    timeoutMs: durationMs(message.timeout) ?? 0,
    intervalJitterPercent: message.intervalJitter?.value ?? DEFAULT_KEEPALIVE_JITTER_PERCENT,
    connectionIdleIntervalMs: durationMs(message.connectionIdleInterval) ?? 0,
  };
}

/** What Envoy refuses of `custom_settings_parameters`, in its words. */
function checkCustomSettings(context: ParseContext, message: Http2ProtocolOptions): void {
  const at = context.at('custom_settings_parameters');
  const seen = new Map<number, number>();
  const inconsistent: string[] = [];
  const collisions: string[] = [];
  for (const { identifier = 0, value = 0 } of message.customSettingsParameters) {
    const before = seen.get(identifier);
    seen.set(identifier, before ?? value);
    if (before !== undefined && before !== value) inconsistent.push(hexadecimal(identifier));
    if (identifier === ENABLE_PUSH && value === 1) {
      at.error(
        'server push is not supported by Envoy and can not be enabled via a SETTINGS parameter.',
      );
    }
    if (identifier === ENABLE_CONNECT_PROTOCOL) {
      at.error(
        'the "allow_connect" SETTINGS parameter must only be configured through the named field',
      );
    }
    const name = namedFieldInUse(identifier, message);
    if (name !== undefined) collisions.push(name);
  }
  if (inconsistent.length > 0) {
    at.error(
      `inconsistent HTTP/2 custom SETTINGS parameter(s) detected; identifiers = {${inconsistent}}`,
    );
  } else if (collisions.length > 0) {
    at.error(
      `the {${collisions}} HTTP/2 SETTINGS parameter(s) can not be configured through both named and custom parameters`,
    );
  }
}

function namedFieldInUse(identifier: number, message: Http2ProtocolOptions): string | undefined {
  const isNamed = (value: number | undefined, name: string): string | undefined =>
    value === undefined ? undefined : name;
  switch (identifier) {
    case HEADER_TABLE_SIZE:
      return isNamed(message.hpackTableSize, 'hpack_table_size');
    case MAX_CONCURRENT_STREAMS:
      return isNamed(message.maxConcurrentStreams, 'max_concurrent_streams');
    case INITIAL_WINDOW_SIZE:
      return isNamed(message.initialStreamWindowSize, 'initial_stream_window_size');
    default:
      return undefined;
  }
}

function hexadecimal(identifier: number): string {
  return `0x${identifier.toString(16).padStart(2, '0')}`;
}
