/**
 * Node's own stream handles, which `net.Socket` is made of. Driving them directly halves what
 * Node costs for each read and write and takes a fifth of the memory of a socket. They are reached
 * through `process.binding`, which Node documents as deprecated but has no date for removing, and
 * their shape may change with a major version of Node, which this project pins. So everything that
 * depends on it is in this file and the two `handle-…` files, the shape is checked here, and where
 * it differs everything runs on `net.Socket` instead (`socket-transport.ts`).
 */

/** A request object that Node fills while a write is on its way. */
export interface WriteRequest {
  handle?: StreamHandle;
  /** Keeps the bytes alive. */
  buffer?: unknown;
  bytes?: number;
  owner?: unknown;
  oncomplete?: (this: WriteRequest, status: number) => void;
}

export interface ConnectRequest {
  oncomplete?: (status: number) => void;
}

export interface SocketName {
  address?: string;
  port?: number;
}

export interface StreamHandle {
  /** Called with `this` as the handle; what it returns is the buffer for the next read. */
  onread?: (this: StreamHandle) => Buffer | undefined;
  owner?: unknown;
  readStart(): number;
  readStop(): number;
  useUserBuffer(buffer: Uint8Array): void;
  writeLatin1String(request: WriteRequest, text: string): number;
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  writev(request: WriteRequest, chunks: readonly unknown[], allBuffers: boolean): number;
  shutdown(request: WriteRequest): number;
  close(onClosed: () => void): void;
  reset?(onClosed: () => void): number;
  setNoDelay?(isOn: boolean): number;
  setKeepAlive?(
    isOn: boolean,
    idleSeconds: number,
    intervalSeconds: number,
    probes: number,
  ): number;
  getsockname?(into: SocketName): number;
  getpeername?(into: SocketName): number;
  connect?(request: ConnectRequest, address: string, port: number): number;
  connect6?(request: ConnectRequest, address: string, port: number): number;
  bind?(address: string, port: number): number;
  bind6?(address: string, port: number, flags: number): number;
}

interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly ShutdownWrap: new () => WriteRequest;
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kBytesWritten: number;
  readonly kLastWriteWasAsync: number;
}

interface TcpBinding {
  readonly TCP: new (type: number) => StreamHandle;
  readonly TCPConnectWrap: new () => ConnectRequest;
  readonly constants: { readonly SOCKET: number };
}

interface PipeBinding {
  readonly Pipe: new (
    type: number,
  ) => StreamHandle & {
    connect(request: ConnectRequest, path: string): number;
  };
  readonly PipeConnectWrap: new () => ConnectRequest;
  readonly constants: { readonly SOCKET: number };
}

export interface HandleBindings {
  readonly stream: StreamBinding;
  readonly tcp: TcpBinding;
  readonly pipe: PipeBinding;
}

const HANDLE_METHODS = [
  'readStart',
  'readStop',
  'useUserBuffer',
  'writeLatin1String',
  'writeBuffer',
  'writev',
  'shutdown',
  'close',
] as const;

/** Absent where this Node's handles do not have the shape that is known here. */
export const handleBindings: HandleBindings | undefined = loadBindings();

function loadBindings(): HandleBindings | undefined {
  try {
    const binding = (process as unknown as { binding(name: string): unknown }).binding;
    const stream = binding('stream_wrap') as StreamBinding;
    const tcp = binding('tcp_wrap') as TcpBinding;
    const pipe = binding('pipe_wrap') as PipeBinding;
    const isKnown =
      typeof stream.WriteWrap === 'function' &&
      typeof stream.ShutdownWrap === 'function' &&
      stream.streamBaseState.length > stream.kLastWriteWasAsync &&
      stream.kReadBytesOrError >= 0 &&
      stream.kBytesWritten >= 0 &&
      isStreamHandle(tcp.TCP.prototype) &&
      isStreamHandle(pipe.Pipe.prototype);
    return isKnown ? { stream, tcp, pipe } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a handle (or its prototype) has everything that is used here. */
export function isStreamHandle(candidate: unknown): candidate is StreamHandle {
  if (typeof candidate !== 'object' || candidate === null) return false;
  return HANDLE_METHODS.every(
    (method) => typeof (candidate as Record<string, unknown>)[method] === 'function',
  );
}
