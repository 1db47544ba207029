import { parentPort, workerData } from 'node:worker_threads';
import { defineStatGroup } from '#stats/stat-group.ts';
import { WorkerStats } from '#stats/worker-stats.ts';

/** What a test and its worker threads both count. */
export const countedGroup = defineStatGroup('counted', {
  counters: ['rq_total'],
  gauges: ['rq_active'],
  histograms: ['rq_time'],
});

export interface CountingWorkerData {
  readonly segments: readonly SharedArrayBuffer[];
  readonly address: number;
  readonly prefix: string;
  readonly rounds: number;
}

function count({ segments, address, prefix, rounds }: CountingWorkerData): void {
  const port = parentPort;
  if (port === null) return;
  const stats = new WorkerStats((announcement) => port.postMessage(announcement));
  stats.addSegments(segments);
  const block = stats.block(countedGroup, address, prefix);
  for (let round = 0; round < rounds; round++) {
    block.inc(countedGroup.field.rq_total);
    block.counter('rq_200').inc();
    block.record(countedGroup.field.rq_time, round % 1000);
  }
  block.set(countedGroup.field.rq_active, 3);
  stats.announceNow();
  port.postMessage('counted');
}

if (workerData !== null) count(workerData as CountingWorkerData);
