import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import t from 'tap';
import {
  bootstrapOf,
  fileAccessLog,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { ask } from '../tools/http-client.ts';
import { type RunningProa, startProa, until } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';
import { bodyOf, Http2TestServer } from './http2-server.ts';

/** HTTP/1.1 clients in front of HTTP/2 servers of Node's, through the real program. */
const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } =
  constants;
const RESET_CODES: Readonly<Record<string, number>> = {
  cancel: NGHTTP2_CANCEL,
  internal: NGHTTP2_INTERNAL_ERROR,
  none: NGHTTP2_NO_ERROR,
  refused: NGHTTP2_REFUSED_STREAM,
};
const LARGE_BYTES = 5_000_000;

type Fields = Readonly<Record<string, string | string[] | undefined>>;

/** What the server saw of streams that were given up: the code of each, by path. */
const aborted = new Map<string, number>();

/** Answers as the path says. */
function serve(stream: ServerHttp2Stream, headers: Fields): void {
  const path = String(headers[':path']);
  const [, kind = '', argument = ''] = path.split('/');
  stream.on('aborted', () => aborted.set(path, stream.rstCode));
  const code = RESET_CODES[argument] ?? NGHTTP2_CANCEL;
  switch (kind) {
    case 'head-of-request':
      stream.respond({ ':status': 200 });
      stream.end(JSON.stringify(headers));
      return;
    case 'echo':
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
      return;
    case 'large':
      stream.respond({ ':status': 200, 'content-length': LARGE_BYTES });
      stream.end(Buffer.alloc(LARGE_BYTES, 'x'));
      return;
    case 'trailers':
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-checksum': 'abc' }));
      stream.end('body');
      return;
    case 'take-trailers':
      stream.resume().on('trailers', (trailers) => {
        stream.respond({ ':status': 200 });
        stream.end(JSON.stringify(trailers));
      });
      return;
    case 'reset':
      stream.close(code);
      return;
    case 'reset-late':
      stream.respond({ ':status': 200 });
      stream.write('some');
      setTimeout(() => stream.destroy(new Error('broken')), 50);
      return;
    case 'silent':
      return;
    case 'early':
      stream.respond({ ':status': 403 });
      stream.end('no');
      return;
    case 'hints':
      stream.additionalHeaders({ ':status': 103, link: '</style.css>' });
      stream.respond({ ':status': 200 });
      stream.end('hinted');
      return;
    case 'continue':
      stream.additionalHeaders({ ':status': 100 });
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
      return;
    case 'status':
      stream.respond({ ':status': Number(argument) });
      stream.end();
      return;
    case 'slow':
      setTimeout(() => {
        stream.respond({ ':status': 200 });
        stream.end('slow');
      }, 30);
      return;
    default:
      stream.respond({ ':status': 404 });
      stream.end();
  }
}

const LOG_FORMAT =
  '%REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_PROTOCOL%\n';
const logPath = join(temporaryFolder(t), 'access.log');
let server: Http2TestServer;
let limited: Http2TestServer;
let proa: RunningProa;

function http2Cluster(name: string, port: number, more: JsonObject = {}): JsonObject {
  return staticCluster(name, port, { http2_protocol_options: {}, ...more });
}

async function send(path: string, method = 'GET', headers = {}, body?: Buffer | string) {
  const question = { port: proa.port('web'), path, method, headers };
  return await ask(body === undefined ? question : { ...question, body });
}

/** A request that the test goes on to write to. */
function open(path: string, method: string, headers: Record<string, string> = {}): ClientRequest {
  const port = proa.port('web');
  return request({ host: '127.0.0.1', port, path, method, headers, agent: false });
}

async function answerTo(asked: ClientRequest): Promise<IncomingMessage> {
  const [response] = await once(asked, 'response');
  return response;
}

