import t from 'tap';
import { Clock } from '#base/clock.ts';

function manualClock(): { clock: Clock; advance(ms: number): void; setWall(ms: number): void } {
  let nowMs = 100;
  let wallMs = 1_000_000;
  const clock = new Clock(
    () => nowMs,
    () => wallMs,
  );
  return {
    clock,
    advance(ms) {
      nowMs += ms;
      wallMs += ms;
    },
    setWall(ms) {
      wallMs = ms;
    },
  };
}

t.test('time stands still until it is refreshed', (t) => {
  const { clock, advance } = manualClock();
  advance(5);
  t.equal(clock.nowMs, 100);
  clock.refresh();
  t.equal(clock.nowMs, 105);
  t.equal(clock.wallMs(), 1_000_005);
  t.end();
});

t.test('a change of the system clock is seen within a second, and moves no deadline', (t) => {
  const { clock, advance, setWall } = manualClock();
  setWall(5_000_000);
  advance(1);
  clock.refresh();
  t.equal(clock.wallMs(), 1_000_001);
  advance(1000);
  clock.refresh();
  t.equal(clock.wallMs(), 5_001_001);
  t.equal(clock.nowMs, 1101);
  t.end();
});
