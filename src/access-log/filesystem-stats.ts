import { defineStatGroup } from '#stats/stat-group.ts';

/** Envoy's `filesystem.*`, about everything that access logs write; `write_dropped` is Proa's own. */
export const filesystemStats = defineStatGroup('filesystem', {
  counters: [
    /** Lines taken over for writing. */
    'write_buffered',
    /** Writes that went through. */
    'write_completed',
    /** Writes that failed; their lines are lost. */
    'write_failed',
    /** Lines lost because a file, or this thread, does not keep up. */
    'write_dropped',
    'flushed_by_timer',
    'reopen_failed',
  ],
  gauges: [
    /** Bytes that wait to be written. */
    'write_total_buffered',
  ],
});
