import fc from 'fast-check';
import t from 'tap';
import { Clock } from '#base/clock.ts';
import { type TimerOwner, TimerWheel, WheelTimer } from '#base/timer-wheel.ts';

/** A clock and a wheel whose wakes happen when the test says so. */
class TestTime {
  nowMs = 1000;
  readonly clock = new Clock(
    () => this.nowMs,
    () => 0,
  );
  readonly wheel: TimerWheel;
  wakeAtMs = Number.POSITIVE_INFINITY;
  #run: () => void = () => {};

  constructor() {
    this.wheel = new TimerWheel(this.clock, undefined, (delayMs, run) => {
      this.wakeAtMs = this.nowMs + delayMs;
      this.#run = run;
      return () => {
        this.wakeAtMs = Number.POSITIVE_INFINITY;
      };
    });
  }

  /** Lets time pass, waking the wheel whenever it asked for it. */
  advanceTo(timeMs: number): void {
    while (this.wakeAtMs <= timeMs) {
      this.nowMs = Math.max(this.nowMs, this.wakeAtMs);
      this.wakeAtMs = Number.POSITIVE_INFINITY;
      this.#run();
    }
    this.nowMs = timeMs;
    this.clock.refresh();
  }
}

class Recorder implements TimerOwner {
  readonly fired: number[] = [];
  readonly #time: TestTime;
  readonly #then: (timer: WheelTimer) => void;

  constructor(time: TestTime, then: (timer: WheelTimer) => void = () => {}) {
    this.#time = time;
    this.#then = then;
  }

  onTimer(timer: WheelTimer): void {
    this.fired.push(this.#time.nowMs);
    this.#then(timer);
  }
}

t.test('a timer fires once, not early and at most two ticks late', (t) => {
  const time = new TestTime();
  const owner = new Recorder(time);
  const timer = new WheelTimer(owner);
  time.wheel.start(timer, 100);
  t.equal(timer.isRunning, true);
  time.advanceTo(1099);
  t.same(owner.fired, []);
  time.advanceTo(2000);
  t.equal(owner.fired.length, 1);
  t.ok((owner.fired[0] as number) >= 1100 && (owner.fired[0] as number) <= 1108);
  t.equal(timer.isRunning, false);
  t.equal(time.wheel.size, 0);
  t.end();
});

t.test('a cancelled timer does not fire, and cancelling twice is harmless', (t) => {
  const time = new TestTime();
  const owner = new Recorder(time);
  const timer = new WheelTimer(owner);
  time.wheel.start(timer, 50);
  time.wheel.cancel(timer);
  time.wheel.cancel(timer);
  t.equal(time.wheel.size, 0);
  time.advanceTo(5000);
  t.same(owner.fired, []);
  t.end();
});

t.test('a timer that is pushed back again and again fires after the last push', (t) => {
  const time = new TestTime();
  const owner = new Recorder(time);
  const timer = new WheelTimer(owner);
  for (let atMs = 1000; atMs <= 1400; atMs += 20) {
    time.advanceTo(atMs);
    time.wheel.start(timer, 50);
  }
  t.same(owner.fired, []);
  t.equal(time.wheel.size, 1);
  time.advanceTo(3000);
  t.equal(owner.fired.length, 1);
  t.ok((owner.fired[0] as number) >= 1450 && (owner.fired[0] as number) <= 1458);
  t.end();
});

t.test('a timer that is pulled forward fires at the new time', (t) => {
  const time = new TestTime();
  const owner = new Recorder(time);
  const timer = new WheelTimer(owner);
  time.wheel.start(timer, 60_000);
  time.wheel.start(timer, 20);
  time.advanceTo(1028);
  t.equal(owner.fired.length, 1);
  time.advanceTo(100_000);
  t.equal(owner.fired.length, 1);
  t.end();
});

t.test('a far timer that is started by another one does not delay a near one', (t) => {
  const time = new TestTime();
  const near = new Recorder(time);
  const nearTimer = new WheelTimer(near);
  const farTimer = new WheelTimer(new Recorder(time));
  const starter = new Recorder(time, () => time.wheel.start(farTimer, 3_600_000));
  time.wheel.start(nearTimer, 100);
  time.wheel.start(new WheelTimer(starter), 20);
  time.advanceTo(1108);
  t.equal(starter.fired.length, 1);
  t.equal(near.fired.length, 1);
  t.end();
});

t.test('timers beyond one turn of the wheel wait for their turn', (t) => {
  const time = new TestTime();
  const owner = new Recorder(time);
  time.wheel.start(new WheelTimer(owner), 3_600_000);
  time.advanceTo(1000 + 3_599_999);
  t.same(owner.fired, []);
  time.advanceTo(1000 + 3_600_008);
  t.equal(owner.fired.length, 1);
  t.end();
});

t.test('a wheel that slept for long does not fire new timers early', (t) => {
  const time = new TestTime();
  time.advanceTo(1_000_000);
  const owner = new Recorder(time);
  time.wheel.start(new WheelTimer(owner), 500);
  time.advanceTo(1_000_499);
  t.same(owner.fired, []);
  time.advanceTo(1_000_508);
  t.equal(owner.fired.length, 1);
  t.end();
});

t.test('a callback may cancel its neighbours and start itself anew', (t) => {
  const time = new TestTime();
  const neighbour = new WheelTimer(new Recorder(time));
  const owner: Recorder = new Recorder(time, (timer) => {
    time.wheel.cancel(neighbour);
    if (owner.fired.length < 3) time.wheel.start(timer, 10);
  });
  time.wheel.start(neighbour, 10);
  time.wheel.start(new WheelTimer(owner), 10);
  time.advanceTo(2000);
  t.equal(owner.fired.length, 3);
  t.ok((neighbour.owner as Recorder).fired.length <= 1);
  t.equal(time.wheel.size, 0);
  t.end();
});

t.test('whatever is started, pushed and cancelled: every timer fires once, in time', (t) => {
  const step = fc.record({
    timer: fc.nat(7),
    delayMs: fc.oneof(fc.nat(50), fc.nat(10_000)),
    cancel: fc.boolean(),
    pauseMs: fc.nat(200),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const time = new TestTime();
      const owners = Array.from({ length: 8 }, () => new Recorder(time));
      const timers = owners.map((owner) => new WheelTimer(owner));
      const due: (number | undefined)[] = owners.map(() => undefined);
      const check = (): void => {
        owners.forEach((owner, index) => {
          for (const firedMs of owner.fired.splice(0)) {
            const dueMs = due[index];
            if (dueMs === undefined) throw new Error('fired without being started');
            if (firedMs < dueMs || firedMs > dueMs + 8) throw new Error(`${dueMs}, ${firedMs}`);
            due[index] = undefined;
          }
        });
      };
      for (const { timer, delayMs, cancel, pauseMs } of steps) {
        const chosen = timers[timer] as WheelTimer;
        if (cancel) {
          time.wheel.cancel(chosen);
          due[timer] = undefined;
        } else {
          time.wheel.start(chosen, delayMs);
          due[timer] = time.nowMs + delayMs;
        }
        time.advanceTo(time.nowMs + pauseMs);
        check();
      }
      time.advanceTo(time.nowMs + 20_000);
      check();
      return due.every((dueMs) => dueMs === undefined) && time.wheel.size === 0;
    }),
  );
  t.end();
});
