import { defineStatGroup } from '#stats/stat-group.ts';

/** What the main thread counts of all clusters together, under `cluster_manager.`. */
export const clusterManagerStats = defineStatGroup('cluster_manager', {
  counters: [
    'cluster_added',
    'cluster_modified',
    'cluster_removed',
    'cluster_updated',
    'cluster_updated_via_merge',
    'update_merge_cancelled',
    'update_out_of_merge_window',
  ],
  gauges: ['active_clusters', 'warming_clusters'],
});
