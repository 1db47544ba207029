import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { answer, fileAccessLog, httpListener } from '../tools/bootstrap.ts';
import { ask } from '../tools/http-client.ts';
import { until } from '../tools/proa-process.ts';
import { startForTest } from '../tools/start-for-test.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

/** The highest stream there can be: nobody is refused yet. */
const EVERY_STREAM = 2 ** 31 - 1;

const folder = temporaryFolder(t);
const log = join(folder, 'access.log');
const listener = (name: string, codec_type: string): ReturnType<typeof httpListener> =>
  httpListener({
    name,
    at: 0,
    routes: [answer(200, 'hello')],
    manager: {
      codec_type,
      drain_timeout: '0.3s',
      delayed_close_timeout: '0.1s',
      access_log: [fileAccessLog(log, `${name} %PROTOCOL% %RESPONSE_CODE%\n`)],
    },
  });
const proa = await startForTest(
  t,
  [listener('auto', 'AUTO'), listener('one', 'HTTP1'), listener('two', 'HTTP2')],
  [],
  { folder },
);

function session(t: { teardown: (run: () => void) => void }, name: string): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${proa.port(name)}`);
  session.on('error', () => {});
  t.teardown(() => session.destroy());
  return session;
}

t.test('one port speaks both, and the log says which', async (t) => {
  const stream = session(t, 'auto').request({ ':path': '/' });
  t.equal(await text(stream), 'hello');
  t.equal((await ask({ port: proa.port('auto') })).body, 'hello');
  t.equal(await text(session(t, 'two').request({ ':path': '/' })), 'hello');
  t.equal((await ask({ port: proa.port('one') })).body, 'hello');
  const lines = (): string[] => readFileSync(log, 'utf8').trim().split('\n');
  t.ok(await until(() => lines().length === 4));
  t.same(lines().sort(), [
    'auto HTTP/1.1 200',
    'auto HTTP/2 200',
    'one HTTP/1.1 200',
    'two HTTP/2 200',
  ]);
});

t.test('a port that speaks only one', async (t) => {
  const refused = session(t, 'one');
  t.ok(await until(() => refused.destroyed));
  const socket = connectSocket({ port: proa.port('two'), host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.end('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  t.notMatch(await text(socket), /HTTP\/1.1/);
});

t.test('while health checks are failed, connections go in two steps', async (t) => {
  const client = session(t, 'auto');
  await text(client.request({ ':path': '/' }));
  const goaways: number[] = [];
  client.on('goaway', (_code: number, lastStream: number) => goaways.push(lastStream));
  await proa.admin('POST', '/healthcheck/fail');
  await text(client.request({ ':path': '/' }));
  await once(client, 'close');
  t.equal(goaways[0], EVERY_STREAM);
  await proa.admin('POST', '/healthcheck/ok');
});
