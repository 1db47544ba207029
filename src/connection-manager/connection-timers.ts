import { type TimerOwner, type TimerWheel, WheelTimer } from '#base/timer-wheel.ts';

export type ConnectionTimeout =
  /** `idle_timeout`, counted from the last start: a request may have begun since. */
  | 'idle'
  /** `max_connection_duration`. */
  | 'duration'
  /** `request_headers_timeout`, before there is a stream to have it. */
  | 'protocol'
  /** `drain_timeout`: clients were told for long enough. */
  | 'drain'
  /** `delayed_close_timeout`: the client did not close although it was told to. */
  | 'delayedClose';

export interface ConnectionTimeoutOwner {
  onConnectionTimeout(timeout: ConnectionTimeout): void;
}

/** The timers of one client connection; each is made when it is first needed. */
export class ConnectionTimers implements TimerOwner {
  readonly #wheel: TimerWheel;
  readonly #owner: ConnectionTimeoutOwner;
  readonly #timers: Record<ConnectionTimeout, WheelTimer | undefined> = {
    idle: undefined,
    duration: undefined,
    protocol: undefined,
    drain: undefined,
    delayedClose: undefined,
  };

  constructor(wheel: TimerWheel, owner: ConnectionTimeoutOwner) {
    this.#wheel = wheel;
    this.#owner = owner;
  }

  /** Starts a timer, or starts it anew; 0 milliseconds are no limit. */
  start(timeout: ConnectionTimeout, delayMs: number): void {
    if (delayMs === 0) return;
    let timer = this.#timers[timeout];
    if (timer === undefined) {
      timer = new WheelTimer(this);
      this.#timers[timeout] = timer;
    }
    this.#wheel.start(timer, delayMs);
  }

  cancel(timeout: ConnectionTimeout): void {
    const timer = this.#timers[timeout];
    if (timer !== undefined) this.#wheel.cancel(timer);
  }

  cancelAll(): void {
    for (const timer of Object.values(this.#timers)) {
      if (timer !== undefined) this.#wheel.cancel(timer);
    }
  }

  onTimer(timer: WheelTimer): void {
    this.#owner.onConnectionTimeout(this.#timeoutOf(timer));
  }

  #timeoutOf(timer: WheelTimer): ConnectionTimeout {
    switch (timer) {
      case this.#timers.idle:
        return 'idle';
      case this.#timers.duration:
        return 'duration';
      case this.#timers.protocol:
        return 'protocol';
      case this.#timers.drain:
        return 'drain';
      default:
        return 'delayedClose';
    }
  }
}
