import { once } from 'node:events';
import { connect, createServer, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, connect as connectSocket, type Socket } from 'node:net';
import t from 'tap';
import { httpListener, routeTo, staticCluster } from '../tools/bootstrap.ts';
import {
  encodeFrame,
  encodeSettings,
  FLAGS,
  FRAME_TYPES,
  PREFACE,
  SETTINGS,
  uint32,
} from '../tools/http2/frames.ts';
import { encodeFields } from '../tools/http2/hpack.ts';
import { type RunningProa, until } from '../tools/proa-process.ts';
import { startForTest } from '../tools/start-for-test.ts';
import { bodyOf } from './http2-server.ts';

/** Clients that share a connection to an upstream: what one of them does is no matter for another. */
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const HTTP2 = {
  typed_extension_protocol_options: {
    [HTTP_OPTIONS]: {
      '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};
const LARGE = Buffer.alloc(1_000_000, 'x');
const STALLED_STREAMS = 90;
/** What a stream may have waiting, and as much again that was under way when that was noticed. */
const HELD_BYTES_MAX = 2 * 262_144;
/** Above what a connection on nghttp2, which Node's servers run on, takes. */
const CLIENTS = 6;
const RESETS_OF_A_CLIENT = 240;
const CANCEL = 8;

/** Requests for `/late`, which the tests answer. */
const late: ServerHttp2Stream[] = [];

async function upstream(): Promise<number> {
  const server = createServer({ maxSessionMemory: 1000 });
  server.on('session', (session) => {
    session.on('error', () => {});
    t.teardown(() => session.destroy());
  });
  server.on('stream', (each, { ':path': path }) => {
    const stream = each as ServerHttp2Stream;
    stream.on('error', () => {});
    if (path === '/late') late.push(stream);
    if (path === '/late' || path === '/silent') return;
    stream.respond({ ':status': path === '/unwanted' ? 401 : 200 });
    stream.end(path === '/large' ? LARGE : '');
  });
  t.teardown(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function start(): Promise<RunningProa> {
  const listener = httpListener({ name: 'web', at: 0, routes: [routeTo('upstream')] });
  return await startForTest(t, [listener], [staticCluster('upstream', await upstream(), HTTP2)]);
}

/** A client that sends what it likes. */
function hostile(proa: RunningProa, initialWindow: number): Socket {
  const socket = connectSocket(proa.port('web'), '127.0.0.1');
  socket.on('error', () => {}).resume();
  socket.write(PREFACE);
  socket.write(encodeSettings([[SETTINGS.INITIAL_WINDOW_SIZE, initialWindow]]));
  t.teardown(() => socket.destroy());
  return socket;
}

function request(stream: number, method: string, path: string): Buffer {
  const fields = [`:method: ${method}`, ':scheme: http', `:path: ${path}`, ':authority: a.test'];
  const flags = FLAGS.END_HEADERS | (method === 'GET' ? FLAGS.END_STREAM : 0);
  return encodeFrame(FRAME_TYPES.HEADERS, flags, stream, encodeFields(fields));
}

/** An ordinary client. */
function client(proa: RunningProa): ReturnType<typeof connect> {
  const session = connect(proa.url('web'));
  session.on('error', () => {});
  t.teardown(() => session.destroy());
  return session;
}

async function reaches(proa: RunningProa, name: string, value: number): Promise<boolean> {
  return await until(async () => ((await proa.stat(name)) ?? 0) >= value);
}

t.test('answers that a client never takes do not hold up those of others', async (t) => {
  const proa = await start();
  const idle = hostile(proa, 0);
  for (let count = 0; count < STALLED_STREAMS; count++) {
    idle.write(request(2 * count + 1, 'GET', '/large'));
  }
  const paused = 'cluster.upstream.upstream_flow_control_paused_reading_total';
  t.ok(await reaches(proa, paused, STALLED_STREAMS));
  const body = await bodyOf(client(proa).request({ ':path': '/large' }));
  t.equal(body.length, LARGE.length);
  t.equal(await proa.stat('cluster.upstream.upstream_cx_total'), 1, 'they share a connection');
  const held = (await proa.stat('http2.pending_send_bytes')) ?? 0;
  t.ok(held < STALLED_STREAMS * HELD_BYTES_MAX, `${held} bytes are held`);
});

for (const [how, method, path] of [
  ['cancels', 'GET', '/silent'],
  ['has answered before it is complete', 'POST', '/unwanted'],
] as const) {
  t.test(`whatever a client ${how}, requests of others are answered`, async (t) => {
    const proa = await start();
    const waiting = client(proa).request({ ':path': '/late' });
    t.ok(await until(() => late.length === 1));
    for (let turn = 1; turn <= CLIENTS; turn++) {
      const socket = hostile(proa, 65_535);
      for (let id = 1; id < 2 * RESETS_OF_A_CLIENT; id += 2) {
        socket.write(request(id, method, path));
        if (method !== 'GET') continue;
        socket.write(encodeFrame(FRAME_TYPES.RST_STREAM, 0, id, uint32(CANCEL)));
      }
      t.ok(await reaches(proa, 'http.web.downstream_rq_rx_reset', turn * RESETS_OF_A_CLIENT));
      socket.destroy();
    }
    const [stream] = late.splice(0) as [ServerHttp2Stream];
    if (!stream.destroyed) stream.respond({ ':status': 200 }, { endStream: true });
    const [headers] = (await once(waiting, 'response')) as [Record<string, unknown>];
    t.equal(headers[':status'], 200);
  });
}
