import type { Clock } from '#base/clock.ts';
import type { TimerWheel } from '#base/timer-wheel.ts';
import type { EventTurn } from '#network/event-turn.ts';

/** What the pools of a worker have in common. */
export interface PoolEnvironment {
  readonly turn: EventTurn;
  readonly clock: Clock;
  readonly timers: TimerWheel;
}
