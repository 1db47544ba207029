import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpServer } from '../tools/http-server.ts';

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const BIG = Buffer.alloc(1 << 20, 'x');

async function drip(response: ServerResponse): Promise<void> {
  response.writeHead(200);
  for (let count = 0; count < 5 && !response.destroyed; count++) {
    response.write('drop');
    await sleep(30);
  }
  response.end();
}

/** What the upstream does, by the first part of the path. */
const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  ok: (_request, response) => response.end('fine'),
  close: (_request, response) => response.setHeader('connection', 'close').end('the last one'),
  big: (_request, response) => response.end(BIG),
  echo: (request, response) => request.pipe(response),
  /** Answers without a look at the body. */
  early: (_request, response) => response.writeHead(413).end('too much'),
  drip: (_request, response) => void drip(response),
  resetAtOnce: (request) => request.socket.resetAndDestroy(),
  resetInBody: (request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('not a thousand bytes', () => {
      request.socket.resetAndDestroy();
    });
  },
  garbage: (request) => request.socket.end('this is not HTTP\r\n\r\n'),
  hang: () => {},
  interim: (_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.end('at last');
  },
};

/** An upstream that does everything that upstreams should not do. Resolves to its port. */
export async function roughUpstream(t: Parameters<typeof httpServer>[0]): Promise<number> {
  const { server, port } = await httpServer(t, (request, response) => {
    const name = /\w+/.exec(request.url ?? '')?.[0] ?? '';
    response.on('error', () => {});
    request.on('error', () => {});
    (BEHAVIOURS[name] ?? BEHAVIOURS['ok'])?.(request, response);
  });
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {});
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    socket.pipe(socket);
  });
  return port;
}
