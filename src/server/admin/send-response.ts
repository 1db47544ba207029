import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenAccess } from '#server/admin/admin-access.ts';
import type { AdminResponse } from '#server/admin/admin-response.ts';
import { acceptsGzip } from '#server/admin/content-negotiation.ts';

/** Sends a response with the headers that Envoy gives to all admin pages. */
export async function sendResponse(
  { status, contentType, body, headers }: AdminResponse,
  request: IncomingMessage,
  response: ServerResponse,
  access: OpenAccess,
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
    access.bytesSent = Buffer.byteLength(body);
    response.end(body);
    return;
  }
  async function* counted(
    pieces: AsyncIterable<string | Buffer>,
  ): AsyncGenerator<string | Buffer, void, void> {
    for await (const piece of pieces) {
      access.bytesSent += Buffer.byteLength(piece);
      yield piece;
    }
  }
  const { pipeline } = process.getBuiltinModule('node:stream/promises');
  response.setHeader('vary', 'accept-encoding');
  if (!acceptsGzip(request.headers['accept-encoding'])) {
    await pipeline(body, counted, response);
    return;
  }
  response.setHeader('content-encoding', 'gzip');
  const { constants, createGzip } = process.getBuiltinModule('node:zlib');
  await pipeline(body, createGzip({ level: constants.Z_BEST_SPEED }), counted, response);
}
