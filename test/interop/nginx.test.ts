import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ask, keepAliveAgent } from '../tools/http-client.ts';
import { battery } from './battery.ts';
import { bytesOf, type Echo, echoUpstream } from './echo-upstream.ts';
import { startInFrontOf } from './interop-bootstrap.ts';
import { findProgram, startNginx, unlessFound } from './programs.ts';
import { talkByWebSocket } from './websocket.ts';

const nginx = findProgram('nginx');

/** What makes nginx pass everything on as it comes. */
const PASSING =
  'proxy_http_version 1.1; proxy_set_header connection ""; proxy_set_header host $host; client_max_body_size 0; proxy_buffering off; proxy_request_buffering off;';

t.test('nginx in front of Proa', unlessFound(nginx), async (t) => {
  const upstream = await echoUpstream(t);
  const proa = await startInFrontOf(t, upstream.port);

  await t.test('by HTTP/1.1, with connections that are kept', async (t) => {
    const pass = `location / { proxy_pass http://proa; ${PASSING} }`;
    const outside = `upstream proa { server 127.0.0.1:${proa.port('web')}; keepalive 8; }`;
    const { port } = await startNginx(t, nginx as string, pass, outside);
    await battery(t, port);
  });

  await t.test('by HTTP/1.0, as nginx does when it is told nothing', async (t) => {
    const pass = `location / { proxy_pass http://127.0.0.1:${proa.port('tolerant')}; client_max_body_size 0; }`;
    const { port } = await startNginx(t, nginx as string, pass);
    await battery(t, port);
  });

  await t.test('with a WebSocket', async (t) => {
    const pass = `location / { proxy_pass http://127.0.0.1:${proa.port('tolerant')}; proxy_http_version 1.1;
      proxy_set_header connection upgrade; proxy_set_header upgrade $http_upgrade; }`;
    const { port } = await startNginx(t, nginx as string, pass);
    await talkByWebSocket(t, port);
  });
});

t.test('nginx behind Proa', unlessFound(nginx), async (t) => {
  await t.test('as a proxy to the upstream', async (t) => {
    const upstream = await echoUpstream(t);
    const pass = `location / { proxy_pass http://127.0.0.1:${upstream.port}; ${PASSING} }`;
    const { port } = await startNginx(t, nginx as string, pass);
    const proa = await startInFrontOf(t, port);
    await battery(t, proa.port('web'));
  });

  await t.test('as a server of files', async (t) => {
    const server = `
      client_max_body_size 1k; keepalive_requests 5; gzip on; gzip_types application/octet-stream;
      location /closing { keepalive_timeout 0; return 200 "closing"; }
      location /nothing { return 444; }
      location /moved { return 301 /file; }`;
    const { port: nginxPort, root } = await startNginx(t, nginx as string, server);
    writeFileSync(join(root, 'file'), bytesOf(300_000));
    writeFileSync(join(root, 'text.txt'), 'compress me '.repeat(10_000));
    const proa = await startInFrontOf(t, nginxPort);
    const port = proa.port('web');
    const agent = keepAliveAgent(t);

    const whole = await ask({ port, path: '/file', agent });
    t.ok(bytesOf(300_000).equals(Buffer.from(whole.body, 'latin1')));
    const etag = whole.headers.etag as string;
    const unchanged = await ask({ port, path: '/file', headers: { 'if-none-match': etag }, agent });
    t.match(unchanged, { status: 304, body: '', headers: { etag } });
    const part = await ask({ port, path: '/file', headers: { range: 'bytes=5-9' }, agent });
    t.match(part, { status: 206, headers: { 'content-range': 'bytes 5-9/300000' } });
    t.ok(bytesOf(300_000).subarray(5, 10).equals(Buffer.from(part.body, 'latin1')));
    const head = await ask({ port, path: '/file', method: 'HEAD', agent });
    t.match(head, { status: 200, body: '', headers: { 'content-length': '300000' } });
    const gzip = await ask({
      port,
      path: '/text.txt',
      headers: { 'accept-encoding': 'gzip' },
      agent,
    });
    t.match(gzip.headers, { 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' });
    t.equal((await ask({ port, path: '/missing', agent })).status, 404);
    t.match(await ask({ port, path: '/moved', agent }), {
      status: 301,
      headers: { location: /\/file$/ },
    });
    t.equal((await ask({ port, path: '/nothing', agent })).status, 503, 'it just hung up');
    // After every fifth request nginx closes its connection: no request may be lost to that.
    for (let count = 0; count < 30; count++) {
      t.equal((await ask({ port, path: '/closing', agent })).body, 'closing');
      t.equal((await ask({ port, path: '/text.txt', agent })).status, 200);
    }
  });

  await t.test('when it refuses an upload that is too large', async (t) => {
    const { port } = await startNginx(t, nginx as string, 'client_max_body_size 1k;');
    const proa = await startInFrontOf(t, port);
    const headers = { 'content-length': '2000' };
    const body = bytesOf(2_000);
    const asked = await ask({ port: proa.port('web'), path: '/', method: 'POST', headers, body });
    t.equal(asked.status, 413);
  });
});

t.test('Proa between two nginx', unlessFound(nginx), async (t) => {
  const upstream = await echoUpstream(t);
  const inner = await startNginx(
    t,
    nginx as string,
    `location / { proxy_pass http://127.0.0.1:${upstream.port}; ${PASSING} }`,
  );
  const proa = await startInFrontOf(t, inner.port);
  const outer = await startNginx(
    t,
    nginx as string,
    `location / { proxy_pass http://127.0.0.1:${proa.port('web')}; ${PASSING} proxy_set_header x-forwarded-for $remote_addr; }`,
  );
  const { body } = await ask({
    port: outer.port,
    path: '/echo?a=%20b',
    headers: { host: 'a.test' },
  });
  const echo = JSON.parse(body) as Echo;
  t.equal(echo.url, '/echo?a=%20b');
  t.match(echo.headers, { host: 'a.test', 'x-forwarded-for': '127.0.0.1' });
  await battery(t, outer.port);
});
