import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { createLedger } from '#access-log/access-log-batches.ts';
import type { AccessLogSink } from '#access-log/access-log-config.ts';
import { FILE_QUEUE_LIMIT_BYTES } from '#access-log/access-log-file.ts';
import { AccessLogFiles } from '#access-log/access-log-files.ts';
import { filesystemStats } from '#access-log/filesystem-stats.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { createSegment } from '#stats/stat-memory.ts';
import { WorkerStats } from '#stats/worker-stats.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

const { field } = filesystemStats;
const NEVER_MS = 1_000_000;

function statBlock(): StatBlock {
  const stats = new WorkerStats(() => {});
  stats.addSegments([createSegment()]);
  return stats.block(filesystemStats, 0, 'filesystem.');
}

function harness(flushIntervalMs = NEVER_MS): {
  readonly files: AccessLogFiles;
  readonly stats: StatBlock;
  readonly write: (sink: AccessLogSink, text: string, lines?: number) => void;
} {
  const stats = statBlock();
  const files = new AccessLogFiles({ flushIntervalMs, stats });
  const ledger = createLedger();
  return {
    files,
    stats,
    write: (sink, text, lines = 1) => {
      files.write({ sink, bytes: bytesOf(text), lines }, ledger);
    },
  };
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(text.length));
  bytes.set(Buffer.from(text, 'latin1'));
  return bytes;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

t.test('files are created, appended to, and flushed at the end', async (t) => {
  const path = join(temporaryFolder(t), 'access.log');
  writeFileSync(path, 'before\n');
  const { files, stats, write } = harness();
  const sink = { kind: 'file', path } as const;
  t.same(files.open(sink), { ok: true, value: undefined });
  t.same(files.open(sink), { ok: true, value: undefined }, 'twice is nothing');
  write(sink, 'one \xff\x00\n');
  write(sink, 'two\nthree\n', 2);
  t.equal(readFileSync(path, 'latin1'), 'before\n', 'nothing is written before its time');
  t.equal(stats.get(field.write_total_buffered), 17);
  await files.close(5000);
  t.equal(readFileSync(path, 'latin1'), 'before\none \xff\x00\ntwo\nthree\n');
  t.equal(stats.get(field.write_buffered), 3);
  t.equal(stats.get(field.write_completed), 1);
  t.equal(stats.get(field.write_total_buffered), 0);
});

t.test('a new file may be read by all and written by its owner', async (t) => {
  const path = join(temporaryFolder(t), 'new.log');
  const { files } = harness();
  files.open({ kind: 'file', path });
  t.equal(statSync(path).mode & 0o777 & ~0o022, 0o644 & ~0o022 & ~process.umask());
  await files.close(100);
});

t.test('64 KiB are written at once, less when the interval is over', async (t) => {
  const path = join(temporaryFolder(t), 'access.log');
  const { files, stats, write } = harness();
  const sink = { kind: 'file', path } as const;
  files.open(sink);
  write(sink, 'x'.repeat(64 * 1024));
  await until(() => stats.get(field.write_completed) === 1);
  t.equal(statSync(path).size, 64 * 1024);
  t.equal(stats.get(field.flushed_by_timer), 0);
  await files.close(5000);

  const timed = harness(20);
  timed.files.open(sink);
  timed.write(sink, 'y');
  await until(() => statSync(path).size === 64 * 1024 + 1);
  t.equal(timed.stats.get(field.flushed_by_timer), 1);
  await timed.files.close(5000);
});

t.test('a path that cannot be opened is an error in words', async (t) => {
  const folder = temporaryFolder(t);
  const { files } = harness();
  const open = (path: string): unknown => files.open({ kind: 'file', path });
  const missing = join(folder, 'no', 'x.log');
  t.strictSame(open(missing), {
    ok: false,
    error: `unable to open file '${missing}': No such file or directory`,
  });
  t.strictSame(open(folder), {
    ok: false,
    error: `unable to open file '${folder}': Is a directory`,
  });
  await files.close(100);
});

