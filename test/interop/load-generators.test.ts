import autocannon from 'autocannon';
import t from 'tap';
import { echoUpstream } from './echo-upstream.ts';
import { startInFrontOf } from './interop-bootstrap.ts';
import { findProgram, run, unlessFound } from './programs.ts';

const [ab, wrk] = [findProgram('ab'), findProgram('wrk')];

t.test('load generators see no errors', async (t) => {
  const upstream = await echoUpstream(t);
  const proa = await startInFrontOf(t, upstream.port);

  await t.test('autocannon', async (t) => {
    const options = { connections: 10, duration: 2, pipelining: 2 };
    const result = await autocannon({ url: proa.url('web', '/bytes/1000'), ...options });
    t.match(result, { errors: 0, timeouts: 0, non2xx: 0, mismatches: 0, resets: 0 });
    t.ok(result['2xx'] > 100, `${result['2xx']} answers`);
  });

  await t.test('wrk', unlessFound(wrk), async (t) => {
    const args = ['-t1', '-c10', '-d1s', proa.url('web', '/bytes/1000')];
    const { code, stdout } = await run(wrk as string, args);
    t.equal(code, 0);
    t.match(stdout.toString(), /\d+ requests in/);
    t.notMatch(stdout.toString(), /Socket errors|Non-2xx/);
  });

  await t.test('ab', unlessFound(ab), async (t) => {
    const ask = ['-q', '-t', '1', '-c', '10', '-n', '1000'];
    for (const more of [[], ['-k']]) {
      // It speaks HTTP/1.0.
      const url = proa.url('tolerant', '/bytes/1000');
      const { code, stdout, stderr } = await run(ab as string, [...ask, ...more, url]);
      t.equal(code, 0, stderr);
      t.match(stdout.toString(), /Failed requests: +0\n/);
      t.notMatch(stdout.toString(), /Non-2xx/);
    }
  });

  await t.test('and nothing is left of them', async (t) => {
    t.equal(await proa.stat('http.web.downstream_rq_active'), 0);
    t.equal(await proa.stat('http.web.downstream_rq_5xx'), 0);
    t.equal(await proa.stat('cluster.upstream.upstream_rq_active'), 0);
  });
});
