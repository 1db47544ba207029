import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a service answers. */
export interface Reply {
  readonly status: number;
  readonly body: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServiceRequest {
  readonly method: string;
  /** Path without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** One service of the application; undefined is "no such path". */
export interface Service {
  readonly name: string;
  readonly handle: (request: ServiceRequest) => Reply | undefined | Promise<Reply | undefined>;
}

const bodyBytesMax = 64 * 1024;

/** Serves on a port of the loopback address, 0 for any, and tells the port. */
export async function serve(
  service: Service,
  port: number,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((request, response) => {
    answer(service, request, response).catch((error: unknown) => {
      console.error(`${service.name}: ${request.method} ${request.url}:`, error);
      send(response, { status: 500, body: { error: `${service.name} failed` } });
    });
  });
  // Longer than a proxy keeps a connection, so that a request never meets one that is being closed.
  server.keepAliveTimeout = 3_600_000 + 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function answer(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://service');
  const body = await readBody(request);
  if (body === undefined) {
    send(response, { status: 413, body: { error: `more than ${bodyBytesMax} bytes` } });
    return;
  }
  const reply = await service.handle({
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body,
  });
  send(response, reply ?? { status: 404, body: { error: `nothing at ${url.pathname}` } });
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  if (response.headersSent) return;
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': isText ? 'text/html; charset=utf-8' : 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
