import { Agent, request } from 'node:http';
import { Readable } from 'node:stream';
import t from 'tap';
import { Client, Pool, fetch as undiciFetch } from 'undici';
import { ask } from '../tools/http-client.ts';
import { battery } from './battery.ts';
import { bytesOf, type Echo, echoUpstream, sha1Of } from './echo-upstream.ts';
import { startInFrontOf } from './interop-bootstrap.ts';
import { talkByWebSocket } from './websocket.ts';

t.test("Node's own clients, and undici", async (t) => {
  const upstream = await echoUpstream(t);
  const proa = await startInFrontOf(t, upstream.port);
  const port = proa.port('web');
  const origin = `http://127.0.0.1:${port}`;

  await t.test('node:http', async (t) => {
    await battery(t, port);
  });

  await t.test('node:http waits for 100 Continue', async (t) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/echo',
      headers: { expect: '100-continue', 'content-length': 5 },
    });
    let hasContinued = false;
    asked.on('continue', () => {
      hasContinued = true;
      asked.end('hello');
    });
    asked.flushHeaders();
    const echo = await new Promise<Echo>((resolve, reject) => {
      asked.on('error', reject).on('response', (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += String(chunk);
        });
        response.on('end', () => resolve(JSON.parse(text) as Echo));
      });
    });
    t.ok(hasContinued);
    t.match(echo, { method: 'POST', length: 5, headers: { 'content-length': '5' } });
  });

  await t.test('node:http keeps to the idle connection that it has', async (t) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await proa.stat('http.web.downstream_cx_total');
    for (let count = 0; count < 20; count++) await ask({ port, path: '/bytes/10', agent });
    t.equal(await proa.stat('http.web.downstream_cx_total'), (before ?? 0) + 1);
    agent.destroy();
  });

  await t.test('undici pipelines, and every answer has its place', async (t) => {
    const client = new Client(origin, { pipelining: 10 });
    const lengths = Array.from({ length: 100 }, (_, index) => (index * 997) % 5_000);
    const bodies = await Promise.all(
      lengths.map(async (length, index) => {
        const kind = index % 2 === 0 ? 'bytes' : 'chunked';
        const { body } = await client.request({ method: 'GET', path: `/${kind}/${length}` });
        return Buffer.from(await body.arrayBuffer());
      }),
    );
    t.ok(bodies.every((body, index) => body.equals(bytesOf(lengths[index] as number))));
    await client.close();
  });

  await t.test('undici uploads streams through a pool', async (t) => {
    const pool = new Pool(origin, { connections: 4 });
    const echoes = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const length = index * 20_000;
        const { body } = await pool.request({
          headers: { 'content-type': 'application/octet-stream' },
          method: 'PUT',
          path: '/echo',
          body: Readable.from(piecesOf(bytesOf(length))),
        });
        return (await body.json()) as Echo;
      }),
    );
    t.ok(echoes.every(({ length }, index) => length === index * 20_000));
    t.ok(echoes.every(({ sha1, length }) => sha1 === sha1Of(bytesOf(length))));
    await pool.close();
  });

  await t.test('fetch follows redirects and decodes', async (t) => {
    const echo = (await (await fetch(`${origin}/old`)).json()) as Echo;
    t.equal(echo.url, '/echo');
    const compressed = await undiciFetch(`${origin}/gzip/30000`);
    t.ok(Buffer.from(await compressed.arrayBuffer()).equals(bytesOf(30_000)));
  });

  await t.test('WebSocket', async (t) => {
    await talkByWebSocket(t, proa.port('tolerant'));
    t.equal(await proa.stat('http.tolerant.downstream_cx_upgrades_total'), 1);
    t.equal(await proa.stat('http.tolerant.downstream_cx_upgrades_active'), 0);
  });

  await t.test('WebSocket is refused where it is not configured', async (t) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
    const outcome = await new Promise((resolve) => {
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('refused');
    });
    t.equal(outcome, 'refused');
    t.equal(await proa.stat('http.web.downstream_rq_ws_on_non_ws_route'), 1);
  });
});

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 7_000) yield bytes.subarray(at, at + 7_000);
}
