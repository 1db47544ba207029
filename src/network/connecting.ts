import { connect as connectSocket, isIPv6 } from 'node:net';
import { getSystemErrorName } from 'node:util';
import type { Address } from '#network/address.ts';
import type { ConnectFailure } from '#network/connect-failure.ts';
import { HandleTransport } from '#network/handle-transport.ts';
import { SocketTransport } from '#network/socket-transport.ts';
import {
  type ConnectRequest,
  type HandleBindings,
  handleBindings,
  type StreamHandle,
} from '#network/stream-binding.ts';
import type { Transport } from '#network/transport.ts';
import { socketName } from '#network/unix-socket.ts';

export interface ConnectOptions {
  readonly address: Address;
  /** The address to connect from; nothing leaves the choice to the system. */
  readonly source: Address | undefined;
}

export interface ConnectCallbacks {
  onConnected(): void;
  /** The transport is still to be destroyed. */
  onConnectFailed(failure: ConnectFailure): void;
}

const UV_TCP_IPV6ONLY = 1;

/**
 * Begins to connect. The result takes writes only after `onConnected`; destroying it gives up.
 * Callbacks never come before this returns.
 */
export function connect(
  options: ConnectOptions,
  callbacks: ConnectCallbacks,
  preferred: 'handle' | 'socket' = 'handle',
): Transport {
  return preferred === 'handle' && handleBindings !== undefined
    ? connectHandle(options, callbacks, handleBindings)
    : connectBySocket(options, callbacks);
}

function connectHandle(
  { address, source }: ConnectOptions,
  callbacks: ConnectCallbacks,
  { tcp, pipe }: HandleBindings,
): Transport {
  let handle: StreamHandle;
  let request: ConnectRequest;
  let error: number;
  // The kernel answers for a Unix socket at once, however late it is reported.
  let stage: ConnectFailure['stage'] = address.kind === 'pipe' ? 'immediate' : 'delayed';
  if (address.kind === 'pipe') {
    const pipeHandle = new pipe.Pipe(pipe.constants.SOCKET);
    handle = pipeHandle;
    request = new pipe.PipeConnectWrap();
    // Failures of a pipe's connect are reported to the request, some of them before it returns.
    error = pipeHandle.connect(request, socketName(address)) ?? 0;
  } else {
    handle = new tcp.TCP(tcp.constants.SOCKET);
    request = new tcp.TCPConnectWrap();
    handle.setNoDelay?.(true);
    error = bindSource(handle, source);
    if (error !== 0) {
      stage = 'bind';
    } else {
      error =
        (isIPv6(address.host)
          ? handle.connect6?.(request, address.host, address.port)
          : handle.connect?.(request, address.host, address.port)) ?? 0;
      if (error !== 0) stage = 'immediate';
    }
  }
  const report = (status: number): void => {
    if (status === 0) callbacks.onConnected();
    else callbacks.onConnectFailed({ stage, systemError: getSystemErrorName(status) });
  };
  if (error === 0) request.oncomplete = report;
  else setImmediate(report, error);
  return new HandleTransport(handle);
}

function bindSource(handle: StreamHandle, source: Address | undefined): number {
  if (source === undefined || source.kind === 'pipe') return 0;
  return (
    (isIPv6(source.host)
      ? handle.bind6?.(source.host, source.port, UV_TCP_IPV6ONLY)
      : handle.bind?.(source.host, source.port)) ?? 0
  );
}

function connectBySocket(
  { address, source }: ConnectOptions,
  callbacks: ConnectCallbacks,
): Transport {
  const common = { allowHalfOpen: true, noDelay: true };
  const from = source?.kind === 'ip' ? { localAddress: source.host, localPort: source.port } : {};
  const socket =
    address.kind === 'pipe'
      ? connectSocket({ ...common, path: socketName(address) })
      : connectSocket({ ...common, ...from, host: address.host, port: address.port });
  let isConnected = false;
  socket.once('connect', () => {
    isConnected = true;
    callbacks.onConnected();
  });
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (isConnected) return;
    const stage = address.kind === 'pipe' ? 'immediate' : 'delayed';
    callbacks.onConnectFailed({ stage, systemError: error.code ?? error.message });
  });
  return new SocketTransport(socket);
}
