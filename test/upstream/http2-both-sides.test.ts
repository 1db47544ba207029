import { once } from 'node:events';
import type { Server } from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import t from 'tap';
import {
  bootstrapOf,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { ask } from '../tools/http-client.ts';
import { httpServer } from '../tools/http-server.ts';
import { type RunningProa, startProa, until } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';
import { bodyOf, Http2TestServer } from './http2-server.ts';

/** HTTP/2 clients, tunnels, and upstreams that speak what their client speaks. */
const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = constants;
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

const resetCodes: number[] = [];
let server2: Http2TestServer;
let proa: RunningProa;

function serve(stream: ServerHttp2Stream, headers: Record<string, unknown>): void {
  const path = String(headers[':path']);
  stream.on('aborted', () => resetCodes.push(stream.rstCode));
  if (headers[':method'] === 'CONNECT') {
    if (path === '/declined') {
      stream.respond({ ':status': 403 }, { endStream: true });
      return;
    }
    stream.respond({ ':status': 200 });
    stream.write(`tunnel ${headers[':protocol']} ${path};`);
    stream.pipe(stream);
    return;
  }
  switch (path) {
    case '/silent':
      return;
    case '/refused':
      stream.close(NGHTTP2_REFUSED_STREAM);
      return;
    case '/trailers':
      stream.on('trailers', (trailers) => {
        stream.respond({ ':status': 200 }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-back': trailers['x-sent'] }));
        stream.end('body');
      });
      stream.resume();
      return;
    default:
      stream.respond({ ':status': 200, 'x-protocol': 'HTTP/2' });
      stream.pipe(stream);
  }
}

/** Echoes bodies, and takes upgrades. */
async function http1Echo(): Promise<number> {
  const { server, port } = await httpServer(t, (asked, response) => {
    response.setHeader('x-protocol', `HTTP/${asked.httpVersion}`);
    asked.pipe(response);
  });
  (server as Server).on('upgrade', (asked, socket: Duplex) => {
    socket.on('error', () => {});
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    socket.write(`tunnel websocket ${asked.url};`);
    socket.pipe(socket);
  });
  return port;
}

/** One host that understands both, by the first byte: `P` begins HTTP/2's preface, `G` a GET. */
async function bothProtocols(http1Port: number, http2Port: number): Promise<number> {
  const { createServer: createTcpServer } = await import('node:net');
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (first) => {
      const port =
        first[0] === 'P'.charCodeAt(0) && first[1] === 'R'.charCodeAt(0) ? http2Port : http1Port;
      const behind = connectSocket(port, '127.0.0.1');
      sockets.add(behind);
      behind.on('error', () => {});
      behind.write(first);
      socket.pipe(behind).pipe(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as { port: number }).port;
}

function typed(options: JsonObject): JsonObject {
  const message = { '@type': `type.googleapis.com/${HTTP_OPTIONS}`, ...options };
  return { typed_extension_protocol_options: { [HTTP_OPTIONS]: message } };
}

t.before(async () => {
  server2 = await Http2TestServer.start(t, serve, { enableConnectProtocol: true });
  const http1Port = await http1Echo();
  const routes = [routeTo('follow', '/follow'), routeTo('one', '/one'), routeTo('two')];
  const manager = {
    http2_protocol_options: { allow_connect: true },
    upgrade_configs: [{ upgrade_type: 'websocket' }],
  };
  const both = await bothProtocols(http1Port, server2.port);
  proa = await startProa(
    bootstrapOf(
      [httpListener({ name: 'web', at: 0, routes, manager })],
      [
        staticCluster('one', http1Port),
        staticCluster(
          'two',
          server2.port,
          typed({ explicit_http_config: { http2_protocol_options: { allow_connect: true } } }),
        ),
        staticCluster('follow', both, typed({ use_downstream_protocol_config: {} })),
      ],
    ),
    { folder: temporaryFolder(t) },
  );
  t.teardown(() => proa.process.stop());
});

function client(t: { teardown: (run: () => void) => void }): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${proa.port('web')}`);
  session.on('error', () => {});
  t.teardown(() => session.destroy());
  return session;
}

async function headersOf(stream: ClientHttp2Stream): Promise<Record<string, unknown>> {
  const [headers] = await once(stream, 'response');
  return headers;
}

function post(session: ClientHttp2Session, path: string, more: OutgoingHttpHeaders = {}) {
  return session.request({ ':method': 'POST', ':path': path, ...more });
}

t.test('2 to 2 and 2 to 1: many streams, each with its own body', async (t) => {
  const session = client(t);
  const paths = Array.from({ length: 20 }, (_, index) =>
    index % 2 ? `/one/${index}` : `/two/${index}`,
  );
  const answers = await Promise.all(
    paths.map(async (path) => {
      const stream = post(session, path);
      stream.end(`body of ${path}`);
      const headers = await headersOf(stream);
      return `${headers[':status']} ${headers['x-protocol']} ${await bodyOf(stream)}`;
    }),
  );
  for (const [index, path] of paths.entries()) {
    const protocol = index % 2 ? 'HTTP/1.1' : 'HTTP/2';
    t.equal(answers[index], `200 ${protocol} body of ${path}`);
  }
  t.equal(server2.sessions.length, 1, 'one connection to the upstream has them all');
});

t.test('2 to 2: trailers go both ways', async (t) => {
  const stream = client(t).request(
    { ':method': 'POST', ':path': '/trailers', te: 'trailers' },
    { waitForTrailers: true },
  );
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sent': 'abc' }));
  stream.end('body');
  const trailers = once(stream, 'trailers');
  t.equal((await bodyOf(stream)).toString(), 'body');
  t.match(await trailers, [{ 'x-back': 'abc' }]);
});

t.test("2 to 2: a client's CANCEL arrives as CANCEL", async (t) => {
  const session = client(t);
  const stream = session.request({ ':path': '/silent' });
  stream.on('error', () => {});
  stream.end();
  const before = resetCodes.length;
  await until(async () => ((await proa.stat('cluster.two.upstream_rq_active')) ?? 0) > 0);
  stream.close(NGHTTP2_CANCEL);
  t.ok(await until(() => resetCodes.length > before));
  t.equal(resetCodes.at(-1), NGHTTP2_CANCEL);
  const other = post(session, '/two/after');
  other.end('x');
  t.equal((await bodyOf(other)).toString(), 'x');
});

t.test('2 to 2: a refused stream is a 503, not a refusal of the client', async (t) => {
  const stream = client(t).request({ ':path': '/refused' });
  stream.end();
  t.equal((await headersOf(stream))[':status'], 503);
  t.match((await bodyOf(stream)).toString(), /reset reason: remote refused stream reset$/);
});

t.test('2 to 2: a client that leaves takes its streams along', async (t) => {
  const session = client(t);
  const streams = Array.from({ length: 3 }, () => session.request({ ':path': '/silent' }));
  for (const stream of streams) stream.on('error', () => {}).end();
  await until(async () => ((await proa.stat('cluster.two.upstream_rq_active')) ?? 0) === 3);
  const before = resetCodes.length;
  session.destroy();
  t.ok(await until(() => resetCodes.length === before + 3));
  t.same(resetCodes.slice(before), Array(3).fill(NGHTTP2_CANCEL));
});

t.test('a tunnel by HTTP/1.1 upgrade to an HTTP/2 upstream', async (t) => {
  const socket = connectSocket(proa.port('web'), '127.0.0.1');
  t.teardown(() => socket.destroy());
  socket.write(
    'GET /two/chat HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n',
  );
  let seen = '';
  socket.on('data', (bytes) => {
    seen += bytes.toString();
  });
  t.ok(await until(() => seen.endsWith('tunnel websocket /two/chat;')));
  t.match(seen, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  t.match(seen.toLowerCase(), /upgrade: websocket\r\n/);
  socket.write('ping');
  t.ok(await until(() => seen.endsWith(';ping')));
});

t.test('an upgrade that an HTTP/2 upstream declines is no tunnel', async (t) => {
  const { status } = await ask({
    port: proa.port('web'),
    path: '/declined',
    headers: { connection: 'Upgrade', upgrade: 'websocket' },
  });
  t.equal(status, 403);
});

for (const [path, protocol] of [
  ['/one/chat', 'HTTP/1.1'],
  ['/two/chat', 'HTTP/2'],
]) {
  t.test(`a tunnel by extended CONNECT to an ${protocol} upstream`, async (t) => {
    const session = client(t);
    await once(session, 'remoteSettings');
    const stream = session.request({
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':path': path,
    });
    stream.on('error', () => {});
    let seen = '';
    stream.on('data', (bytes: Buffer) => {
      seen += bytes.toString();
    });
    t.equal((await headersOf(stream))[':status'], 200);
    t.ok(await until(() => seen === `tunnel websocket ${path};`), seen);
    stream.write('ping');
    t.ok(await until(() => seen.endsWith(';ping')));
    stream.close(NGHTTP2_CANCEL);
  });
}

t.test('an upstream that is to be spoken to as the client speaks', async (t) => {
  const { headers } = await ask({ port: proa.port('web'), path: '/follow', method: 'POST' });
  t.equal(headers['x-protocol'], 'HTTP/1.1');
  const stream = post(client(t), '/follow');
  stream.end('x');
  t.equal((await headersOf(stream))['x-protocol'], 'HTTP/2');
  t.equal((await bodyOf(stream)).toString(), 'x');
  t.equal(await proa.stat('cluster.follow.upstream_cx_http1_total'), 1);
  t.equal(await proa.stat('cluster.follow.upstream_cx_http2_total'), 1);
});

t.test('nothing is left of all that', async (t) => {
  for (const gauge of ['upstream_rq_active', 'upstream_rq_pending_active']) {
    for (const cluster of ['one', 'two', 'follow']) {
      const name = `cluster.${cluster}.${gauge}`;
      t.ok(await until(async () => (await proa.stat(name)) === 0), name);
    }
  }
});
