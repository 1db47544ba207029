import { connect, type Socket } from 'node:net';
import { LOOPBACK } from '../machine/loopback.ts';
import { ResponseReader } from './response-reader.ts';

/** How many connections send their request at the same time: few, so that few upstream connections are needed. */
const AT_ONCE = 8;

export interface IdleConnections {
  /** Connections whose request was answered with 2xx, and that are still open. */
  readonly open: number;
  close(): void;
}

/** Opens connections, has each send one request and read its answer, and leaves them open. */
export async function openIdleConnections(
  port: number,
  requests: readonly string[],
): Promise<IdleConnections> {
  const sockets: Socket[] = [];
  const pending = requests.values();
  const worker = async (): Promise<void> => {
    for (const request of pending) sockets.push(await openAndAsk(port, request));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return {
    open: sockets.filter((socket) => !socket.destroyed && socket.readyState === 'open').length,
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function openAndAsk(port: number, request: string): Promise<Socket> {
  return new Promise((resolve) => {
    const reader = new ResponseReader();
    const socket = connect(port, LOOPBACK);
    socket.on('data', (chunk: Buffer) => {
      const status = reader.read(chunk, chunk.length);
      if (status === undefined) return;
      if (status < 200 || status > 299) socket.destroy();
      resolve(socket);
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(socket));
    socket.write(request, 'latin1');
  });
}