t.test('reopening writes to the path again, what was queued included', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'access.log');
  const { files, stats, write } = harness();
  const sink = { kind: 'file', path } as const;
  files.open(sink);
  write(sink, 'x'.repeat(64 * 1024));
  await until(() => stats.get(field.write_completed) === 1);
  renameSync(path, `${path}.1`);
  write(sink, 'queued\n');
  files.reopen();
  write(sink, 'later\n');
  await files.close(5000);
  t.equal(statSync(`${path}.1`).size, 64 * 1024);
  t.equal(readFileSync(path, 'latin1'), 'queued\nlater\n');
  t.equal(stats.get(field.reopen_failed), 0);
});

t.test('a path that is gone at reopening is counted, and lines go where they went', async (t) => {
  const folder = join(temporaryFolder(t), 'logs');
  const moved = `${folder}.moved`;
  mkdirSync(folder);
  const { files, stats, write } = harness();
  const sink = { kind: 'file', path: join(folder, 'a.log') } as const;
  files.open(sink);
  renameSync(folder, moved);
  files.reopen();
  write(sink, 'kept\n');
  t.equal(stats.get(field.reopen_failed), 1);
  mkdirSync(folder);
  write(sink, 'more\n');
  files.reopen();
  await files.close(5000);
  const written = readFileSync(join(moved, 'a.log'), 'latin1') + readFileSync(sink.path, 'latin1');
  t.equal(written, 'kept\nmore\n');
});

t.test('a pipe that nobody reads blocks nothing; what does not fit is dropped', async (t) => {
  const folder = temporaryFolder(t);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const { files, stats, write } = harness();
  const blocked = { kind: 'file', path: pipe } as const;
  const free = { kind: 'file', path: join(folder, 'free.log') } as const;
  t.equal(files.open(blocked).ok, true, 'without a reader');
  files.open(free);
  const chunk = 'b'.repeat(256 * 1024);
  const chunks = FILE_QUEUE_LIMIT_BYTES / chunk.length + 8;
  for (let count = 0; count < chunks; count++) write(blocked, chunk);
  t.ok(stats.get(field.write_dropped) >= 7, 'what exceeds the queue is dropped');
  t.ok(stats.get(field.write_total_buffered) <= FILE_QUEUE_LIMIT_BYTES);
  write(free, 'f'.repeat(64 * 1024));
  await until(() => statSync(free.path).size === 64 * 1024);
  t.pass('another file is written to meanwhile');

  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  t.teardown(() => closeSync(reader));
  const buffer = Buffer.alloc(1024 * 1024);
  let received = 0;
  while (received < 1024 * 1024) {
    received += readAvailable(reader, buffer);
    await delay(5);
  }
  t.ok(received >= 1024 * 1024, 'and it goes on when somebody reads');
  await files.close(50);
  t.equal(stats.get(field.write_total_buffered), 0);
});

function readAvailable(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}

t.test('many small batches arrive in their order', async (t) => {
  const path = join(temporaryFolder(t), 'access.log');
  const { files, write } = harness();
  const sink = { kind: 'file', path } as const;
  files.open(sink);
  let wanted = '';
  for (let count = 0; count < 2000; count++) {
    write(sink, `line ${count}\n`);
    wanted += `line ${count}\n`;
  }
  await files.close(5000);
  t.equal(readFileSync(path, 'latin1'), wanted);
});

t.test('a disk that refuses is counted and forgotten', async (t) => {
  const { files, stats, write } = harness();
  const sink = { kind: 'file', path: '/dev/full' } as const;
  t.equal(files.open(sink).ok, true);
  write(sink, 'x'.repeat(64 * 1024), 3);
  await until(() => stats.get(field.write_failed) === 1);
  t.equal(stats.get(field.write_dropped), 3);
  t.equal(stats.get(field.write_total_buffered), 0);
  await files.close(1000);
});

t.test('lines for a sink that was never opened are counted as lost', async (t) => {
  const { files, stats, write } = harness();
  write({ kind: 'file', path: '/nowhere' }, 'x', 2);
  t.equal(stats.get(field.write_dropped), 2);
  await files.close(100);
});
