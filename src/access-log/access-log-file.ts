import { write as writeToDisk, writev } from 'node:fs';
import { filesystemStats } from '#access-log/filesystem-stats.ts';
import { closeSink, type OpenSink } from '#access-log/open-sink.ts';
import type { Result } from '#base/result.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/** Bytes that make the next write start at once, without waiting for the flush interval. */
const FLUSH_BYTES = 64 * 1024;
/** What may wait for one file; lines beyond it are dropped. */
export const FILE_QUEUE_LIMIT_BYTES: number = 16 * 1024 * 1024;
/** Until the next attempt when a pipe is full. */
const FULL_PIPE_DELAY_MS = 25;
/** Buffers that one system call takes (Linux: IOV_MAX is 1024). */
const WRITEV_LIMIT = 256;

const { field } = filesystemStats;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly lines: number;
}

/**
 * One file that access logs are written to, in the main thread. Writing is asynchronous, one write
 * at a time, from a queue with a limit.
 */
export class AccessLogFile {
  readonly #open: () => Result<OpenSink, string>;
  readonly #stats: StatBlock;
  #sink: OpenSink;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  /** Bytes of the queue's first buffer that were written already. */
  #writtenOfFirst = 0;
  #isWriting = false;
  #wantsReopen = false;
  #idleListeners: (() => void)[] = [];

  constructor(sink: OpenSink, open: () => Result<OpenSink, string>, stats: StatBlock) {
    this.#sink = sink;
    this.#open = open;
    this.#stats = stats;
  }

  append(bytes: Uint8Array, lines: number): void {
    if (this.#queuedBytes + bytes.length > FILE_QUEUE_LIMIT_BYTES) {
      this.#stats.add(field.write_dropped, lines);
      return;
    }
    this.#queue.push({ bytes, lines });
    this.#changeQueuedBytes(bytes.length);
    this.#stats.add(field.write_buffered, lines);
    if (this.#queuedBytes >= FLUSH_BYTES) this.flush();
  }

  /** The flush interval is over. */
  flushByTimer(): void {
    if (this.#queue.length === 0) return;
    this.#stats.inc(field.flushed_by_timer);
    this.flush();
  }

  /** Starts writing unless there is nothing to write, or a write under way. */
  flush(): void {
    if (this.#isWriting) return;
    if (this.#wantsReopen) this.#reopen();
    if (this.#queue.length === 0) {
      this.#tellIdle();
      return;
    }
    this.#isWriting = true;
    const buffers = this.#queue.slice(0, WRITEV_LIMIT).map(({ bytes }) => bytes);
    if (this.#writtenOfFirst > 0) {
      buffers[0] = (buffers[0] as Uint8Array).subarray(this.#writtenOfFirst);
    }
    const onWritten = (error: NodeJS.ErrnoException | null, written: number): void => {
      this.#isWriting = false;
      this.#onWritten(error, written);
    };
    const [only, ...others] = buffers;
    if (others.length === 0) writeToDisk(this.#sink.fd, only as Uint8Array, onWritten);
    else writev(this.#sink.fd, buffers, onWritten);
  }

  /** Opens the path again before the next write: its file was moved away. */
  reopen(): void {
    if (!this.#sink.isReopenable) return;
    this.#wantsReopen = true;
    this.flush();
  }

  /** Resolves when everything is written. */
  async drained(): Promise<void> {
    if (this.#queue.length === 0 && !this.#isWriting) return;
    await new Promise<void>((resolve) => {
      this.#idleListeners.push(resolve);
      this.flush();
    });
  }

  /** Gives up what is still queued. */
  close(): void {
    this.#dropQueue();
    closeSink(this.#sink);
  }

  #onWritten(error: NodeJS.ErrnoException | null, written: number): void {
    if (error?.code === 'EAGAIN') {
      setTimeout(() => this.flush(), FULL_PIPE_DELAY_MS).unref();
      return;
    }
    if (error !== null) {
      this.#stats.inc(field.write_failed);
      this.#dropQueue();
      this.#tellIdle();
      return;
    }
    this.#stats.inc(field.write_completed);
    this.#takeFromQueue(written);
    this.flush();
  }

  #takeFromQueue(written: number): void {
    let rest = written + this.#writtenOfFirst;
    let count = 0;
    while (count < this.#queue.length && rest >= (this.#queue[count] as Waiting).bytes.length) {
      rest -= (this.#queue[count] as Waiting).bytes.length;
      count++;
    }
    this.#queue.splice(0, count);
    this.#writtenOfFirst = rest;
    this.#changeQueuedBytes(-written);
  }

  #dropQueue(): void {
    const lines = this.#queue.reduce((sum, waiting) => sum + waiting.lines, 0);
    this.#stats.add(field.write_dropped, lines);
    this.#changeQueuedBytes(-this.#queuedBytes);
    this.#queue = [];
    this.#writtenOfFirst = 0;
  }

  /** A path that cannot be opened leaves the file as it is; the next `reopen` tries again. */
  #reopen(): void {
    this.#wantsReopen = false;
    const opened = this.#open();
    if (!opened.ok) {
      this.#stats.inc(field.reopen_failed);
      return;
    }
    closeSink(this.#sink);
    this.#sink = opened.value;
  }

  #changeQueuedBytes(change: number): void {
    this.#queuedBytes += change;
    this.#stats.add(field.write_total_buffered, change);
  }

  #tellIdle(): void {
    const listeners = this.#idleListeners;
    this.#idleListeners = [];
    for (const listener of listeners) listener();
  }
}
