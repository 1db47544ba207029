import fc from 'fast-check';
import t from 'tap';
import { SeededRandom } from '#base/random.ts';
import { JitteredBackOff } from '#upstream/dns/back-off.ts';

t.test('times stay below a bound that doubles up to the maximum', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer(),
      (baseIntervalMs, factor, seed) => {
        const maxIntervalMs = baseIntervalMs * factor;
        const backOff = new JitteredBackOff(
          { baseIntervalMs, maxIntervalMs },
          new SeededRandom(seed),
        );
        let boundMs = baseIntervalMs;
        return Array.from({ length: 12 }, () => {
          const isBelow = backOff.nextMs() < boundMs;
          boundMs = Math.min(2 * boundMs, maxIntervalMs);
          return isBelow;
        }).every(Boolean);
      },
    ),
  );
});

t.test('times use the whole range', async (t) => {
  const config = { baseIntervalMs: 1_000, maxIntervalMs: 1_000 };
  const backOff = new JitteredBackOff(config, new SeededRandom(1));
  const times = Array.from({ length: 200 }, () => backOff.nextMs());
  t.ok(Math.min(...times) < 50);
  t.ok(Math.max(...times) > 950);
});

t.test('a success begins anew', async (t) => {
  const config = { baseIntervalMs: 10, maxIntervalMs: 10_000 };
  const backOff = new JitteredBackOff(config, new SeededRandom(1));
  for (let failure = 0; failure < 10; failure++) backOff.nextMs();
  backOff.reset();
  t.ok(backOff.nextMs() < 10);
});
