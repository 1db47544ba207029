import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { freePort } from '../../bench/machine/loopback.ts';
import { bootstrapOf, httpListener, type JsonObject, staticCluster } from '../tools/bootstrap.ts';
import { until } from '../tools/proa-process.ts';
import { InProcessWorker } from '../worker/in-process-worker.ts';

const { NGHTTP2_CONNECT_ERROR } = constants;
const BIG = Buffer.alloc(3_000_000, 'x');

/** A server of raw connections; what it does with the latest one is the test's to say. */
interface RawServer {
  readonly port: number;
  behave: (socket: Socket) => void;
}

async function rawServer(): Promise<RawServer> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    raw.behave(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => server.close());
  const raw: RawServer = {
    port: (server.address() as AddressInfo).port,
    behave: (socket) => socket.pipe(socket),
  };
  return raw;
}

const terminated = (cluster: string, match: JsonObject, config: JsonObject = {}): JsonObject => ({
  match,
  route: {
    cluster,
    timeout: '0s',
    upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: config }],
  },
});

const AUTHORITY = 'host.test:443';
const connectTo = (port: string): JsonObject => ({
  connect_matcher: {},
  headers: [{ name: ':authority', string_match: { suffix: port } }],
});

const server = await rawServer();
const proa = await InProcessWorker.start(
  bootstrapOf(
    [
      httpListener({
        name: 'web',
        at: 0,
        routes: [
          terminated('refused', connectTo(':1')),
          terminated('raw', { connect_matcher: {} }),
          terminated('raw', { prefix: '/post' }, { allow_post: true }),
        ],
        manager: {
          upgrade_configs: [{ upgrade_type: 'CONNECT' }],
          stream_idle_timeout: '5s',
          delayed_close_timeout: '0.1s',
        },
      }),
    ],
    [staticCluster('raw', server.port), staticCluster('refused', await freePort())],
  ),
);
t.teardown(() => proa.stop());
const port = proa.port('web');

/** Says something when the other side has said everything. */
function answerAtEnd(socket: Socket, answer: (all: string) => string): void {
  let all = '';
  socket.on('data', (bytes: Buffer) => {
    all += bytes.toString();
  });
  socket.on('end', () => socket.end(answer(all)));
}

/** Connects by HTTP/1.1; resolves when the head of the answer has come. */
async function tunnel1(): Promise<{ readonly socket: Socket; readonly head: string }> {
  const socket = connectSocket({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.write(`CONNECT ${AUTHORITY} HTTP/1.1\r\nhost: ${AUTHORITY}\r\n\r\n`);
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return { socket, head: bytes.toString('latin1') };
}

function session(t: { teardown: (run: () => void) => void }): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  t.teardown(() => session.destroy());
  return session;
}

function tunnel2(session: ClientHttp2Session, authority = AUTHORITY): ClientHttp2Stream {
  const stream = session.request({ ':method': 'CONNECT', ':authority': authority });
  stream.on('error', () => {});
  return stream;
}

async function statusOf(stream: ClientHttp2Stream): Promise<unknown> {
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  return headers[':status'];
}

t.afterEach(async () => {
  const isIdle = (): boolean =>
    proa.stat('cluster.raw.upstream_cx_active') === 0 &&
    proa.stat('http.web.downstream_rq_active') === 0;
  t.ok(await until(isIdle), 'nothing is left');
  server.behave = (socket) => socket.pipe(socket);
});

t.test('HTTP/1.1: bytes go both ways until the client leaves', async (t) => {
  let isGone = false;
  server.behave = (socket) => {
    socket.on('close', () => {
      isGone = true;
    });
    socket.pipe(socket);
  };
  const { socket, head } = await tunnel1();
  t.match(head, /^HTTP\/1.1 200 OK\r\n/);
  t.notMatch(head, /content-length|transfer-encoding/);
  socket.write('ping');
  const [pong] = (await once(socket, 'data')) as [Buffer];
  t.equal(pong.toString(), 'ping');
  socket.destroy();
  t.ok(await until(() => isGone));
});

t.test('HTTP/1.1: the upstream ends it', async (t) => {
  server.behave = (socket) => socket.end('welcome');
  const { socket, head } = await tunnel1();
  let rest = head.slice(head.indexOf('\r\n\r\n') + 4);
  socket.on('data', (bytes: Buffer) => {
    rest += bytes.toString();
  });
  await once(socket, 'end');
  t.equal(rest, 'welcome');
  socket.destroy();
});

t.test('HTTP/2: each side ends by itself', async (t) => {
  server.behave = (socket) => answerAtEnd(socket, (all) => `got ${all}`);
  const stream = tunnel2(session(t));
  t.equal(await statusOf(stream), 200);
  stream.write('a');
  stream.end('b');
  t.equal(await text(stream), 'got ab');
  t.equal(stream.rstCode, 0);
});

t.test('HTTP/2: large bodies both ways, next to another stream', async (t) => {
  const client = session(t);
  const [first, second] = [tunnel2(client), tunnel2(client)];
  first.end(BIG);
  second.end('small');
  const [big, small] = await Promise.all([text(first), text(second)]);
  t.equal(big.length, BIG.length);
  t.equal(small, 'small');
});

t.test('HTTP/2: the upstream ends it first', async (t) => {
  server.behave = (socket) => socket.end('welcome');
  const stream = tunnel2(session(t));
  t.equal(await text(stream), 'welcome');
  t.ok(await until(() => stream.closed));
  t.equal(stream.rstCode, 0);
});

t.test('HTTP/2: the connection to the upstream breaks', async (t) => {
  server.behave = (socket) => void socket.once('data', () => socket.resetAndDestroy());
  const stream = tunnel2(session(t));
  t.equal(await statusOf(stream), 200);
  stream.write('break');
  t.ok(await until(() => stream.closed));
  t.equal(stream.rstCode, NGHTTP2_CONNECT_ERROR);
});

t.test('HTTP/2: the client cancels', async (t) => {
  let isGone = false;
  server.behave = (socket) =>
    void socket.resume().on('end', () => {
      isGone = true;
      socket.end();
    });
  const stream = tunnel2(session(t));
  t.equal(await statusOf(stream), 200);
  stream.close(constants.NGHTTP2_CANCEL);
  t.ok(await until(() => isGone));
});

t.test('nobody listens', async (t) => {
  const stream = tunnel2(session(t), 'host.test:1');
  t.equal(await statusOf(stream), 503);
  t.match(await text(stream), /remote connection failure/);
});

t.test('POST is taken for CONNECT where that is allowed', async (t) => {
  server.behave = (socket) => answerAtEnd(socket, (all) => `raw ${all}`);
  const client = session(t);
  const stream = client.request({ ':method': 'POST', ':path': '/post' });
  stream.on('error', () => {});
  stream.end('body');
  t.equal(await text(stream), 'raw body');
});

t.test('another method on that route is a request like any other', async (t) => {
  server.behave = (socket) =>
    void socket.once('data', (bytes: Buffer) => {
      const answer = bytes.toString('latin1').split('\r\n')[0] ?? '';
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`);
    });
  const stream = session(t).request({ ':path': '/post' });
  t.equal(await text(stream), 'GET /post HTTP/1.1');
});
