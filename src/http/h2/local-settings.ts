import type { Http2Options } from '#http/h2/http2-options.ts';
import { Setting } from '#http/h2/peer-settings.ts';

/** The settings that we announce, as pairs of identifier and value, in Envoy's order. */
export function localSettings(options: Http2Options, isClient: boolean): number[] {
  const settings: number[] = [];
  if (isClient) settings.push(Setting.ENABLE_PUSH, 0);
  for (const { identifier, value } of options.customSettings) settings.push(identifier, value);
  settings.push(
    Setting.HEADER_TABLE_SIZE,
    options.hpackTableSize,
    Setting.ENABLE_CONNECT_PROTOCOL,
    options.allowConnect ? 1 : 0,
    Setting.MAX_CONCURRENT_STREAMS,
    options.maxConcurrentStreams,
    Setting.INITIAL_WINDOW_SIZE,
    options.initialStreamWindowSize,
  );
  return settings;
}
