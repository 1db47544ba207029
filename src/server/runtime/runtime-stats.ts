import { defineStatGroup } from '#stats/stat-group.ts';

/** Under `runtime.`. */
export const runtimeStats = defineStatGroup('runtime', {
  counters: [
    'deprecated_feature_use',
    'load_error',
    'load_success',
    'override_dir_exists',
    'override_dir_not_exists',
  ],
  gauges: [
    'admin_overrides_active',
    'deprecated_feature_seen_since_process_start',
    'num_keys',
    'num_layers',
  ],
});
