import type { TimerWheel } from '#base/timer-wheel.ts';
import { StreamTimeouts } from '#connection-manager/stream-timeouts.ts';

/** More than this many are left to the garbage collector. */
const KEPT_MAX = 1024;

/** Timers for the streams of HTTP/2 connections, which have no connection of their own to keep them. */
export class StreamTimeoutsPool {
  readonly #wheel: TimerWheel;
  readonly #free: StreamTimeouts[] = [];

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  acquire(): StreamTimeouts {
    return this.#free.pop() ?? new StreamTimeouts(this.#wheel);
  }

  release(timeouts: StreamTimeouts): void {
    timeouts.cancelAll();
    if (this.#free.length < KEPT_MAX) this.#free.push(timeouts);
  }
}
