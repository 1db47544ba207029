import { type SupportTable, supported } from '#config/support/message-support.ts';

const noSinks = { warned: 'Proa does not push statistics to sinks' };
const noWatchdog = { warned: 'Proa has no watchdog' };
const noServer = { warned: 'only a management server would see it' };

export const bootstrapSupport: SupportTable = {
  'envoy.config.bootstrap.v3.Bootstrap': {
    ...supported('node', 'static_resources', 'admin', 'layered_runtime'),
    cluster_manager: 'supported',
    stats_config: 'supported',
    application_log_config: { warned: 'the format of --log-format is used' },
    node_context_params: noServer,
    stats_sinks: noSinks,
    stats_flush_interval: 'supported',
    stats_flush_on_admin: noSinks,
    stats_eviction_interval: { warned: 'statistics are never evicted' },
    stats_server_version_override: { warned: 'the statistic keeps its value' },
    deferred_stat_options: { warned: 'statistics are cheap enough to be made at once' },
    enable_dispatcher_stats: { warned: 'there are no dispatcher statistics' },
    watchdog: noWatchdog,
    watchdogs: noWatchdog,
    fatal_actions: { warned: 'nothing is run when a worker crashes' },
    inline_headers: { warned: 'every header is found equally fast' },
    perf_tracing_file_path: { warned: 'there is no performance tracing' },
    memory_allocator_manager: { warned: 'memory is managed by the runtime' },
    grpc_async_client_manager_config: { warned: 'there are no gRPC clients' },
    enable_worker_cpu_affinity: { warned: 'threads are placed by the operating system' },
  },
  'envoy.config.bootstrap.v3.Bootstrap.StaticResources': supported('listeners', 'clusters'),
  'envoy.config.bootstrap.v3.Admin': {
    ...supported('address', 'access_log', 'profile_path', 'allow_paths'),
    access_log_path: { warned: 'the admin interface logs to its access_log only' },
    ignore_global_conn_limit: { warned: 'there is no global connection limit' },
  },
  'envoy.config.bootstrap.v3.ClusterManager': {
    outlier_detection: { warned: 'there is no outlier detection whose events could be logged' },
    enable_deferred_cluster_creation: { warned: 'clusters are cheap enough to be made at once' },
  },
  'envoy.config.bootstrap.v3.LayeredRuntime': supported('layers'),
  'envoy.config.bootstrap.v3.RuntimeLayer': supported(
    'name',
    'static_layer',
    'disk_layer',
    'admin_layer',
  ),
  'envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer': supported(
    'symlink_root',
    'subdirectory',
    'append_service_cluster',
  ),
  'envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer': {},
  'envoy.config.metrics.v3.StatsConfig': {
    ...supported(
      'stats_tags',
      'use_all_default_tags',
      'stats_matcher',
      'histogram_bucket_settings',
    ),
    allow_default_tag_overrides: { warned: 'only the default tags are extracted' },
  },
  'envoy.config.metrics.v3.TagSpecifier': supported('tag_name', 'regex', 'fixed_value'),
  'envoy.config.metrics.v3.StatsMatcher': supported(
    'reject_all',
    'exclusion_list',
    'inclusion_list',
  ),
  'envoy.config.metrics.v3.HistogramBucketSettings': supported('match', 'buckets'),
};
