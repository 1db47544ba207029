import t from 'tap';
import { Clock } from '#base/clock.ts';
import { EventTurn } from '#network/event-turn.ts';

interface Scene {
  readonly turn: EventTurn;
  readonly clock: Clock;
  readonly scheduled: (() => void)[];
  nowMs: number;
}

function scene(): Scene {
  const scheduled: (() => void)[] = [];
  const result = { scheduled, nowMs: 0 } as { -readonly [Key in keyof Scene]: Scene[Key] };
  result.clock = new Clock(
    () => result.nowMs,
    () => result.nowMs,
  );
  result.turn = new EventTurn(result.clock, (run) => scheduled.push(run));
  return result;
}

t.test('the clock is read once for everything that happens because of one event', async (t) => {
  const world = scene();
  world.nowMs = 10;
  world.turn.begin();
  t.equal(world.clock.nowMs, 10);
  world.nowMs = 20;
  world.turn.begin();
  t.equal(world.clock.nowMs, 10, 'an event within an event');
  world.turn.end();
  world.turn.end();
  world.turn.begin();
  t.equal(world.clock.nowMs, 20);
  world.turn.end();
});

t.test('what asks for the end of the turn is scheduled once and called in order', async (t) => {
  const { turn, scheduled } = scene();
  const calls: string[] = [];
  for (const name of ['one', 'two', 'three']) {
    turn.flushAtEnd({ flushTurn: () => calls.push(name) });
  }
  t.equal(scheduled.length, 1);
  t.same(calls, []);
  scheduled[0]?.();
  t.same(calls, ['one', 'two', 'three']);
  scheduled[0]?.();
  t.same(calls, ['one', 'two', 'three'], 'nothing is left');
});

t.test('what is asked for meanwhile belongs to the same end', async (t) => {
  const { turn, scheduled } = scene();
  const calls: string[] = [];
  turn.flushAtEnd({
    flushTurn: () => {
      calls.push('first');
      turn.flushAtEnd({ flushTurn: () => calls.push('second') });
    },
  });
  scheduled[0]?.();
  t.same(calls, ['first', 'second']);
});

t.test('a new turn schedules its end anew', async (t) => {
  const { turn, scheduled } = scene();
  let calls = 0;
  const flusher = { flushTurn: () => calls++ };
  turn.flushAtEnd(flusher);
  scheduled[0]?.();
  turn.flushAtEnd(flusher);
  t.equal(scheduled.length, 2);
  scheduled[1]?.();
  t.equal(calls, 2);
});

t.test('the end of the turn can be now', async (t) => {
  const { turn } = scene();
  let calls = 0;
  turn.flushAtEnd({ flushTurn: () => calls++ });
  turn.flushNow();
  t.equal(calls, 1);
});
