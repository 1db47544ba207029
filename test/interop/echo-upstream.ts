import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { bodyBytes } from '../soak/body.ts';
import { httpServer, type RunningServer } from '../tools/http-server.ts';

/** What `/echo` answers, as JSON. */
export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly length: number;
  readonly sha1: string;
}

export function sha1Of(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex');
}

/** The body of `/bytes/<length>` and `/chunked/<length>`. */
export function bytesOf(length: number): Buffer {
  return bodyBytes(length, 0, length);
}

/** An upstream that tells what it got, and sends bodies of every framing. */
export async function echoUpstream(t: Parameters<typeof httpServer>[0]): Promise<RunningServer> {
  const running = await httpServer(t, (request, response) => void answer(request, response));
  running.server.on('upgrade', (request: IncomingMessage, socket, head) => {
    if (request.headers['sec-websocket-key'] === undefined) {
      socket.destroy();
      return;
    }
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.on('error', () => socket.destroy());
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    echoFrames(socket as Socket, head);
  });
  return running;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, kind, argument = ''] = (request.url ?? '').split(/[/?]/);
  const length = Number(argument);
  switch (kind) {
    case 'bytes':
      sendBytes(request, response, bytesOf(length));
      return;
    case 'chunked': {
      const bytes = bytesOf(length);
      for (let at = 0; at < length; at += 10_000) response.write(bytes.subarray(at, at + 10_000));
      response.end();
      return;
    }
    case 'gzip':
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(bytesOf(length)));
      return;
    case 'status':
      response.writeHead(length, { etag: '"one"' }).end();
      return;
    case 'last':
      response.setHeader('connection', 'close');
      response.end('the last one');
      return;
    default:
      await echo(request, response);
  }
}

/** With `Range` of the one form that curl sends. */
function sendBytes(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (range === null) {
    response.setHeader('content-length', bytes.length);
    response.end(bytes);
    return;
  }
  const part = bytes.subarray(Number(range[1]), Number(range[2]) + 1);
  response.writeHead(206, {
    'content-length': part.length,
    'content-range': `bytes ${range[1]}-${range[2]}/${bytes.length}`,
  });
  response.end(part);
}

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // The client gave up: there is nobody to be answered.
    return;
  }
  const body = Buffer.concat(chunks);
  const { method, url, headers } = request;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method, url, headers, length: body.length, sha1: sha1Of(body) }));
}

/** Gives back every frame of a WebSocket (RFC 6455 section 5.2), unmasked, as servers send them. */
function echoFrames(socket: Socket, head: Buffer): void {
  let waiting = head;
  const read = (): void => {
    for (let frame = takeFrame(waiting); frame !== undefined; frame = takeFrame(waiting)) {
      waiting = waiting.subarray(frame.length);
      socket.write(frame.answer);
      // RFC 6455 section 7.1.1: the server ends the connection first.
      if (((frame.answer[0] as number) & 0x0f) === CLOSE_FRAME) socket.end();
    }
  };
  socket.on('data', (bytes: Buffer) => {
    waiting = Buffer.concat([waiting, bytes]);
    read();
  });
  socket.on('end', () => socket.end());
  read();
}

const CLOSE_FRAME = 8;

function takeFrame(
  bytes: Buffer,
): { readonly length: number; readonly answer: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] as number) & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = 2 + extra + 4;
  if (bytes.length < start) return undefined;
  const size =
    extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + size) return undefined;
  const mask = bytes.subarray(start - 4, start);
  const payload = bytes
    .subarray(start, start + size)
    .map((byte, index) => byte ^ (mask[index & 3] as number));
  const head = Buffer.from(bytes.subarray(0, 2 + extra));
  head[1] = short;
  return { length: start + size, answer: Buffer.concat([head, payload]) };
}
