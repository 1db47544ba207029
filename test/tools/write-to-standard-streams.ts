/** Run by a test: writes two access-log lines to each standard stream, then maybe one by itself. */
import { writeSync } from 'node:fs';
import { createLedger } from '#access-log/access-log-batches.ts';
import { AccessLogFiles } from '#access-log/access-log-files.ts';
import { filesystemStats } from '#access-log/filesystem-stats.ts';
import { createSegment } from '#stats/stat-memory.ts';
import { WorkerStats } from '#stats/worker-stats.ts';

const stats = new WorkerStats(() => {});
stats.addSegments([createSegment()]);
const files = new AccessLogFiles({
  flushIntervalMs: 10_000,
  stats: stats.block(filesystemStats, 0, 'filesystem.'),
});
const ledger = createLedger();
const line = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(`${text}\n`));
for (const kind of ['stdout', 'stderr'] as const) {
  const named = { kind };
  const path = { kind: 'file', path: `/dev/${kind}` } as const;
  files.open(named);
  files.open(path);
  files.write({ sink: named, bytes: line('by name'), lines: 1 }, ledger);
  files.write({ sink: path, bytes: line('by path'), lines: 1 }, ledger);
}
await files.close(5000);
const [, , own] = process.argv;
if (own !== undefined) writeSync(1, `${own}\n`);
