import { Clock } from '#base/clock.ts';
import { TimerWheel } from '#base/timer-wheel.ts';
import { EventTurn } from '#network/event-turn.ts';

/** A worker's clock, timers and turns of the loop, all of which go on when the test says so. */
export class TestTime {
  nowMs = 1000;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly turn: EventTurn;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #wake: () => void = () => {};
  #flush: (() => void) | undefined = undefined;

  constructor() {
    this.clock = new Clock(
      () => this.nowMs,
      () => Date.UTC(2030, 0, 1),
    );
    this.turn = new EventTurn(this.clock, (run) => {
      this.#flush = run;
    });
    this.wheel = new TimerWheel(
      this.clock,
      (run) => {
        this.turn.begin();
        run();
        this.turn.end();
      },
      (delayMs, run) => {
        this.#wakeAtMs = this.nowMs + delayMs;
        this.#wake = run;
        return () => {
          this.#wakeAtMs = Number.POSITIVE_INFINITY;
        };
      },
    );
  }

  /** Ends the present turn of the loop: what was written is sent. */
  settle(): void {
    while (this.#flush !== undefined) {
      const flush = this.#flush;
      this.#flush = undefined;
      flush();
    }
  }

  /** Lets time pass; timers fire at most two ticks late. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    while (this.#wakeAtMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs, this.#wakeAtMs);
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.#wake();
      this.settle();
    }
    this.nowMs = untilMs;
    this.clock.refresh();
  }
}
