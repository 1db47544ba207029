import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { TimerWheel } from '#base/timer-wheel.ts';

/** What HTTP/2 connections need of their worker. */
export interface Http2Services {
  readonly clock: Clock;
  readonly timers: TimerWheel;
  readonly random: Random;
}
