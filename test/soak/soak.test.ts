import t from 'tap';
import { runSoak } from './run-soak.ts';

t.test('mixed clients get right answers and leave nothing behind', async (t) => {
  const seed = Math.floor(Math.random() * 1_000_000);
  const { findings } = await runSoak({
    seconds: 10,
    clients: 60,
    rate: 150,
    seed,
    onProgress: () => undefined,
  });
  t.comment(`seed ${seed}`);
  for (const [what, times] of findings.tallies) t.comment(`${what}: ${times}`);
  t.strictSame(findings.wrongs, []);
  t.ok(findings.countOf('answers complete') > 200, 'there was something to be checked');
});