async function logLine(path: string): Promise<string | undefined> {
  const find = () =>
    readFileSync(logPath, 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${path} `));
  await until(() => find() !== undefined);
  return find();
}

t.before(async () => {
  server = await Http2TestServer.start(t, serve);
  limited = await Http2TestServer.start(t, serve, { maxConcurrentStreams: 2 });
  const manager = {
    proxy_100_continue: true,
    http_protocol_options: { enable_trailers: true },
    access_log: [fileAccessLog(logPath, LOG_FORMAT)],
  };
  const routes = [
    routeTo('limited', '/slow'),
    routeTo('main', '/head-of-request/rewritten', { host_rewrite_literal: 'other.test' }),
    routeTo('main'),
  ];
  proa = await startProa(
    bootstrapOf(
      [httpListener({ name: 'web', at: 0, routes, manager })],
      [http2Cluster('main', server.port), http2Cluster('limited', limited.port)],
    ),
    { folder: temporaryFolder(t) },
  );
  t.teardown(() => proa.process.stop());
});

t.test('a request is translated, and its answer back', async (t) => {
  const { status, headers, body } = await send('/head-of-request/a?b=c', 'GET', {
    host: 'example.test',
    connection: 'keep-alive, x-drop',
    'keep-alive': 'timeout=5',
    te: 'trailers, deflate',
    'X-Mixed': 'Case',
  });
  t.equal(status, 200);
  t.equal(headers['x-envoy-upstream-service-time'] === undefined, false);
  const seen = JSON.parse(body) as Fields;
  t.match(seen, {
    ':method': 'GET',
    ':path': '/head-of-request/a?b=c',
    ':scheme': 'http',
    ':authority': 'example.test',
    'x-mixed': 'Case',
    te: 'trailers',
  });
  for (const name of ['connection', 'keep-alive', 'host', 'transfer-encoding', 'x-drop']) {
    t.equal(seen[name], undefined, name);
  }
  t.equal(
    await logLine('/head-of-request/a?b=c'),
    '/head-of-request/a?b=c 200 - via_upstream HTTP/2',
  );
});

t.test('a rewritten host is the authority', async (t) => {
  const { body } = await send('/head-of-request/rewritten', 'GET', { host: 'example.test' });
  t.equal((JSON.parse(body) as Fields)[':authority'], 'other.test');
});

t.test('bodies of every framing arrive as they were sent', async (t) => {
  const large = randomBytes(LARGE_BYTES);
  const counted = await send('/echo/counted', 'POST', {}, large);
  t.equal(digest(Buffer.from(counted.body, 'latin1')), digest(large));
  const asked = open('/echo/chunked', 'POST', { 'transfer-encoding': 'chunked' });
  for (let at = 0; at < large.length; at += 100_000) asked.write(large.subarray(at, at + 100_000));
  asked.end();
  t.equal(digest(await bodyOf(await answerTo(asked))), digest(large));
  t.equal((await send('/echo/empty', 'POST', {}, '')).body, '');
  const { headers, body } = await send('/large');
  t.equal(headers['content-length'], String(LARGE_BYTES));
  t.equal(body.length, LARGE_BYTES);
});

t.test('a client that does not read stops its upstream, and no other stream', async (t) => {
  const asked = open('/large/unread', 'GET');
  asked.end();
  const response = await answerTo(asked);
  response.pause();
  t.equal((await send('/large/other')).body.length, LARGE_BYTES);
  t.equal((await bodyOf(response)).length, LARGE_BYTES);
});

t.test('trailers go both ways', async (t) => {
  const asked = open('/take-trailers', 'POST', {
    trailer: 'x-sum',
    'transfer-encoding': 'chunked',
  });
  asked.write('body');
  asked.addTrailers({ 'x-sum': '123' });
  asked.end();
  const taken = JSON.parse((await bodyOf(await answerTo(asked))).toString()) as Fields;
  t.equal(taken['x-sum'], '123');
  const second = open('/trailers', 'GET', { te: 'trailers' });
  second.end();
  const response = await answerTo(second);
  t.equal((await bodyOf(response)).toString(), 'body');
  t.same({ ...response.trailers }, { 'x-checksum': 'abc' });
});

t.test("an upstream's reset is told apart by its code", async (t) => {
  const cases = [
    ['cancel', 'remote reset', 'remote_reset'],
    ['internal', 'remote reset', 'remote_reset'],
    ['refused', 'remote refused stream reset', 'remote_refused_stream_reset'],
  ] as const;
  for (const [code, text, details] of cases) {
    const { status, body } = await send(`/reset/${code}`);
    t.equal(status, 503, code);
    t.ok(body.endsWith(`reset reason: ${text}`), code);
    const reason = `upstream_reset_before_response_started{${details}}`;
    t.equal(await logLine(`/reset/${code}`), `/reset/${code} 503 UR ${reason} HTTP/2`);
  }
});

t.test('a response that is broken off breaks off for the client too', async (t) => {
  const asked = open('/reset-late', 'GET');
  asked.end();
  const response = await answerTo(asked);
  await t.rejects(bodyOf(response));
  const reason = 'upstream_reset_after_response_started{remote_reset}';
  t.equal(await logLine('/reset-late'), `/reset-late 200 UR ${reason} HTTP/2`);
});

t.test('a client that leaves cancels its stream, and the connection goes on', async (t) => {
  const connections = server.sessions.length;
  const asked = open('/silent/leaving', 'GET');
  asked.on('error', () => {});
  asked.end();
  await until(() => server.sessions.some((session) => (session.state.localWindowSize ?? 0) > 0));
  await new Promise((resolve) => setTimeout(resolve, 100));
  asked.destroy();
  t.ok(await until(() => aborted.has('/silent/leaving')));
  t.equal(aborted.get('/silent/leaving'), NGHTTP2_CANCEL);
  t.equal((await send('/echo/after', 'POST', {}, 'x')).body, 'x');
  t.equal(server.sessions.length, connections);
});

t.test('a response before the end of its request ends both', async (t) => {
  const connections = server.sessions.length;
  const asked = open('/early/answer', 'POST', { 'transfer-encoding': 'chunked' });
  asked.on('error', () => {});
  asked.write('the beginning');
  const response = await answerTo(asked);
  t.equal(response.statusCode, 403);
  t.equal(response.headers.connection, 'close');
  t.equal((await bodyOf(response)).toString(), 'no');
  asked.destroy();
  t.equal((await send('/echo/next', 'POST', {}, 'y')).body, 'y');
  t.equal(server.sessions.length, connections, 'the connection to the upstream stays');
});

t.test('interim responses are passed on', async (t) => {
  const interim: number[] = [];
  const hinted = open('/hints', 'GET');
  hinted.on('information', ({ statusCode }) => interim.push(statusCode));
  hinted.end();
  t.equal((await bodyOf(await answerTo(hinted))).toString(), 'hinted');
  const continued = open('/continue', 'POST', { expect: '100-continue', 'content-length': '4' });
  continued.on('continue', () => {
    interim.push(100);
    continued.end('body');
  });
  continued.flushHeaders();
  t.equal((await bodyOf(await answerTo(continued))).toString(), 'body');
  t.same(interim, [103, 100]);
});

t.test('responses without a body have none', async (t) => {
  for (const [method, path, status] of [
    ['HEAD', '/large/head', 200],
    ['GET', '/status/204', 204],
    ['GET', '/status/304', 304],
  ] as const) {
    const response = await send(path, method);
    t.equal(response.status, status, path);
    t.equal(response.body, '');
  }
  t.equal((await send('/large/head', 'HEAD')).headers['content-length'], String(LARGE_BYTES));
});

t.test('no more streams than the upstream takes, and connections as needed', async (t) => {
  await send('/slow/first');
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => send(`/slow/${index}`)),
  );
  t.same(new Set(answers.map(({ status, body }) => `${status} ${body}`)), new Set(['200 slow']));
  t.ok(
    limited.sessions.length > 1 && limited.sessions.length <= 6,
    String(limited.sessions.length),
  );
});

t.test('an upstream that says goodbye is connected to anew', async (t) => {
  const before = server.sessions.length;
  for (const session of server.sessions) if (!session.closed) session.close();
  t.equal((await send('/echo/again', 'POST', {}, 'z')).body, 'z');
  t.equal(server.sessions.length, before + 1);
  t.ok(((await proa.stat('cluster.main.upstream_cx_close_notify')) ?? 0) >= 1);
});

t.test('nothing is left of all that', async (t) => {
  for (const gauge of [
    'upstream_rq_active',
    'upstream_rq_pending_active',
    'http2.streams_active',
  ]) {
    t.ok(await until(async () => (await proa.stat(`cluster.main.${gauge}`)) === 0), gauge);
  }
});

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
