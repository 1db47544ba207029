import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { TimerWheel } from '#base/timer-wheel.ts';
import type { ConnectCallbacks, ConnectOptions } from '#network/connecting.ts';
import type { EventTurn } from '#network/event-turn.ts';
import type { Transport } from '#network/transport.ts';

/** What the pools of a worker have in common. */
export interface PoolEnvironment {
  readonly turn: EventTurn;
  readonly clock: Clock;
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly connect: (options: ConnectOptions, callbacks: ConnectCallbacks) => Transport;
}
