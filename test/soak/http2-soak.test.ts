import t from 'tap';
import { runHttp2Soak } from './run-http2-soak.ts';

for (const protocol of ['h2', 'h1'] as const) {
  t.test(`mixed HTTP/2 clients of an ${protocol} upstream leave nothing behind`, async (t) => {
    const seed = Math.floor(Math.random() * 1_000_000);
    const { findings } = await runHttp2Soak(protocol, {
      seconds: 6,
      clients: 30,
      rate: 50,
      seed,
      onProgress: () => undefined,
    });
    t.comment(`seed ${seed}`);
    for (const [what, times] of findings.tallies) t.comment(`${what}: ${times}`);
    t.strictSame(findings.wrongs, []);
    t.ok(findings.countOf('answers complete') > 100, 'there was something to be checked');
  });
}
