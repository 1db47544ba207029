import type { Clock } from '#base/clock.ts';

/** Something that collected output during a turn and writes it at its end. */
export interface TurnFlusher {
  flushTurn(): void;
}

/**
 * The frame around everything a worker does because of one event (bytes arrived, a timer fired).
 * The clock is read once at the beginning; what connections were given to write during the turn
 * goes to the kernel once at its end, so that a head and its body, or ten pipelined answers, are
 * one system call.
 */
export class EventTurn {
  readonly #clock: Clock;
  readonly #dirty: TurnFlusher[] = [];
  #depth = 0;
  #isFlushScheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): void {
    if (this.#depth++ === 0) this.#clock.refresh();
  }

  end(): void {
    if (--this.#depth === 0 && this.#dirty.length > 0) this.#flush();
  }

  /** Asks for `flushTurn` at the end of this turn. The caller sees to it that it asks only once. */
  flushAtEnd(flusher: TurnFlusher): void {
    this.#dirty.push(flusher);
    if (this.#depth > 0 || this.#isFlushScheduled) return;
    // Outside of any turn (start-up, tests): the next microtask does.
    this.#isFlushScheduled = true;
    queueMicrotask(() => {
      this.#isFlushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const dirty = this.#dirty;
    // By index: flushing may close a connection, which may make another one dirty.
    for (let index = 0; index < dirty.length; index++) (dirty[index] as TurnFlusher).flushTurn();
    dirty.length = 0;
  }
}
