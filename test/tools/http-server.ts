import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RunningServer {
  readonly server: Server;
  /** 0 for a server at a path. */
  readonly port: number;
}

/** An HTTP server on the loopback interface, or at a path, which is closed when the test is over. */
export async function httpServer(
  t: { teardown: (run: () => void) => void },
  handle: RequestListener,
  path?: string,
): Promise<RunningServer> {
  const server = createServer(handle);
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    if (path === undefined) server.listen(0, '127.0.0.1');
    else server.listen(path);
  });
  const address = server.address();
  const port = typeof address === 'object' ? (address as AddressInfo).port : 0;
  return { server, port };
}
