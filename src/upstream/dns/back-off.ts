import type { Random } from '#base/random.ts';
import type { BackOffConfig } from '#upstream/cluster-config.ts';

/**
 * Envoy's jittered exponential back-off: a random time below a bound that starts at the base interval and
 * doubles with each failure up to the maximum.
 */
export class JitteredBackOff {
  readonly #config: BackOffConfig;
  readonly #random: Random;
  #boundMs: number;

  constructor(config: BackOffConfig, random: Random) {
    this.#config = config;
    this.#random = random;
    this.#boundMs = config.baseIntervalMs;
  }

  nextMs(): number {
    const boundMs = Math.max(1, Math.floor(this.#boundMs));
    this.#boundMs = Math.min(2 * this.#boundMs, this.#config.maxIntervalMs);
    return this.#random.uint32() % boundMs;
  }

  /** After a success. */
  reset(): void {
    this.#boundMs = this.#config.baseIntervalMs;
  }
}
