/** How long it may take until a change of the system's clock is seen. */
const ADJUSTMENT_INTERVAL_MS = 1000;

/**
 * Time as a worker sees it: read once when an event arrives and kept for everything that happens
 * because of it, since asking the system costs more than most of what is measured.
 */
export class Clock {
  /** Milliseconds of a clock that never jumps. */
  nowMs: number;
  #wallOffsetMs = 0;
  #nextAdjustmentMs = 0;
  readonly #read: () => number;
  readonly #wallNow: () => number;

  constructor(read: () => number = () => performance.now(), wallNow: () => number = Date.now) {
    this.#read = read;
    this.#wallNow = wallNow;
    this.nowMs = read();
    this.#adjust();
  }

  /** To be called at the beginning of every event. */
  refresh(): void {
    this.nowMs = this.#read();
    if (this.nowMs >= this.#nextAdjustmentMs) this.#adjust();
  }

  /** Milliseconds since 1970 at `nowMs`. */
  wallMs(): number {
    return this.nowMs + this.#wallOffsetMs;
  }

  /** The system's clock may have been set meanwhile. */
  #adjust(): void {
    this.#wallOffsetMs = this.#wallNow() - this.nowMs;
    this.#nextAdjustmentMs = this.nowMs + ADJUSTMENT_INTERVAL_MS;
  }
}
