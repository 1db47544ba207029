import type { RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

const TOTAL_STREAM_COUNT = 'overload.premature_reset_total_stream_count';
const MIN_STREAM_LIFETIME_SECONDS = 'overload.premature_reset_min_stream_lifetime_seconds';
const DEFAULT_TOTAL_STREAM_COUNT = 500;
const DEFAULT_MIN_STREAM_LIFETIME_SECONDS = 1;

/**
 * Counts the streams of one connection that were given up young and unanswered, which is how
 * clients make a proxy work for nothing ("rapid reset", CVE-2023-44487). Too many are half of all
 * streams once there were `overload.premature_reset_total_stream_count` (default 500), or so many
 * before that that nothing could make up for them. Young is
 * `overload.premature_reset_min_stream_lifetime_seconds` (default 1).
 */
export class PrematureResets {
  readonly #runtime: () => RuntimeSnapshot;
  #streams = 0;
  #resets = 0;

  constructor(runtime: () => RuntimeSnapshot) {
    this.#runtime = runtime;
  }

  noteEnd(info: StreamInfo, nowMs: number): void {
    this.#streams++;
    if (info.responseCode !== 0) return;
    const minLifetimeSeconds = this.#runtime().getInteger(
      MIN_STREAM_LIFETIME_SECONDS,
      DEFAULT_MIN_STREAM_LIFETIME_SECONDS,
    );
    const lifetimeSeconds = Math.trunc((nowMs - info.startTimeMs) / 1000);
    if (lifetimeSeconds <= minLifetimeSeconds) this.#resets++;
  }

  /**
   * The client made the proxy reset a stream that never came to a request, or was over
   * ("made you reset", CVE-2025-8671): that costs about the same, and Envoy does not count it.
   */
  noteProvoked(): void {
    this.#streams++;
    this.#resets++;
  }

  get isTooMany(): boolean {
    if (this.#resets === 0) return false;
    const limit = this.#runtime().getInteger(TOTAL_STREAM_COUNT, DEFAULT_TOTAL_STREAM_COUNT);
    return this.#resets * 2 >= Math.max(limit, this.#streams);
  }
}
