import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './children.ts';

export const LOOPBACK = '127.0.0.1';
const ANSWER_TIMEOUT_MS = 5_000;

/** A port that was free a moment ago; the proxies cannot say which port they got, so it must be chosen before. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What one request was answered with; `undefined` when nothing answered. */
type Answer = { readonly status: number; readonly bytes: number } | undefined;

/** Sends one request on a connection of its own and reads the whole response. */
async function askOnce(port: number, request: string): Promise<Answer> {
  const socket = connect(port, LOOPBACK);
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
    if (isWhole(answer)) socket.destroy();
  });
  socket.on('error', () => {});
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
  socket.write(request, 'latin1');
  await new Promise((resolve) => socket.once('close', resolve));
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
  return status === undefined ? undefined : { status: Number(status), bytes: answer.length };
}

/** True once as many bytes as content-length announces have arrived; other framing ends with the connection. */
function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.slice(0, headEnd))?.[1];
  return length !== undefined && answer.length >= headEnd + 4 + Number(length);
}

const PROBE = `GET / HTTP/1.1\r\nhost: probe.test\r\nconnection: close\r\n\r\n`;

/** Waits until something accepts connections at the port; throws as {@link untilAnswering} does. */
export async function untilListening(port: number, child: Child, limitMs = 15_000): Promise<void> {
  const began = performance.now();
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  while (performance.now() - began < limitMs) {
    if (await accepts(port)) return;
    if (ended) throw new Error(`the process ended instead of listening:\n${child.output()}`);
    await delay(5);
  }
  throw new Error(`nothing listens at port ${port} after ${limitMs} ms:\n${child.output()}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * Waits until something at the port answers, be it that it knows no such host, and gives the time that took,
 * in milliseconds.
 * Throws with what the process said when it ends, or after `limitMs`.
 */
export async function untilAnswering(
  port: number,
  child: Child,
  limitMs = 15_000,
): Promise<number> {
  const began = performance.now();
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  while (performance.now() - began < limitMs) {
    const answer = await askOnce(port, PROBE);
    if (answer !== undefined && answer.status < 500) return performance.now() - began;
    if (ended) throw new Error(`the process ended instead of listening:\n${child.output()}`);
    await delay(1);
  }
  throw new Error(`no answer at port ${port} within ${limitMs} ms:\n${child.output()}`);
}
