import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { err, ok, type Result } from '#base/result.ts';
import { type Address, formatAddress } from '#network/address.ts';
import { removeSocketFile, setSocketMode, socketName } from '#network/unix-socket.ts';
import { type AdminAccessLog, observeAccess } from '#server/admin/admin-access.ts';
import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { type AdminResponse, textResponse } from '#server/admin/admin-response.ts';
import { adminRoutes } from '#server/admin/admin-routes.ts';
import type { AdminServices } from '#server/admin/admin-services.ts';
import { countAdminTraffic } from '#server/admin/admin-stats.ts';
import { helpText } from '#server/admin/help-page.ts';
import { QueryParameters } from '#server/admin/query-parameters.ts';
import { sendResponse } from '#server/admin/send-response.ts';

/** Form values are names and numbers; more is nobody's honest request. */
const MAX_FORM_BYTES = 1_048_576;

/** What the admin server shows, and to whom. */
export interface AdminServerOptions {
  readonly services: AdminServices;
  readonly accessLogs?: readonly AdminAccessLog[];
  /** The bootstrap's `admin.allow_paths`: tests for the path without its query; empty allows all. */
  readonly allowPaths?: readonly ((path: string) => boolean)[];
  /** Called with what a page threw, which is a defect; the client sees status 500. */
  readonly onDefect?: (error: unknown) => void;
}

/** The admin server: Envoy's operational pages on an HTTP/1.1 server of the main thread. */
export class AdminServer {
  readonly #services: AdminServices;
  readonly #accessLogs: readonly AdminAccessLog[];
  readonly #allowPaths: readonly ((path: string) => boolean)[];
  readonly #onDefect: (error: unknown) => void;
  readonly #routes: ReadonlyMap<string, AdminEndpoint>;
  readonly #server: Server;

  constructor(options: AdminServerOptions) {
    this.#services = options.services;
    this.#accessLogs = options.accessLogs ?? [];
    this.#allowPaths = options.allowPaths ?? [];
    this.#onDefect = options.onDefect ?? (() => {});
    this.#routes = new Map(adminRoutes.map((endpoint) => [endpoint.path, endpoint]));
    // An import would load all that the module exports when asked: 16 MB and 20 ms more.
    const { createServer } = process.getBuiltinModule('node:http');
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    countAdminTraffic(this.#server, options.services.stats);
  }

  /** Binds the address and tells which one it became (port 0 is chosen by the system). */
  async listen(address: Address): Promise<Result<Address, string>> {
    const { promise, resolve } = Promise.withResolvers<Result<void, string>>();
    const onError = (error: Error) => resolve(err(error.message));
    this.#server.once('error', onError);
    const where =
      address.kind === 'pipe'
        ? { path: socketName(address) }
        : { host: address.host, port: address.port };
    if (address.kind === 'pipe') removeSocketFile(address);
    this.#server.listen(where, () => resolve(ok(undefined)));
    const bound = await promise;
    this.#server.off('error', onError);
    if (!bound.ok) {
      return err(`cannot bind the admin address ${formatAddress(address)}: ${bound.error}`);
    }
    if (address.kind === 'pipe') setSocketMode(address);
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
    const access = observeAccess(request, response, this.#accessLogs);
    try {
      await sendResponse(await this.#answer(request), request, response, access);
    } catch (error) {
      if (isClientGone(error)) return;
      this.#onDefect(error);
      if (response.headersSent) response.destroy();
      else await sendResponse(textResponse('internal error\n', 500), request, response, access);
    }
  }

  async #answer(request: IncomingMessage): Promise<AdminResponse> {
    const target = request.url ?? '/';
    const questionMark = target.indexOf('?');
    const rawPath = questionMark === -1 ? target : target.slice(0, questionMark);
    const path = rawPath.replace(/\/{2,}/g, '/');
    const queryText = questionMark === -1 ? '' : target.slice(questionMark + 1);
    if (this.#allowPaths.length > 0 && !this.#allowPaths.some((allows) => allows(path))) {
      return textResponse(`request to path ${path} not allowed`, 403);
    }
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
    if (isForm && length <= MAX_FORM_BYTES) chunks.push(chunk);
  }
  if (isForm && length > MAX_FORM_BYTES) return undefined;
  return Buffer.concat(chunks).toString('latin1');
}

/** A client that goes away in the middle of a page ends it with an error as well. */
function isClientGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}
