import type { JsonObject } from '#server/admin/json-value.ts';
import { defaultLogPattern } from '#server/log/log-pattern.ts';
import type { ProxyOptions, ServerMode } from '#server/proxy-options.ts';

const modeNames: Readonly<Record<ServerMode, string>> = {
  serve: 'Serve',
  validate: 'Validate',
  init_only: 'InitOnly',
};

/**
 * `envoy.admin.v3.CommandLineOptions` with every field that Envoy prints, in its order; what has no
 * counterpart here has Envoy's default.
 */
export function commandLineOptionsJson(options: ProxyOptions): JsonObject {
  return {
    base_id: String(options.baseId),
    concurrency: options.concurrency,
    config_path: options.configPath,
    config_yaml: options.configYaml,
    allow_unknown_static_fields: options.allowUnknownStaticFields,
    admin_address_path: options.adminAddressPath,
    local_address_ip_version: options.localAddressIpVersion,
    log_level: options.logLevel,
    component_log_level: options.componentLogLevelText,
    log_format: options.logFormat ?? defaultLogPattern,
    log_path: options.logPath,
    service_cluster: options.serviceCluster,
    service_node: options.serviceNode,
    service_zone: options.serviceZone,
    file_flush_interval: durationText(options.fileFlushIntervalMs),
    drain_time: `${options.drainTimeSeconds}s`,
    parent_shutdown_time: `${options.parentShutdownTimeSeconds}s`,
    mode: modeNames[options.mode],
    disable_hot_restart: options.disableHotRestart,
    enable_mutex_tracing: false,
    restart_epoch: options.restartEpoch,
    cpuset_threads: false,
    reject_unknown_dynamic_fields: options.rejectUnknownDynamicFields,
    log_format_escaped: options.logFormatEscaped,
    disabled_extensions: [],
    ignore_unknown_dynamic_fields: options.ignoreUnknownDynamicFields,
    use_dynamic_base_id: options.useDynamicBaseId,
    base_id_path: '',
    drain_strategy: options.drainStrategy === 'gradual' ? 'Gradual' : 'Immediate',
    enable_fine_grain_logging: false,
    socket_path: '@envoy_domain_socket',
    socket_mode: 0,
    enable_core_dump: false,
    stats_tag: [],
    skip_hot_restart_on_no_parent: false,
    skip_hot_restart_parent_stats: false,
    skip_deprecated_logs: options.skipDeprecatedLogs,
    file_flush_min_size: options.fileFlushMinSizeKb,
    log_stacktrace_single_entry: false,
  };
}

/** A duration as protobuf's JSON has it: `10s`, `0.100s`. */
function durationText(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${(ms / 1000).toFixed(3)}s`;
}
