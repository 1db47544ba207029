import { defineStatGroup } from '#stats/stat-group.ts';

/**
 * `http2.` for all downstream connections together, `cluster.<name>.http2.` for upstream ones: those
 * that Envoy shows. Some never move here, and in Envoy only where features are switched on that Proa
 * does not have: `metadata_empty_frames` (METADATA), `cookies_total_bytes_too_large` and the
 * histograms (runtime features that are off), the `oghttp2` ones (another codec); and
 * `deferred_stream_close`, as bodies are held back outside the codec, in buffers with limits.
 */
export const http2Stats = defineStatGroup('http2', {
  counters: [
    'cookies_total_bytes_too_large',
    'dropped_headers_with_underscores',
    'goaway_sent',
    'header_list_size_too_large',
    'header_overflow',
    'headers_cb_no_stream',
    'inbound_empty_frames_flood',
    'inbound_priority_frames_flood',
    'inbound_window_update_frames_flood',
    'keepalive_timeout',
    'metadata_empty_frames',
    'nghttp2_downstream_connections',
    'nghttp2_upstream_connections',
    'oghttp2_downstream_connections',
    'oghttp2_upstream_connections',
    'outbound_control_flood',
    'outbound_flood',
    'requests_rejected_with_underscores_in_headers',
    'rx_messaging_error',
    'rx_reset',
    'stream_refused_errors',
    'trailers',
    'tx_flush_timeout',
    'tx_reset',
  ],
  gauges: [
    'deferred_stream_close',
    'outbound_control_frames_active',
    'outbound_frames_active',
    'pending_send_bytes',
    'streams_active',
  ],
  histograms: ['cookie_count', 'cookie_size', 'header_count', 'header_list_size'],
});
