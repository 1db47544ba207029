import type { Clock } from '#base/clock.ts';

/** Something that collected output during a turn and writes it at its end. */
export interface TurnFlusher {
  flushTurn(): void;
}

/**
 * The frame around everything a worker does because of one event (bytes arrived, a timer fired).
 * The clock is read once at the beginning. What connections were given to write goes to the kernel
 * when the events of this turn of Node's loop are all handled: a head and its body, or ten
 * pipelined answers, are one system call, and a peer is woken once for a burst instead of once
 * for every write.
 */
export class EventTurn {
  readonly #clock: Clock;
  readonly #dirty: TurnFlusher[] = [];
  readonly #schedule: (run: () => void) => void;
  readonly #flush = (): void => this.flushNow();
  #later: (() => void)[] = [];
  #depth = 0;
  #isScheduled = false;

  constructor(clock: Clock, schedule: (run: () => void) => void = setImmediate) {
    this.#clock = clock;
    this.#schedule = schedule;
  }

  begin(): void {
    if (this.#depth++ === 0) this.#clock.refresh();
  }

  end(): void {
    this.#depth--;
  }

  /** Asks for `flushTurn` after the present events. The caller sees to it that it asks only once. */
  flushAtEnd(flusher: TurnFlusher): void {
    this.#dirty.push(flusher);
    this.#scheduleFlush();
  }

  /** Calls `run` in a turn of its own, when the events of this turn of Node's loop are handled. */
  later(run: () => void): void {
    this.#later.push(run);
    this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(this.#flush);
  }

  /** Writes what was collected. */
  flushNow(): void {
    this.#isScheduled = false;
    if (this.#later.length > 0) this.#runLater();
    const dirty = this.#dirty;
    // By index: flushing may close a connection, which may make another one dirty.
    for (let index = 0; index < dirty.length; index++) (dirty[index] as TurnFlusher).flushTurn();
    dirty.length = 0;
  }

  /** What is asked for meanwhile comes in the next turn of the loop. */
  #runLater(): void {
    const runs = this.#later;
    this.#later = [];
    this.begin();
    for (const run of runs) run();
    this.end();
  }
}
