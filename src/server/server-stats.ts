import { defineStatGroup } from '#stats/stat-group.ts';

/** Under `server.`. */
export const serverStats = defineStatGroup('server', {
  counters: [
    'debug_assertion_failures',
    'dropped_stat_flushes',
    'dynamic_unknown_fields',
    'envoy_bug_failures',
    'envoy_notifications',
    'static_unknown_fields',
    'wip_protos',
    /** Worker threads that ended by a defect and were replaced; Envoy has none, it ends as a whole. */
    'worker_crashed',
  ],
  gauges: [
    'compilation_settings.fips_mode',
    'concurrency',
    'days_until_first_cert_expiring',
    'hot_restart_epoch',
    'live',
    'memory_allocated',
    'memory_heap_size',
    'memory_physical_size',
    'parent_connections',
    'seconds_until_first_ocsp_response_expiring',
    'state',
    'stats_recent_lookups',
    'total_connections',
    'uptime',
    'version',
  ],
  histograms: ['initialization_time_ms'],
});

/** Under `listener_manager.`. */
export const listenerManagerStats = defineStatGroup('listener_manager', {
  counters: [
    'listener_added',
    'listener_create_failure',
    'listener_create_success',
    'listener_in_place_updated',
    'listener_modified',
    'listener_removed',
    'listener_stopped',
  ],
  gauges: [
    'total_filter_chains_draining',
    'total_listeners_active',
    'total_listeners_draining',
    'total_listeners_warming',
    'workers_pinned',
    'workers_started',
  ],
});
