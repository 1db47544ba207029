import { type AccessLogSink, sinkKey } from '#access-log/access-log-config.ts';

/** Lines of one worker for one sink, on their way to the main thread. */
export interface AccessLogBatch {
  readonly sink: AccessLogSink;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lines: number;
}

/** Sends a batch to the main thread; the buffers of `transfer` are given away. */
export type PostBatch = (batch: AccessLogBatch, transfer: readonly ArrayBuffer[]) => void;

/** How a worker's lines get to the main thread. */
export interface AccessLogBatchesOptions {
  readonly post: PostBatch;
  /** Shared with the main thread, which adds to it what it took over (see `createLedger`). */
  readonly ledger: SharedArrayBuffer;
  /** Called with the lines that are lost because the main thread does not keep up. */
  readonly onDropped: (lines: number) => void;
  readonly startTimer?: (delayMs: number, onFire: () => void) => void;
}

/** A batch is sent when it has as many bytes, */
const BATCH_BYTES = 64 * 1024;
/** or when its first line has waited for so long. */
const BATCH_DELAY_MS = 10;
/** What may be on its way to the main thread at once, for all files together. */
export const IN_FLIGHT_LIMIT_BYTES: number = 32 * 1024 * 1024;

/** The memory in which the main thread counts the bytes that it took over from one worker. */
export function createLedger(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** For the main thread: that much of what a worker sent is no longer in flight. */
export function settle(ledger: SharedArrayBuffer, bytes: number): void {
  Atomics.add(new Int32Array(ledger), 0, bytes);
}

/** The lines of one sink that were not sent yet. */
export class LineBatch {
  readonly #sink: AccessLogSink;
  readonly #owner: AccessLogBatches;
  #text = '';
  #lines = 0;

  constructor(sink: AccessLogSink, owner: AccessLogBatches) {
    this.#sink = sink;
    this.#owner = owner;
  }

  /** Takes over a line, a byte string that has its newline, if it is to have one. */
  append(line: string): void {
    this.#text += line;
    this.#lines++;
    if (this.#text.length >= BATCH_BYTES) this.send();
    else if (this.#lines === 1) this.#owner.sendSoon();
  }

  send(): void {
    if (this.#lines === 0) return;
    const bytes = Buffer.from(new ArrayBuffer(this.#text.length));
    bytes.write(this.#text, 'latin1');
    this.#owner.sendNow({ sink: this.#sink, bytes, lines: this.#lines });
    this.#text = '';
    this.#lines = 0;
  }
}

/**
 * The access-log lines of one worker. They are put together to batches, so that a message between
 * threads costs little per line, and sent without waiting for anything: what the main thread does
 * not take over in time is dropped and counted.
 */
export class AccessLogBatches {
  readonly #options: AccessLogBatchesOptions;
  readonly #consumed: Int32Array;
  readonly #batches = new Map<string, LineBatch>();
  readonly #startTimer: (delayMs: number, onFire: () => void) => void;
  #isTimerRunning = false;
  /** Bytes sent, modulo 2^32 like the ledger, from which it starts. */
  #sent: number;

  constructor(options: AccessLogBatchesOptions) {
    this.#options = options;
    this.#consumed = new Int32Array(options.ledger);
    this.#sent = Atomics.load(this.#consumed, 0);
    this.#startTimer = options.startTimer ?? startUnrefTimer;
  }

  /** The batch of a sink, the same for the same file. */
  of(sink: AccessLogSink): LineBatch {
    const key = sinkKey(sink);
    let batch = this.#batches.get(key);
    if (batch === undefined) {
      batch = new LineBatch(sink, this);
      this.#batches.set(key, batch);
    }
    return batch;
  }

  /** Sends everything: for the end of a worker. */
  flush(): void {
    for (const batch of this.#batches.values()) batch.send();
  }

  /** For `LineBatch`: there is something to be sent within the delay. */
  sendSoon(): void {
    if (this.#isTimerRunning) return;
    this.#isTimerRunning = true;
    this.#startTimer(BATCH_DELAY_MS, () => {
      this.#isTimerRunning = false;
      this.flush();
    });
  }

  /** For `LineBatch`. */
  sendNow(batch: AccessLogBatch): void {
    const { length } = batch.bytes;
    const inFlight = (this.#sent - Atomics.load(this.#consumed, 0)) | 0;
    if (inFlight + length > IN_FLIGHT_LIMIT_BYTES) {
      this.#options.onDropped(batch.lines);
      return;
    }
    this.#sent = (this.#sent + length) | 0;
    this.#options.post(batch, [batch.bytes.buffer]);
  }
}

function startUnrefTimer(delayMs: number, onFire: () => void): void {
  setTimeout(onFire, delayMs).unref();
}
