import { type AddressInfo, createServer, type ListenOptions, type Server, Socket } from 'node:net';

/**
 * The one place that knows how to read without allocating.
 *
 * Node reads into a buffer of the caller's choice for outgoing sockets (`net.connect({onread})`),
 * but offers no such option for accepted ones. Here the listening handle's connection callback is
 * replaced, so that accepted handles become sockets with the same option. This leans on Node's
 * inner shape, so it is checked when a listener starts: where the shape differs, accepted sockets
 * fall back to ordinary 'data' events.
 */

/** All sockets of a worker read into this: what was read is used up or copied before the next read. */
const SHARED_READ_BYTES = 65_536;
const sharedReadBuffer: Buffer = Buffer.allocUnsafeSlow(SHARED_READ_BYTES);

/** Receives the bytes of a socket; they are valid only until it returns. */
export interface ReadTarget {
  onRead(bytes: Buffer, length: number): void;
}

/** A socket that belongs to a connection of ours. */
export interface OwnedSocket extends Socket {
  readTarget?: ReadTarget;
}

/** Shared by all sockets, so that an idle connection costs no closure. */
function deliver(this: unknown, length: number, bytes: Uint8Array): boolean {
  (this as OwnedSocket).readTarget?.onRead(bytes as Buffer, length);
  return true;
}

/** The option for `net.connect` and `new Socket`. */
export const staticRead: {
  readonly buffer: Uint8Array;
  readonly callback: (length: number, bytes: Uint8Array) => boolean;
} = { buffer: sharedReadBuffer, callback: deliver };

interface ListeningHandle {
  onconnection?: (status: number, accepted: unknown) => void;
}

export interface AcceptingServer {
  readonly server: Server;
  readonly address: AddressInfo | string | null;
  /** False where accepted sockets read by 'data' events. */
  readonly isStatic: boolean;
}

/** Listens, and hands every accepted socket, not yet reading, to `onAccept`. */
export function listenAccepting(
  options: ListenOptions,
  onAccept: (socket: OwnedSocket) => void,
  useStaticReads = true,
): Promise<AcceptingServer> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
  server.on('connection', (socket: OwnedSocket) => {
    socket.on('data', (chunk: Buffer) => socket.readTarget?.onRead(chunk, chunk.length));
    onAccept(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      const isStatic = useStaticReads && replaceConnectionCallback(server, onAccept);
      resolve({ server, address: server.address(), isStatic });
    });
  });
}

function replaceConnectionCallback(
  server: Server,
  onAccept: (socket: OwnedSocket) => void,
): boolean {
  const handle = (server as unknown as { _handle?: ListeningHandle })._handle;
  if (typeof handle?.onconnection !== 'function') return false;
  handle.onconnection = (status, accepted) => {
    if (status !== 0) {
      server.emit('error', new Error(`accepting a connection failed with status ${status}`));
      return;
    }
    const socket = new Socket({
      handle: accepted,
      allowHalfOpen: true,
      manualStart: true,
      readable: true,
      writable: true,
      onread: staticRead,
    } as unknown as ConstructorParameters<typeof Socket>[0]);
    socket.setNoDelay(true);
    onAccept(socket);
  };
  return true;
}
