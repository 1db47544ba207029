/** A little less than what servers on nghttp2 put up with, which are the strictest that are known. */
const RESETS_MAX = 900;
const RESETS_PER_SECOND = 30;

/**
 * How many streams may still be reset on a connection. Servers take many resets for an attack
 * (CVE-2023-44487) and end the connection with all its streams, those of other clients too, so it
 * must go out of use before one client can bring that about.
 */
export class ResetBudget {
  #left = RESETS_MAX;
  #refilledMs: number;

  constructor(nowMs: number) {
    this.#refilledMs = nowMs;
  }

  /** A stream is reset. False: to reset all the other ones of so many would be too much. */
  spend(activeStreams: number, nowMs: number): boolean {
    const refill = ((nowMs - this.#refilledMs) * RESETS_PER_SECOND) / 1000;
    this.#refilledMs = nowMs;
    this.#left = Math.min(this.#left + refill, RESETS_MAX) - 1;
    return this.#left >= activeStreams - 1;
  }
}
