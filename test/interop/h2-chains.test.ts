import t from 'tap';
import { echoUpstream } from './echo-upstream.ts';
import { http2Battery } from './http2-battery.ts';
import { askHttp2, http2Session } from './http2-client.ts';
import { http2EchoUpstream } from './http2-echo-upstream.ts';
import { findProgram, startHaproxy, startNghttpd, startNginx, unlessFound } from './programs.ts';
import { startEnvoy, startProxyUnderTest } from './proxy-under-test.ts';

const [haproxy, nginx, nghttpd] = ['haproxy', 'nginx', 'nghttpd'].map(findProgram);

t.test('HAProxy in front, with HTTP/2 on every hop', unlessFound(haproxy), async (t) => {
  const upstream = await http2EchoUpstream(t);
  const proxy = await startProxyUnderTest(t, {
    upstreamPort: upstream.port,
    upstreamProtocol: 'http2',
  });
  await http2Battery(t, await startHaproxy(t, haproxy as string, proxy.port, '', 'proto h2'));
});

t.test('HAProxy behind, with HTTP/2 on every hop but the last', unlessFound(haproxy), async (t) => {
  const upstream = await echoUpstream(t);
  const upstreamPort = await startHaproxy(t, haproxy as string, upstream.port);
  const proxy = await startProxyUnderTest(t, { upstreamPort, upstreamProtocol: 'http2' });
  await http2Battery(t, proxy.port);
});

t.test('nginx behind', unlessFound(nginx), async (t) => {
  const server = `http2_max_requests 100000;
    location /text { default_type text/plain; return 200 "from nginx"; }`;
  const { port } = await startNginx(t, nginx as string, server, '', ' http2');
  const proxy = await startProxyUnderTest(t, { upstreamPort: port, upstreamProtocol: 'http2' });
  const session = await http2Session(t, proxy.port);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => askHttp2(session, { ':path': '/text' })),
  );
  t.equal(answers.filter(({ body }) => body.toString() === 'from nginx').length, 100);
});

t.test('nghttpd behind', unlessFound(nghttpd), async (t) => {
  const file = Buffer.alloc(300_000, 'x');
  const upstreamPort = await startNghttpd(t, nghttpd as string, { file });
  const proxy = await startProxyUnderTest(t, { upstreamPort, upstreamProtocol: 'http2' });
  const session = await http2Session(t, proxy.port);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => askHttp2(session, { ':path': '/file' })),
  );
  t.equal(answers.filter(({ body }) => body.equals(file)).length, 20);
});

t.test('Envoy in front', async (t) => {
  const upstream = await http2EchoUpstream(t);
  const proxy = await startProxyUnderTest(t, {
    upstreamPort: upstream.port,
    upstreamProtocol: 'http2',
  });
  const envoy = await startEnvoy(t, { upstreamPort: proxy.port, upstreamProtocol: 'http2' });
  await http2Battery(t, envoy.port);
});

t.test('Envoy behind', async (t) => {
  const upstream = await http2EchoUpstream(t);
  const envoy = await startEnvoy(t, { upstreamPort: upstream.port, upstreamProtocol: 'http2' });
  const proxy = await startProxyUnderTest(t, {
    upstreamPort: envoy.port,
    upstreamProtocol: 'http2',
  });
  await http2Battery(t, proxy.port);
});
