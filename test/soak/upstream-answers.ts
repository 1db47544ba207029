import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerSeed, BodyCheck, bodyBytes, type Target, uploadSeed } from './body.ts';

/** One exchange at the scripted upstream. */
interface Exchange {
  readonly target: Target;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
}

const PIECE_BYTES = 32_768;
const DRIPS = 8;
const DRIP_PAUSE_MS = 25;
/** Longer than every timeout of the configuration and the patience of every client. */
const SILENCE_MS = 6_000;

type Answer = (exchange: Exchange) => void | Promise<void>;

/** Every kind of answer, by the name that stands in the path. */
export const answers: Readonly<Record<string, Answer>> = {
  plain: (exchange) => answerWhole(exchange, 200),
  failing: (exchange) => answerWhole(exchange, 500),
  empty: ({ response, target }) => void response.writeHead(204, mark(target)).end(),
  unchanged: ({ response, target }) => void response.writeHead(304, mark(target)).end(),
  closing: (exchange) => {
    exchange.response.setHeader('connection', 'close');
    return answerWhole(exchange, 200);
  },
  early: (exchange) => {
    exchange.response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
    exchange.response.writeProcessing();
    return answerWhole(exchange, 200);
  },
  chunked: async (exchange) => {
    const { response, target } = exchange;
    response.writeHead(200, mark(target));
    await sendBody(exchange, 1 + (answerSeed(target) % 20_000));
    response.end();
  },
  trailers: async (exchange) => {
    const { response, target } = exchange;
    response.writeHead(200, { ...mark(target), trailer: 'x-checked' });
    await sendBody(exchange, PIECE_BYTES);
    response.addTrailers({ 'x-checked': 'yes' });
    response.end();
  },
  drip: async (exchange) => {
    const { response, target } = exchange;
    response.writeHead(200, mark(target));
    await sendBody(exchange, Math.max(1, Math.ceil(target.length / DRIPS)), DRIP_PAUSE_MS);
    response.end();
  },
  untilClose: (exchange) => void answerRaw(exchange, 'HTTP/1.1 200 OK').end(),
  old: (exchange) => void answerRaw(exchange, 'HTTP/1.0 200 OK').end(),
  truncated: (exchange) => void answerHalf(exchange).end(),
  reset: (exchange) => {
    const socket = answerHalf(exchange);
    // A Unix socket knows no reset.
    const isTcp = socket.remotePort !== undefined;
    setTimeout(() => (isTcp ? socket.resetAndDestroy() : socket.destroy()), 5);
  },
  refusing: ({ socket }) => void socket.destroy(),
  nonsense: ({ socket }) => void socket.end('HTTP/1.1 two hundred\r\nno colon here\r\n\r\n'),
  silent: ({ socket }) => void setTimeout(() => socket.destroy(), SILENCE_MS).unref(),
  upload: async (exchange) => {
    const check = new BodyCheck(uploadSeed(exchange.target));
    for await (const chunk of exchange.request) check.add(chunk as Buffer);
    const outcome = check.firstWrong === undefined ? 'right' : `wrong at ${check.firstWrong}`;
    exchange.response.setHeader('x-soak-uploaded', `${check.length} ${outcome}`);
    return answerWhole(exchange, 200);
  },
  /** Does not wait for the request's body. */
  hasty: (exchange) => answerWhole(exchange, 200),
};

function mark({ id }: Target): Record<string, string> {
  return { 'x-soak-id': id };
}

function answerWhole(exchange: Exchange, status: number): Promise<void> {
  const { response, target } = exchange;
  response.writeHead(status, { ...mark(target), 'content-length': target.length });
  return sendBody(exchange, PIECE_BYTES).then(() => void response.end());
}

async function sendBody(
  { response, socket, target }: Exchange,
  pieceBytes: number,
  pauseMs = 0,
): Promise<void> {
  const seed = answerSeed(target);
  for (let sent = 0; sent < target.length; sent += pieceBytes) {
    const piece = bodyBytes(seed, sent, Math.min(pieceBytes, target.length - sent));
    const isFull = !response.write(piece);
    if (pauseMs > 0) await sleep(pauseMs);
    if (socket.destroyed) return;
    if (isFull) await drained(response, socket);
  }
}

/** Resolves when there is room again, or the connection is gone. */
function drained(response: ServerResponse, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    response.once('drain', done);
    socket.once('close', done);
  });
}

/** An answer whose body ends with the connection. */
function answerRaw({ socket, target }: Exchange, statusLine: string): Socket {
  socket.write(`${statusLine}\r\nx-soak-id: ${target.id}\r\nconnection: close\r\n\r\n`);
  socket.write(bodyBytes(answerSeed(target), 0, target.length));
  return socket;
}

/** An answer that ends before its time. */
function answerHalf({ socket, target }: Exchange): Socket {
  const { id, length } = target;
  socket.write(`HTTP/1.1 200 OK\r\nx-soak-id: ${id}\r\ncontent-length: ${length}\r\n\r\n`);
  socket.write(bodyBytes(answerSeed(target), 0, length >>> 1));
  return socket;
}
