import fc from 'fast-check';
import t from 'tap';
import { EdfScheduler } from '#upstream/lb/edf-scheduler.ts';

function play(scheduler: EdfScheduler, weights: readonly number[], times: number): number[] {
  return Array.from({ length: times }, () => {
    const entry = scheduler.next();
    scheduler.reschedule(weights[entry] as number);
    return entry;
  });
}

function countsOf(entries: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, entry) => entries.filter((one) => one === entry).length);
}

t.test('entries come up as often as their weights say, evenly spread', async (t) => {
  const weights = [1, 2, 4];
  t.same(play(new EdfScheduler(weights, 0), weights, 7), [2, 1, 2, 2, 0, 1, 2]);
});

t.test('equal weights take turns', async (t) => {
  const weights = [3, 3, 3];
  t.same(play(new EdfScheduler(weights, 0), weights, 6), [0, 1, 2, 0, 1, 2]);
});

t.test('an entry that is not put back stays due', async (t) => {
  const scheduler = new EdfScheduler([1, 5], 0);
  t.equal(scheduler.next(), 1);
  t.equal(scheduler.next(), 1);
});

t.test('a weight that changes counts from the next turn on', async (t) => {
  const scheduler = new EdfScheduler([1, 1], 0);
  const entries = play(scheduler, [1, 3], 80);
  t.same(countsOf(entries.slice(40), 2), [10, 30]);
});

const someWeights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 12 });

t.test('over a whole turn the shares are exact, wherever the schedule starts', async () => {
  fc.assert(
    fc.property(someWeights, fc.nat(1000), (weights, picks) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const entries = play(new EdfScheduler(weights, picks), weights, total);
      // Deadlines that tie may fall to either side of the end.
      return countsOf(entries, weights.length).every(
        (count, entry) => Math.abs(count - (weights[entry] as number)) <= 1,
      );
    }),
  );
});

t.test('a head start is what playing it would have been', async () => {
  const distinct = fc.uniqueArray(fc.constantFrom(2, 3, 5, 7, 11, 13, 17), { minLength: 2 });
  fc.assert(
    fc.property(distinct, fc.nat(200), (weights, picks) => {
      const played = new EdfScheduler(weights, 0);
      play(played, weights, picks);
      const length = 200;
      const expected = countsOf(play(played, weights, length), weights.length);
      const started = play(new EdfScheduler(weights, picks), weights, length);
      return countsOf(started, weights.length).every(
        (count, entry) => Math.abs(count - (expected[entry] as number)) <= 1,
      );
    }),
  );
});

t.test('no entry waits longer than its weight allows', async () => {
  fc.assert(
    fc.property(someWeights, (weights) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const entries = play(new EdfScheduler(weights, 0), weights, 4 * total);
      return weights.every((weight, entry) => {
        const longest = Math.ceil(total / weight) + weights.length;
        let last = -1;
        return entries.every((one, index) => {
          if (one === entry) last = index;
          return index - last <= longest;
        });
      });
    }),
  );
});
