import { constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { bytesOf, type Echo, echoUpstream, sha1Of } from './echo-upstream.ts';
import { http2Battery } from './http2-battery.ts';
import { answerOf, askHttp2, http2Session } from './http2-client.ts';
import { http2EchoUpstream } from './http2-echo-upstream.ts';
import { findProgram, run, unlessFound } from './programs.ts';
import { type RunningProxy, startProxyUnderTest } from './proxy-under-test.ts';

const [nghttp, h2load, curl] = ['nghttp', 'h2load', 'curl'].map(findProgram);

/** The same tests towards an upstream of either protocol. */
const UPSTREAMS = {
  'HTTP/1.1': async (t: Test): Promise<RunningProxy> => {
    const { port } = await echoUpstream(t);
    return await startProxyUnderTest(t, { upstreamPort: port, upstreamProtocol: 'http1' });
  },
  'HTTP/2': async (t: Test): Promise<RunningProxy> => {
    const { port } = await http2EchoUpstream(t);
    return await startProxyUnderTest(t, { upstreamPort: port, upstreamProtocol: 'http2' });
  },
};

for (const [protocol, start] of Object.entries(UPSTREAMS)) {
  t.test(`HTTP/2 clients of an ${protocol} upstream`, async (t) => {
    const proxy = await start(t);
    const url = (path: string): string => `http://127.0.0.1:${proxy.port}${path}`;

    await t.test('node:http2', (t) => http2Battery(t, proxy.port));

    await t.test('nghttp', unlessFound(nghttp), async (t) => {
      const { code, stdout } = await run(nghttp as string, [url('/bytes/70000')]);
      t.equal(code, 0);
      t.ok(stdout.equals(bytesOf(70_000)), `${stdout.length} bytes`);
      const many = ['--null-out', '--multiply=50', '--stat', '--padding=20', url('/bytes/3000')];
      const { stdout: stats } = await run(nghttp as string, many);
      t.equal(stats.toString().match(/ 200 +\S+ +\/bytes\/3000/g)?.length, 50);
    });

    await t.test('h2load', unlessFound(h2load), async (t) => {
      const args = ['-n', '2000', '-c', '8', '-m', '16', url('/bytes/1000')];
      const { stdout } = await run(h2load as string, args);
      t.match(stdout.toString(), /2000 succeeded, 0 failed, 0 errored, 0 timeout/);
      const small = [
        '-n',
        '200',
        '-c',
        '4',
        '-m',
        '4',
        '--window-bits=10',
        '--connection-window-bits=12',
        url('/bytes/50000'),
      ];
      const { stdout: slow } = await run(h2load as string, small);
      t.match(
        slow.toString(),
        /200 succeeded, 0 failed, 0 errored, 0 timeout/,
        'with small windows',
      );
    });

    await t.test('curl', unlessFound(curl), async (t) => {
      const always = ['--silent', '--show-error', '--http2-prior-knowledge'];
      const got = await run(curl as string, [
        ...always,
        '-w',
        '%{http_version} %{http_code}',
        '-o',
        '/dev/null',
        url('/bytes/70000'),
      ]);
      t.equal(got.stdout.toString(), '2 200');
      const body = bytesOf(200_000);
      const args = [...always, '--data-binary', '@-', url('/echo')];
      const { stdout } = await run(curl as string, args, body.toString('latin1'));
      const echo = JSON.parse(stdout.toString()) as Echo;
      t.equal(echo.method, 'POST');
      t.equal(echo.length, Buffer.from(body.toString('latin1')).length);
    });

    await t.test('and nothing is left of them', async (t) => {
      t.equal(await proxy.stat('http.web.downstream_rq_active'), 0);
      t.equal(await proxy.stat('cluster.upstream.upstream_rq_active'), 0);
    });
  });
}

t.test('what only HTTP/2 carries from end to end', async (t) => {
  const proxy = await UPSTREAMS['HTTP/2'](t);
  const session = await http2Session(t, proxy.port);

  await t.test('trailers both ways', async (t) => {
    const body = bytesOf(40_000);
    const headers = { ':path': '/echo', ':method': 'POST', te: 'trailers' };
    const answer = await askHttp2(session, headers, body, { 'x-sum': 'abc' });
    const echo = JSON.parse(answer.body.toString()) as Echo & { trailers: object };
    t.match(echo, { length: 40_000, sha1: sha1Of(body), trailers: { 'x-sum': 'abc' } });
    t.match(answer.trailers, { 'x-length': '40000' });
  });

  await t.test('a reset of the upstream in the middle of a body', async (t) => {
    const answer = await askHttp2(session, { ':path': '/reset' });
    t.equal(answer.headers[':status'], 200);
    t.not(answer.code, constants.NGHTTP2_NO_ERROR, 'is no ordinary end');
  });

  await t.test('a client that gives up', async (t) => {
    const stream = session.request({ ':path': '/hang' });
    await sleep(50);
    stream.close(constants.NGHTTP2_CANCEL);
    t.equal((await answerOf(stream)).code, constants.NGHTTP2_CANCEL);
    const next = await askHttp2(session, { ':path': '/bytes/10' });
    t.equal(next.body.length, 10, 'the connection serves the next one');
  });

  await t.test('a stalled stream does not hold up the others', async (t) => {
    const stalled = session.request({ ':path': '/bytes/3000000' });
    stalled.pause();
    await sleep(100);
    t.ok((await askHttp2(session, { ':path': '/bytes/100000' })).body.equals(bytesOf(100_000)));
    stalled.resume();
    const answer = await answerOf(stalled);
    t.ok(answer.body.equals(bytesOf(3_000_000)), 'and goes on when it is read');
  });
});
