import { type AccessLogBatch, settle } from '#access-log/access-log-batches.ts';
import { type AccessLogSink, sinkKey } from '#access-log/access-log-config.ts';
import { AccessLogFile } from '#access-log/access-log-file.ts';
import { filesystemStats } from '#access-log/filesystem-stats.ts';
import { openSink } from '#access-log/open-sink.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/** How often files are written to, and where that is counted. */
export interface AccessLogFilesOptions {
  /** `--file-flush-interval-msec`; Envoy's default is 10,000. */
  readonly flushIntervalMs: number;
  /** A block of `filesystemStats`. */
  readonly stats: StatBlock;
}

/**
 * Every file that access logs are written to, in the main thread. Writes are collected: a file is
 * written to when 64 KiB wait for it or the flush interval is over, as in Envoy.
 */
export class AccessLogFiles {
  readonly #stats: StatBlock;
  readonly #files = new Map<string, AccessLogFile>();
  readonly #timer: NodeJS.Timeout;

  constructor({ flushIntervalMs, stats }: AccessLogFilesOptions) {
    this.#stats = stats;
    this.#timer = setInterval(() => {
      for (const file of this.#files.values()) file.flushByTimer();
    }, flushIntervalMs).unref();
  }

  /**
   * Opens a sink, which must be done before anything is written to it; opening it twice is
   * nothing. The error is Envoy's: `unable to open file '/x': No such file or directory`.
   */
  open(sink: AccessLogSink): Result<void, string> {
    const key = sinkKey(sink);
    if (this.#files.has(key)) return ok(undefined);
    const opened = openSink(sink);
    if (!opened.ok) return err(opened.error);
    this.#files.set(key, new AccessLogFile(opened.value, () => openSink(sink), this.#stats));
    return ok(undefined);
  }

  /** Takes over what a worker sent. */
  write({ sink, bytes, lines }: AccessLogBatch, ledger: SharedArrayBuffer): void {
    settle(ledger, bytes.length);
    const file = this.#files.get(sinkKey(sink));
    if (file === undefined) this.#stats.add(filesystemStats.field.write_dropped, lines);
    else file.append(bytes, lines);
  }

  /** SIGUSR1 or `/reopen_logs`: what is queued goes to the new files. */
  reopen(): void {
    for (const file of this.#files.values()) file.reopen();
  }

  /** Writes everything that is queued; gives up after the time and closes the files. */
  async close(timeoutMs: number): Promise<void> {
    clearInterval(this.#timer);
    const drained = Promise.all(this.#files.values().map((file) => file.drained()));
    const { promise: isLate, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    await Promise.race([drained, isLate]);
    clearTimeout(timer);
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }
}
