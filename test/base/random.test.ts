import t from 'tap';
import { createRandom, SeededRandom } from '#base/random.ts';

function take(random: { uint32(): number }, count: number): number[] {
  return Array.from({ length: count }, () => random.uint32());
}

t.test('the same seed gives the same numbers, another seed others', async (t) => {
  t.same(take(new SeededRandom(7), 10), take(new SeededRandom(7), 10));
  t.not(new SeededRandom(7).uint32(), new SeededRandom(8).uint32());
  t.not(new SeededRandom(7, 1).uint32(), new SeededRandom(7, 2).uint32());
});

t.test('numbers are integers of 32 bits', async (t) => {
  const numbers = take(new SeededRandom(0), 10_000);
  t.ok(numbers.every((one) => Number.isInteger(one) && one >= 0 && one < 2 ** 32));
  t.ok(numbers.some((one) => one >= 2 ** 31));
});

t.test('every bit is set about half of the time', async (t) => {
  const numbers = take(new SeededRandom(3), 10_000);
  for (let bit = 0; bit < 32; bit++) {
    const ones = numbers.filter((one) => ((one >>> bit) & 1) === 1).length;
    t.ok(ones > 4_700 && ones < 5_300, `bit ${bit}: ${ones}`);
  }
});

t.test('small ranges are evenly filled', async (t) => {
  const counts = Array.from({ length: 10 }, () => 0);
  for (const one of take(new SeededRandom(5), 20_000)) (counts[one % 10] as number) += 1;
  for (const count of counts) t.ok(count > 1_800 && count < 2_200, counts.join());
});

t.test('generators with seeds of their own differ', async (t) => {
  t.notSame(take(createRandom(), 4), take(createRandom(), 4));
});
