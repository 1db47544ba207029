import { once } from 'node:events';
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { bytesOf, sha1Of } from './echo-upstream.ts';

/** An upstream that speaks HTTP/2 without TLS, tells what it got, and sends bodies with and without trailers. */
export async function http2EchoUpstream(t: Test): Promise<{ readonly port: number }> {
  const server: Http2Server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => undefined);
    answer(stream, headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    for (const each of sessions) each.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port };
}

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const path = headers[':path'] ?? '';
  const [, kind, argument = ''] = path.split(/[/?]/);
  switch (kind) {
    case 'bytes':
      stream.respond({ ':status': 200, 'content-length': argument });
      stream.end(headers[':method'] === 'HEAD' ? undefined : bytesOf(Number(argument)));
      return;
    case 'status':
      stream.respond({ ':status': Number(argument) }, { endStream: true });
      return;
    case 'hints':
      stream.additionalHeaders({ ':status': 103, link: '</style.css>; rel=preload' });
      stream.respond({ ':status': 200 });
      stream.end('after the hints');
      return;
    case 'reset':
      stream.respond({ ':status': 200 });
      stream.write('begun', () => stream.destroy(new Error('as asked')));
      return;
    case 'hang':
      return;
    default:
      echo(stream, headers);
  }
}

/** JSON of the request, with what its trailers were, and a trailer of its own. */
function echo(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const chunks: Buffer[] = [];
  let trailers: IncomingHttpHeaders = {};
  stream.on('trailers', (fields: IncomingHttpHeaders) => {
    trailers = fields;
  });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('end', () => {
    const body = Buffer.concat(chunks);
    const seen = {
      method: headers[':method'],
      url: headers[':path'],
      headers: { ...headers },
      trailers: { ...trailers },
      length: body.length,
      sha1: sha1Of(body),
    };
    stream.respond(
      { ':status': 200, 'content-type': 'application/json' },
      { waitForTrailers: true },
    );
    stream.once('wantTrailers', () => stream.sendTrailers({ 'x-length': String(body.length) }));
    stream.end(JSON.stringify(seen));
  });
}
