import { setTimeout as sleep } from 'node:timers/promises';

/** Lets everybody together begin only so many things a second. */
export class Pace {
  readonly #intervalMs: number;
  #nextMs = 0;

  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
  }

  /** Resolves when it is this caller's turn. */
  async turn(): Promise<void> {
    const now = performance.now();
    // What was not used in time is lost: there are no bursts after a pause.
    this.#nextMs = Math.max(this.#nextMs + this.#intervalMs, now);
    const waitMs = this.#nextMs - now;
    if (waitMs > 1) await sleep(waitMs);
  }
}
