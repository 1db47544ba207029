import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** One gRPC message with its header. */
export function grpcMessage(text: string): Buffer {
  const bytes = Buffer.from(text);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([header, bytes]);
}

/**
 * A gRPC server of its own, over HTTP/2 without TLS. What it does is in the name of the method:
 * `Echo` sends the request’s body back, `Fail7` ends with status 7 after it, `Only12` is a status
 * without anything else, `Html` is no gRPC, `Hang` never answers, `Break` breaks off within its answer.
 */
export async function grpcUpstream(t: Test): Promise<{ readonly port: number }> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      if (!stream.destroyed) answer(stream, headers[':path'] ?? '', Buffer.concat(chunks));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    for (const each of sessions) each.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port };
}

function answer(stream: ServerHttp2Stream, path: string, body: Buffer): void {
  const [, method = '', status = '0'] = /\/([A-Za-z]+)(\d*)$/.exec(path) ?? [];
  if (method === 'Hang') return;
  if (method === 'Html') {
    stream.respond({ ':status': 503, 'content-type': 'text/html' });
    stream.end('<b>50% off</b>');
    return;
  }
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  if (method === 'Only') {
    stream.respond({ ...head, 'grpc-status': status, 'grpc-message': 'no' }, { endStream: true });
    return;
  }
  if (method === 'Break') {
    stream.respond(head);
    stream.write(body, () => stream.destroy(new Error('broken off')));
    return;
  }
  stream.respond(head, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status || '0' }));
  stream.end(body);
}
