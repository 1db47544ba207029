/**
 * Time as a worker sees it: read once when an event arrives and kept for everything that happens
 * because of it, since asking the system costs more than most of what is measured.
 */
export class Clock {
  /** Milliseconds of a clock that never jumps. */
  nowMs: number;
  readonly #wallOffsetMs: number;
  readonly #read: () => number;

  constructor(read: () => number = () => performance.now(), wallNow: () => number = Date.now) {
    this.#read = read;
    this.nowMs = read();
    this.#wallOffsetMs = wallNow() - this.nowMs;
  }

  /** To be called at the beginning of every event. */
  refresh(): void {
    this.nowMs = this.#read();
  }

  /** Milliseconds since 1970 at `nowMs`. */
  wallMs(): number {
    return this.nowMs + this.#wallOffsetMs;
  }
}
