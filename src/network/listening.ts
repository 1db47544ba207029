import {
  type AddressInfo,
  createServer,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net';
import { HandleTransport } from '#network/handle-transport.ts';
import { SocketTransport } from '#network/socket-transport.ts';
import { handleBindings, isStreamHandle } from '#network/stream-binding.ts';
import type { Transport } from '#network/transport.ts';

/** The part of a listening handle that hands out accepted ones. */
interface ListeningHandle {
  onconnection?: (status: number, accepted: unknown) => void;
}

export interface Listening {
  readonly server: Server;
  readonly address: AddressInfo | string | null;
  /** Which kind of transport accepted connections get. */
  readonly transports: 'handle' | 'socket';
}

/** Listens, and hands over every accepted connection, not yet reading. Rejects as `listen` fails. */
export function listen(
  options: ListenOptions,
  onAccept: (transport: Transport) => void,
  preferred: 'handle' | 'socket' = 'handle',
): Promise<Listening> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
  server.on('connection', (socket: Socket) => onAccept(new SocketTransport(socket)));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      // A failing accept (no descriptors left) must not end the worker: the next one may succeed.
      server.on('error', () => {});
      const isTakenOver = preferred === 'handle' && takeOverAccepting(server, onAccept);
      resolve({ server, address: server.address(), transports: isTakenOver ? 'handle' : 'socket' });
    });
  });
}

function takeOverAccepting(server: Server, onAccept: (transport: Transport) => void): boolean {
  const handle = (server as unknown as { _handle?: ListeningHandle })._handle;
  if (handleBindings === undefined || typeof handle?.onconnection !== 'function') return false;
  handle.onconnection = (status, accepted) => {
    if (status !== 0 || !isStreamHandle(accepted)) return;
    accepted.setNoDelay?.(true);
    onAccept(new HandleTransport(accepted));
  };
  return true;
}
