/**
 * The scripted upstream of the soak with HTTP/2 clients: `node http2-upstream-process.ts h1|h2`. It sends its
 * port to the parent process once it listens.
 */
import {
  createServer as createHttp1Server,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerSeed, BodyCheck, bodyBytes, type Target, targetOf, uploadSeed } from './body.ts';

const PIECE_BYTES = 16_384;
const DRIPS = 6;
const DRIP_PAUSE_MS = 20;

type Answer = (target: Target, request: IncomingMessage, response: ServerResponse) => unknown;

async function sendBody(
  target: Target,
  response: ServerResponse,
  pieceBytes: number,
  pauseMs: number,
) {
  const seed = answerSeed(target);
  for (let at = 0; at < target.length; at += pieceBytes) {
    const piece = bodyBytes(seed, at, Math.min(pieceBytes, target.length - at));
    if (response.destroyed || response.writableEnded) return;
    if (!response.write(piece)) await onceDrained(response);
    if (pauseMs > 0) await sleep(pauseMs);
  }
}

function onceDrained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  plain: async (target, _, response) => {
    response.writeHead(200, { 'content-length': target.length, 'x-soak-id': target.id });
    await sendBody(target, response, PIECE_BYTES, 0);
    response.end();
  },
  drip: async (target, _, response) => {
    response.writeHead(200, { 'x-soak-id': target.id });
    await sendBody(target, response, Math.ceil(target.length / DRIPS) || 1, DRIP_PAUSE_MS);
    response.end();
  },
  trailers: async (target, _, response) => {
    response.writeHead(200, { 'x-soak-id': target.id, trailer: 'x-checked' });
    await sendBody(target, response, PIECE_BYTES, 0);
    response.addTrailers({ 'x-checked': 'yes' });
    response.end();
  },
  upload: (target, request, response) => {
    const check = new BodyCheck(uploadSeed(target));
    request.on('data', (chunk: Buffer) => check.add(chunk));
    request.on('end', () => {
      response.writeHead(200, { 'x-soak-id': target.id });
      response.end(`${check.length} ${check.firstWrong ?? 'right'}`);
    });
  },
  empty: (target, _, response) => response.writeHead(204, { 'x-soak-id': target.id }).end(),
  failing: (target, _, response) =>
    response.writeHead(500, { 'x-soak-id': target.id }).end('failed'),
  reset: (target, _, response) => {
    response.writeHead(200, { 'x-soak-id': target.id });
    response.write('half of it', () => response.destroy());
  },
  early: (target, _, response) => {
    response.writeHead(403, { 'x-soak-id': target.id }).end('no');
  },
  silent: () => undefined,
};

function handle(request: IncomingMessage, response: ServerResponse): void {
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  const target = targetOf(request.url ?? '');
  const answer = target === undefined ? undefined : ANSWERS[target.kind];
  if (target === undefined || answer === undefined) {
    response.writeHead(599).end();
    return;
  }
  Promise.resolve(answer(target, request, response)).catch(() => response.destroy());
}

/**
 * All clients share a few connections here, which node:http2 would give up: for their many resets, and because
 * it goes on counting the memory of answers that were cut off.
 */
const PATIENT = {
  streamResetBurst: 1_000_000,
  streamResetRate: 1_000_000,
  maxSessionMemory: 100_000,
};

process.on('disconnect', () => process.exit(0));
const speaksHttp2 = process.argv[2] === 'h2';
const server = speaksHttp2
  ? createHttp2Server(PATIENT, (request, response) =>
      handle(request as unknown as IncomingMessage, response as unknown as ServerResponse),
    )
  : createHttp1Server({ keepAliveTimeout: 600_000 }, handle);
if (speaksHttp2) {
  server.on('sessionError', (error: NodeJS.ErrnoException) => {
    process.stderr.write(`scripted upstream: ${error.code} ${error.message}\n`);
  });
}
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
