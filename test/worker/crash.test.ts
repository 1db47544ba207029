import t from 'tap';
import { freePort } from '../../bench/machine/loopback.ts';
import { answer, bootstrapOf, httpListener, routeTo, staticCluster } from '../tools/bootstrap.ts';
import { ask } from '../tools/http-client.ts';
import { httpServer } from '../tools/http-server.ts';
import { type RunningProa, startProa, until } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

const PRELOADED = new URL('./throw-on-magic-header.ts', import.meta.url).href;
/** Requests under way at once that the slow cluster takes. */
const LIMIT = 20;
const LIMITS = { max_requests: LIMIT };
const MAGIC = { 'x-meet-a-defect': 'yes' };

/** Two workers that share a port, and a slow upstream. */
async function start(t: Parameters<typeof temporaryFolder>[0]): Promise<{
  readonly proa: RunningProa;
  readonly port: number;
  readonly release: () => void;
}> {
  const released = Promise.withResolvers<void>();
  const upstream = await httpServer(t, (_request, response) => {
    void released.promise.then(() => response.end('slow'));
  });
  const port = await freePort();
  const routes = [routeTo('slow', '/slow'), answer(200, 'hello')];
  const proa = await startProa(
    bootstrapOf(
      [httpListener({ name: 'web', at: port, routes })],
      [staticCluster('slow', upstream.port, { circuit_breakers: { thresholds: [LIMITS] } })],
    ),
    {
      folder: temporaryFolder(t),
      concurrency: 2,
      env: { NODE_OPTIONS: `--import=${PRELOADED}` },
    },
  );
  t.teardown(() => proa.process.stop());
  return { proa, port, release: () => released.resolve() };
}

t.test('a worker that crashes is replaced, and only its connections are lost', async (t) => {
  const { proa, port, release } = await start(t);
  // Many connections, so that both workers have some, with a request under way on each.
  const slow = Array.from({ length: 20 }, () =>
    ask({ port, path: '/slow' }).then(
      ({ status, body }) => `${status} ${body}`,
      (error: NodeJS.ErrnoException) => error.code,
    ),
  );
  t.ok(await until(async () => (await proa.stat('http.web.downstream_rq_active')) === 20));
  const prefix = `listener.127.0.0.1_${port}`;
  const [first = 0, second = 0] = await Promise.all(
    [0, 1].map((worker) => proa.stat(`${prefix}.worker_${worker}.downstream_cx_active`)),
  );
  t.equal(first + second, 20);
  const counted = (await proa.stat('http.web.downstream_rq_total')) ?? 0;
  await t.rejects(ask({ port, headers: MAGIC }), 'the request that meets the defect gets nothing');
  t.ok(await until(async () => (await proa.stat('server.worker_crashed')) === 1));
  release();
  const outcomes = await Promise.all(slow);
  const served = outcomes.filter((outcome) => outcome === '200 slow').length;
  t.ok(served === first || served === second, `${served} of ${first} and ${second} are served`);
  t.match(proa.process.stderr, /worker \d crashed and is replaced: .*the defect of the test/);

  // The other worker serves all the time, and soon there are two again.
  for (let count = 0; count < 10; count++) t.equal((await ask({ port })).body, 'hello');
  const isReplaced = await until(async () => {
    const before = await cxTotals(proa, prefix);
    for (let count = 0; count < 20; count++) await ask({ port });
    const after = await cxTotals(proa, prefix);
    return after.every((total = 0, worker) => total > (before[worker] ?? 0));
  });
  t.ok(isReplaced, 'both workers get connections again');
  const total = (await proa.stat('http.web.downstream_rq_total')) ?? 0;
  t.ok(total >= counted + 30, 'what the crashed worker counted is not forgotten');
  t.equal(await proa.stat('http.web.downstream_cx_active'), 0, 'nothing is counted as open');
  t.equal(await proa.stat(`${prefix}.downstream_cx_active`), 0);
  t.equal(await proa.stat('http.web.downstream_rq_active'), 0);
  t.equal(await proa.stat('cluster.slow.upstream_rq_active'), 0);
  t.equal((await proa.admin('GET', '/ready')).status, 200);
  t.strictSame(await proa.process.stop(), { code: 0, signal: null });
});

function cxTotals(proa: RunningProa, prefix: string): Promise<(number | undefined)[]> {
  return Promise.all(
    [0, 1].map((worker) => proa.stat(`${prefix}.worker_${worker}.downstream_cx_total`)),
  );
}

t.test('limits that crashed workers held are free again', async (t) => {
  const { proa, port, release } = await start(t);
  const askSlowly = (): Promise<number> =>
    ask({ port, path: '/slow' }).then(
      ({ status }) => status,
      () => 0,
    );
  let lost = 0;
  const slow = Array.from({ length: LIMIT }, () =>
    askSlowly().then((status) => {
      if (status === 0) lost++;
    }),
  );
  t.ok(await until(async () => (await proa.stat('http.web.downstream_rq_active')) === LIMIT));
  t.equal(await askSlowly(), 503, 'the limit is reached');
  // Until every worker that held some of it has met a defect.
  let crashes = 0;
  while (lost < LIMIT && crashes < 10) {
    await ask({ port, headers: MAGIC }).catch(() => undefined);
    crashes++;
    t.ok(await until(async () => (await proa.stat('server.worker_crashed')) === crashes));
    t.ok(await until(async () => (await ask({ port }).catch(() => undefined))?.status === 200));
  }
  await Promise.all(slow);
  t.equal(await proa.stat('cluster.slow.upstream_rq_active'), 0);
  release();
  const statuses = await Promise.all(Array.from({ length: LIMIT }, askSlowly));
  t.strictSame(new Set(statuses), new Set([200]));
});
