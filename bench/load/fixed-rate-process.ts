/**
 * An open-loop load generator: request i is due at start + i / rate whatever happened to the ones before it,
 * and its latency counts from when it was due (no coordinated omission). Requests that are due while all
 * connections are busy wait their turn, and the waiting counts.
 *
 * Usage: node fixed-rate-process.ts '<FixedRateLoad as JSON>'; prints a FixedRateResult as JSON.
 */
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { LOOPBACK } from '../machine/loopback.ts';
import { percentileOfSorted } from '../report/statistics.ts';
import type { FixedRateLoad, FixedRateResult } from './fixed-rate.ts';
import { ResponseReader } from './response-reader.ts';
import { requestHalves, requestTemplates } from './traffic.ts';

/** Different requests per run. */
const TEMPLATES = 1_024;
/** Seconds before anything is recorded: the compiler of this very process must be done. */
const WARM_UP_SECONDS = 1;
/** How long answers may take after the last request was due. */
const GRACE_MS = 2_000;
/** How long the connections may take to be made. */
const CONNECT_LIMIT_MS = 5_000;
const TURN_MS = 0.05;
const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4));

class FixedRateRun {
  readonly #load: FixedRateLoad;
  readonly #requests: readonly (readonly [string, string])[];
  readonly #idle: FixedRateConnection[] = [];
  readonly #total: number;
  /** Requests below this number are not recorded. */
  readonly #firstRecorded: number;
  readonly #latenciesMs: Float64Array;
  readonly #latenessMs: Float64Array;
  readonly #finish: () => void;
  #beganMs = 0;
  #sent = 0;
  #answered = 0;
  #errors = 0;
  #lastTurnMs = 0;
  #longestStallMs = 0;

  constructor(load: FixedRateLoad, finish: () => void) {
    this.#load = load;
    this.#finish = finish;
    this.#requests = requestTemplates(load.traffic, TEMPLATES).map((template) =>
      requestHalves(template, load.traffic.bodyBytes),
    );
    this.#firstRecorded = Math.floor(load.ratePerSecond * WARM_UP_SECONDS);
    this.#total = this.#firstRecorded + Math.floor(load.ratePerSecond * load.durationSeconds);
    this.#latenciesMs = new Float64Array(this.#total);
    this.#latenessMs = new Float64Array(this.#total);
  }

  start(): void {
    const limit = setTimeout(this.#finish, CONNECT_LIMIT_MS);
    let waiting = this.#load.connections;
    const onConnected = (connection: FixedRateConnection): void => {
      this.#idle.push(connection);
      waiting -= 1;
      if (waiting > 0) return;
      clearTimeout(limit);
      this.#beganMs = performance.now();
      this.#turn();
    };
    for (let index = 0; index < this.#load.connections; index += 1) {
      new FixedRateConnection(this.#load.port, onConnected, this.onAnswer, this.onFailure);
    }
  }

  /**
   * Turns the event loop every 50 us. Timers of whole milliseconds would send in bursts, and the bursts would
   * be what is measured; never sleeping would keep the upstream from the core they share, for whole slices of
   * the scheduler.
   */
  readonly #turn = (): void => {
    this.#noteStall();
    this.#sendWhatIsDue();
    const plannedMs = (WARM_UP_SECONDS + this.#load.durationSeconds) * 1_000;
    const isLate = performance.now() - this.#beganMs > plannedMs + GRACE_MS;
    if (this.#answered + this.#errors >= this.#total || isLate) this.#finish();
    else {
      Atomics.wait(NEVER_NOTIFIED, 0, 0, TURN_MS);
      setImmediate(this.#turn);
    }
  };

  #noteStall(): void {
    const now = performance.now();
    if (this.#sent >= this.#firstRecorded) {
      this.#longestStallMs = Math.max(this.#longestStallMs, now - this.#lastTurnMs);
    }
    this.#lastTurnMs = now;
  }

  #sendWhatIsDue(): void {
    const now = performance.now();
    while (this.#sent < this.#total) {
      const due = this.#beganMs + (this.#sent * 1_000) / this.#load.ratePerSecond;
      if (due > now) return;
      const connection = this.#idle.pop();
      if (connection === undefined) return;
      const [before, after] = this.#requests[this.#sent % this.#requests.length] ?? ['', ''];
      this.#latenessMs[this.#sent] = now - due;
      const unique = this.#sent.toString(16).padStart(16, '0');
      connection.send(this.#sent, due, before + unique + after);
      this.#sent += 1;
    }
  }

  readonly onAnswer = (connection: FixedRateConnection, status: number): void => {
    if (status >= 200 && status <= 299) {
      this.#latenciesMs[connection.request] = performance.now() - connection.dueMs;
      this.#answered += 1;
    } else {
      this.#errors += 1;
    }
    this.#idle.push(connection);
    this.#sendWhatIsDue();
  };

  readonly onFailure = (): void => {
    this.#errors += 1;
  };

  result(): FixedRateResult {
    const latencies = this.#latenciesMs.subarray(this.#firstRecorded).sort();
    const lateness = this.#latenessMs.subarray(this.#firstRecorded).sort();
    return {
      requests: this.#answered,
      errors: this.#total - this.#answered,
      p50Ms: percentileOfSorted(latencies, 0.5),
      p90Ms: percentileOfSorted(latencies, 0.9),
      p99Ms: percentileOfSorted(latencies, 0.99),
      p999Ms: percentileOfSorted(latencies, 0.999),
      sendLatenessP99Ms: percentileOfSorted(lateness, 0.99),
      longestStallMs: this.#longestStallMs,
    };
  }
}

class FixedRateConnection {
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();
  /** The number of the request under way, and when it was due on the clock of `performance.now()`. */
  request = 0;
  dueMs = 0;

  constructor(
    port: number,
    onConnected: (connection: FixedRateConnection) => void,
    onAnswer: (connection: FixedRateConnection, status: number) => void,
    onFailure: () => void,
  ) {
    const buffer = Buffer.allocUnsafe(65_536);
    const callback = (length: number): boolean => {
      const status = this.#reader.read(buffer, length);
      if (status !== undefined) onAnswer(this, status);
      return true;
    };
    this.#socket = connect({ port, host: LOOPBACK, noDelay: true, onread: { buffer, callback } });
    this.#socket.once('connect', () => onConnected(this));
    this.#socket.once('error', onFailure);
    this.#socket.once('end', onFailure);
  }

  send(request: number, dueMs: number, text: string): void {
    this.request = request;
    this.dueMs = dueMs;
    this.#socket.write(text, 'latin1');
  }
}

try {
  // Linux rounds sleeps up by 50 us unless told otherwise.
  writeFileSync('/proc/self/timerslack_ns', '1000');
} catch {
  // Then the turns take twice as long, for all peers alike.
}
const run = new FixedRateRun(JSON.parse(process.argv[2] ?? '') as FixedRateLoad, () => {
  process.stdout.write(`${JSON.stringify(run.result())}\n`, () => process.exit(0));
});
run.start();
