import { connect } from 'node:net';
import type { Test } from 'tap';
import { AdminServer, type AdminServerOptions } from '#server/admin/admin-server.ts';
import { FakeServices } from './fake-services.ts';

export interface AdminClient {
  readonly services: FakeServices;
  readonly port: number;
  get(target: string, headers?: Record<string, string>): Promise<Response>;
  post(target: string, body?: string): Promise<Response>;
  /** Sends a request line as it is, which `fetch` would escape, and returns the response's text. */
  raw(requestLine: string): Promise<string>;
}

/** Starts an admin server on a free port and ends it with the test. */
export async function startAdmin(
  t: Test,
  options: Partial<AdminServerOptions> & { services?: FakeServices } = {},
): Promise<AdminClient> {
  const services = options.services ?? new FakeServices();
  const onDefect = (error: unknown) => t.error(error);
  const server = new AdminServer({ onDefect, ...options, services });
  const bound = await server.listen({ kind: 'ip', host: '127.0.0.1', port: 0 });
  if (!bound.ok || bound.value.kind !== 'ip') throw new Error('the admin server did not start');
  const { port } = bound.value;
  t.teardown(() => server.close());
  const url = (target: string) => `http://127.0.0.1:${port}${target}`;
  return {
    services,
    port,
    get: (target, headers = {}) =>
      fetch(url(target), { headers: { connection: 'close', ...headers } }),
    post: (target, body = '') =>
      fetch(url(target), {
        method: 'POST',
        body,
        headers: {
          connection: 'close',
          'content-type': 'application/x-www-form-urlencoded',
        },
      }),
    raw: (requestLine) => exchange(port, `${requestLine}\r\nhost: a\r\nconnection: close\r\n\r\n`),
  };
}

function exchange(port: number, request: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('end', () => resolve(text));
  socket.on('error', reject);
  socket.end(request);
  return promise;
}
