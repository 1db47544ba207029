import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const BODY = 'b'.repeat(100_000);
/** More than a request takes that all timeouts apply to. */
const PATIENCE_MS = 2_000;

const get = (path: string, ...fields: readonly string[]): string =>
  `GET /${path} HTTP/1.1\r\nhost: a\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
const post = (path: string): string =>
  `POST /${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
const postChunked = (path: string): string =>
  `POST /${path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n` +
  `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\nend: now\r\n\r\n`;

/** What clients ask for. */
export const QUESTIONS: Readonly<Record<string, string>> = {
  'something small': get('ok'),
  'something of a connection that closes': get('close'),
  'something big': get('big'),
  'something slow': get('drip'),
  'an echo': post('echo'),
  'an echo in chunks': postChunked('echo'),
  'an answer that does not wait for the body': post('early'),
  'early hints': get('interim'),
  'a reset before the answer': get('resetAtOnce'),
  'a reset in the answer': get('resetInBody'),
  'no HTTP': get('garbage'),
  'what takes too long': get('hang'),
  'an upload that takes too long': post('hang'),
  'what takes too long for one attempt': get(
    'hang/try',
    'x-envoy-upstream-rq-per-try-timeout-ms: 100',
  ),
  'what takes too long as a stream': get('hang/stream'),
  'what falls silent': get('hang/idle'),
  'nobody that listens': get('refused'),
  'an upload to nobody that listens': post('refused'),
  'more than the limits allow': get('hang/limited'),
  'an answer of the proxy': post('direct'),
  'another place': get('moved'),
  'no route': get('nowhere'),
  'the head of something big': get('big').replace('GET', 'HEAD'),
  'HTTP/1.0': 'GET /ok HTTP/1.0\r\n\r\n',
  'an upgrade': get('ok', 'connection: upgrade', 'upgrade: websocket'),
  'an upgrade that is refused': get('ok', 'connection: upgrade', 'upgrade: x'),
  'what is no request': 'GET\r\n\r\n',
  'a chunk that is none':
    'POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
};

/** How clients ask, and how they go. */
export const MANNERS: Readonly<Record<string, (socket: Socket, text: string) => Promise<void>>> = {
  'asks twice and reads everything': async (socket, text) => {
    socket.write(text);
    await answered(socket);
    socket.write(get('ok'));
    await answered(socket);
  },
  'closes within the head': async (socket, text) => {
    await written(socket, text.slice(0, text.indexOf('\r\n') + 2));
    await sleep(10);
  },
  'resets within the head': async (socket, text) => {
    await written(socket, text.slice(0, text.indexOf('\r\n') + 2));
    await sleep(10);
    socket.resetAndDestroy();
  },
  'resets within the body': async (socket, text) => {
    await written(socket, text.slice(0, text.indexOf('\r\n\r\n') + 5_000));
    await sleep(10);
    socket.resetAndDestroy();
  },
  'falls silent within the body': async (socket, text) => {
    await written(socket, text.slice(0, text.indexOf('\r\n\r\n') + 5_000));
    await closed(socket);
  },
  'resets once it has asked': async (socket, text) => {
    await written(socket, text);
    await sleep(10);
    socket.resetAndDestroy();
  },
  'ends its side once it has asked': async (socket, text) => {
    socket.end(text);
    await closed(socket);
  },
  'resets in the answer': async (socket, text) => {
    socket.write(text);
    await answered(socket);
    socket.resetAndDestroy();
  },
  'does not read, and resets': async (socket, text) => {
    socket.pause();
    socket.write(text);
    await sleep(60);
    socket.resetAndDestroy();
  },
  'does not read until everybody is tired of it': async (socket, text) => {
    socket.pause();
    socket.write(text);
    await sleep(600);
    socket.resume();
    await closed(socket);
  },
  'reads in small sips': async (socket, text) => {
    socket.write(text);
    for (let sip = 0; sip < 20 && !socket.destroyed; sip++) {
      socket.pause();
      await sleep(2);
      socket.resume();
      await sleep(1);
    }
  },
  'asks for three at once, and resets': async (socket, text) => {
    socket.write(text + text + get('ok'));
    await answered(socket);
    socket.resetAndDestroy();
  },
};

function written(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve) => socket.write(text, () => resolve()));
}

/** The next bytes came, or the connection went. */
function answered(socket: Socket): Promise<void> {
  return outcome(socket, ['data', 'close']);
}

function closed(socket: Socket): Promise<void> {
  return outcome(socket, ['close']);
}

async function outcome(socket: Socket, events: readonly string[]): Promise<void> {
  if (socket.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const late = setTimeout(resolve, PATIENCE_MS);
  for (const event of events) socket.once(event, resolve);
  await promise;
  clearTimeout(late);
  for (const event of events) socket.off(event, resolve);
}

/** One client from its beginning to its end. */
export async function play(port: number, manner: string, question: string): Promise<void> {
  const socket = connect(port, '127.0.0.1').resume();
  socket.on('error', () => {});
  await MANNERS[manner]?.(socket, QUESTIONS[question] ?? '');
  socket.destroy();
}
