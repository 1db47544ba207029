import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { targetOf } from './body.ts';
import { answers } from './upstream-answers.ts';

/** Where the scripted upstream listens; sent to the parent process once it does. */
export interface UpstreamPlaces {
  readonly first: number;
  readonly second: number;
  /** Closes idle connections after a second: what is in its pool goes stale all the time. */
  readonly restless: number;
  /** Taken, so that nobody else listens there, but nobody does. */
  readonly dead: number;
}

/** What goes wrong here, not in the proxy. */
const PROBLEMS_LIMIT = 20;
let problems = 0;

function complain(what: string): void {
  if (problems++ < PROBLEMS_LIMIT) process.stderr.write(`scripted upstream: ${what}\n`);
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const target = targetOf(request.url ?? '');
  const answer = target === undefined ? undefined : answers[target.kind];
  if (target === undefined || answer === undefined) {
    complain(`no answer to ${request.url}`);
    response.writeHead(599).end();
    return;
  }
  const socket = request.socket;
  // A request that is given up is no problem of the upstream's.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  Promise.resolve(answer({ target, request, response, socket })).catch((error: unknown) => {
    if (!socket.destroyed) complain(`${target.kind}: ${String(error)}`);
    socket.destroy();
  });
}

/** A tunnel gives back what it gets. */
function echo(request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { id = '' } = targetOf(request.url ?? '') ?? {};
  socket.on('error', () => socket.destroy());
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nx-soak-id: ${id}\r\n` +
      'connection: upgrade\r\nupgrade: websocket\r\n\r\n',
  );
  if (head.length > 0) socket.write(head);
  socket.pipe(socket);
}

function listen(at: number | string, keepAliveTimeoutMs: number): Promise<Server> {
  const server = createServer({ keepAliveTimeout: keepAliveTimeoutMs, noDelay: true }, handle);
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.on('upgrade', (request, socket, head) => echo(request, socket as Socket, head));
  server.on('clientError', (_error, socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => resolve(server));
    if (typeof at === 'number') server.listen(at, '127.0.0.1');
    else server.listen(at);
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** The near end of a connection that stays open. */
async function heldPort(to: number): Promise<number> {
  const socket = connect(to, '127.0.0.1');
  await once(socket, 'connect');
  return socket.localPort as number;
}

// The parent is gone or done: so is this.
process.on('disconnect', () => process.exit(0));
const [unixPath = ''] = process.argv.slice(2);
const [first, second, restless] = await Promise.all([
  listen(0, 600_000),
  listen(0, 600_000),
  listen(0, 1_000),
  listen(unixPath, 600_000),
]);
process.send?.({
  first: portOf(first),
  second: portOf(second),
  restless: portOf(restless),
  dead: await heldPort(portOf(first)),
} satisfies UpstreamPlaces);
