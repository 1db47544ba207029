import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';

/** How connections are asked to go while a listener drains (`--drain-strategy`). */
export type DrainStrategy = 'gradual' | 'immediate';

/**
 * Whether the connections of a listener are to close with their next answer (Envoy's
 * `DrainDecision`). While a drain goes on gradually, the share of answers that end their
 * connection grows from none to all, so that clients do not all come back at once.
 */
export class DrainDecision {
  readonly #clock: Clock;
  readonly #random: Random;
  #areHealthChecksFailed = false;
  #strategy: DrainStrategy | undefined = undefined;
  #startMs = 0;
  #durationMs = 0;
  /** Whether `shouldClose` needs to be asked at all. */
  isActive = false;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** `/healthcheck/fail` and `/healthcheck/ok`. */
  failHealthChecks(areFailed: boolean): void {
    this.#areHealthChecksFailed = areFailed;
    this.isActive = areFailed || this.#strategy !== undefined;
  }

  /** The drain begins and takes `durationMs`; it cannot be called off. */
  start(strategy: DrainStrategy, durationMs: number): void {
    if (this.#strategy !== undefined) return;
    this.#strategy = strategy;
    this.#startMs = this.#clock.nowMs;
    this.#durationMs = durationMs;
    this.isActive = true;
  }

  shouldClose(): boolean {
    if (this.#areHealthChecksFailed || this.#strategy === 'immediate') return true;
    if (this.#strategy === undefined) return false;
    const elapsedMs = this.#clock.nowMs - this.#startMs;
    if (elapsedMs >= this.#durationMs) return true;
    return elapsedMs > this.#random.uint32() % this.#durationMs;
  }
}
