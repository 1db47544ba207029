import { Clock } from '#base/clock.ts';
import { SeededRandom } from '#base/random.ts';
import { TimerWheel } from '#base/timer-wheel.ts';
import type { Http2Services } from '#http/h2/http2-services.ts';

/** Time that passes when a test says so. */
export class TestClock {
  nowMs = 1000;
  readonly clock: Clock = new Clock(
    () => this.nowMs,
    () => this.nowMs,
  );
  readonly timers: TimerWheel = new TimerWheel(
    this.clock,
    (run) => run(),
    () => () => {},
  );
  readonly services: Http2Services = {
    clock: this.clock,
    timers: this.timers,
    random: new SeededRandom(7),
  };

  /** Lets time pass in steps, as the real one does. */
  advance(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      this.nowMs += Math.min(left, 100);
      this.clock.refresh();
      this.timers.advance();
    }
  }
}
