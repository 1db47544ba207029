import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { err, ok, type Result } from '#base/result.ts';
import { type Address, formatAddress } from '#network/address.ts';
import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { type AdminResponse, textResponse } from '#server/admin/admin-response.ts';
import { adminRoutes } from '#server/admin/admin-routes.ts';
import type { AdminServices } from '#server/admin/admin-services.ts';
import { countAdminTraffic } from '#server/admin/admin-stats.ts';
import { acceptsGzip } from '#server/admin/content-negotiation.ts';
import { helpText } from '#server/admin/help-page.ts';
import { QueryParameters } from '#server/admin/query-parameters.ts';

/** Form values are names and numbers; more is nobody's honest request. */
const MAX_BODY_BYTES = 1_048_576;

/** What the access log of the admin server tells about a request. */
export interface AdminAccess {
  readonly method: string;
  readonly path: string;
  /** `HTTP/1.1`. */
  readonly protocol: string;
  readonly status: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly requestHeaders: Readonly<Record<string, string | string[] | undefined>>;
  readonly remoteAddress: Address;
}

export interface AdminServerOptions {
  readonly services: AdminServices;
  /** Called when a response was sent or the client has gone. */
  readonly onAccess?: (access: AdminAccess) => void;
  /** Called with what a page threw, which is a defect; the client sees status 500. */
  readonly onDefect?: (error: unknown) => void;
}

/** The admin server: Envoy's operational pages on an HTTP/1.1 server of the main thread. */
export class AdminServer {
  readonly #services: AdminServices;
  readonly #onAccess: ((access: AdminAccess) => void) | undefined;
  readonly #onDefect: ((error: unknown) => void) | undefined;
  readonly #routes: ReadonlyMap<string, AdminEndpoint>;
  readonly #server: Server;

  constructor({ services, onAccess, onDefect }: AdminServerOptions) {
    this.#services = services;
    this.#onAccess = onAccess;
    this.#onDefect = onDefect;
    this.#routes = new Map(adminRoutes.map((endpoint) => [endpoint.path, endpoint]));
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    countAdminTraffic(this.#server, services.stats);
  }

  /** Binds the address and tells which one it became (port 0 is chosen by the system). */
  async listen(address: Address): Promise<Result<Address, string>> {
    const { promise, resolve } = Promise.withResolvers<Result<void, string>>();
    const onError = (error: Error) => resolve(err(error.message));
    this.#server.once('error', onError);
    const where =
      address.kind === 'pipe' ? { path: address.path } : { host: address.host, port: address.port };
    this.#server.listen(where, () => resolve(ok(undefined)));
    const bound = await promise;
    this.#server.off('error', onError);
    if (!bound.ok) {
      return err(`cannot bind the admin address ${formatAddress(address)}: ${bound.error}`);
    }
    return ok(this.#boundAddress(address));
  }

  /** Stops to accept and ends idle connections; resolves when the last response was sent. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeIdleConnections();
    await promise;
  }

  #boundAddress(asked: Address): Address {
    const bound = this.#server.address();
    if (bound === null || typeof bound === 'string') return asked;
    return { kind: 'ip', host: bound.address, port: bound.port };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#observe(request, response);
    try {
      await send(await this.#answer(request), request, response);
    } catch (error) {
      // A client that went away in the middle of a page ends the pipeline with an error as well.
      if (response.destroyed) return;
      this.#onDefect?.(error);
      if (response.headersSent) response.destroy();
      else await send(textResponse('internal error\n', 500), request, response);
    }
  }

  async #answer(request: IncomingMessage): Promise<AdminResponse> {
    const target = request.url ?? '/';
    const questionMark = target.indexOf('?');
    const path = questionMark === -1 ? target : target.slice(0, questionMark);
    const queryText = questionMark === -1 ? '' : target.slice(questionMark + 1);
    const endpoint = this.#routes.get(path);
    if (endpoint === undefined) {
      return textResponse(`invalid path. ${helpText(adminRoutes)}`, 404);
    }
    if (endpoint.mutatesState && request.method !== 'POST') {
      return textResponse(`Method ${request.method} not allowed, POST required.`, 405);
    }
    const form = await readForm(request);
    if (form === undefined) return textResponse('request body too large\n', 413);
    const query = new QueryParameters(form === '' ? queryText : `${queryText}&${form}`);
    const accept = request.headers.accept ?? '';
    return endpoint.handle({ query, accept }, this.#services);
  }

  #observe(request: IncomingMessage, response: ServerResponse): void {
    const onAccess = this.#onAccess;
    if (onAccess === undefined) return;
    const startMs = Date.now();
    const start = performance.now();
    const { socket } = request;
    const sentBefore = socket.bytesWritten;
    response.once('close', () => {
      onAccess({
        method: request.method ?? '',
        path: request.url ?? '',
        protocol: `HTTP/${request.httpVersion}`,
        status: response.statusCode,
        receivedBytes: Number(request.headers['content-length'] ?? 0),
        sentBytes: socket.bytesWritten - sentBefore,
        startMs,
        durationMs: performance.now() - start,
        requestHeaders: request.headers,
        remoteAddress: remoteAddressOf(request),
      });
    });
  }
}

function remoteAddressOf({ socket }: IncomingMessage): Address {
  if (socket.remoteAddress === undefined) return { kind: 'pipe', path: '' };
  return { kind: 'ip', host: socket.remoteAddress, port: socket.remotePort ?? 0 };
}

/** The body of a posted form, empty for any other request, undefined when it is too long. */
async function readForm(request: IncomingMessage): Promise<string | undefined> {
  const contentType = request.headers['content-type'] ?? '';
  const isForm = contentType.startsWith('application/x-www-form-urlencoded');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    // What is too long is read to its end all the same, or the client would miss the answer.
    if (isForm && length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (isForm && length > MAX_BODY_BYTES) return undefined;
  return Buffer.concat(chunks).toString('latin1');
}

async function send(
  { status, contentType, body, headers }: AdminResponse,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.statusCode = status;
  response.setHeader('content-type', contentType);
  response.setHeader('cache-control', 'no-cache, max-age=0');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('server', 'envoy');
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  if (typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  response.setHeader('vary', 'accept-encoding');
  const pieces = Readable.from(body, { objectMode: true, highWaterMark: 2 });
  if (!acceptsGzip(request.headers['accept-encoding'])) {
    await pipeline(pieces, response);
    return;
  }
  response.setHeader('content-encoding', 'gzip');
  await pipeline(pieces, createGzip({ level: constants.Z_BEST_SPEED }), response);
}
