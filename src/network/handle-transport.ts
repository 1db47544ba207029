import { getSystemErrorName } from 'node:util';
import type { Address } from '#network/address.ts';
import { acquireBulkBuffer, releaseBulkBuffer, sharedReadBuffer } from '#network/read-buffers.ts';
import {
  type HandleBindings,
  handleBindings,
  type SocketName,
  type StreamHandle,
  type WriteRequest,
} from '#network/stream-binding.ts';
import type { KeepAlive, Transport, TransportEvents } from '#network/transport.ts';

const UV_EOF = -4095;
const bindings = handleBindings as HandleBindings;

/** Waits to be used by the next write; a write that the kernel took whole leaves it as it was. */
let spareRequest: WriteRequest | undefined;

type State = 'open' | 'ended' | 'closed';

/** A bulk buffer that writes go on using; the last of them to be through gives it back. */
interface Loan {
  readonly buffer: Buffer;
  writes: number;
}

/** A transport over Node's own stream handle: one read and one write are one system call each. */
export class HandleTransport implements Transport {
  readonly #handle: StreamHandle;
  #events: TransportEvents | undefined = undefined;
  #state: State = 'open';
  #queuedBytes = 0;
  #buffer: Buffer = sharedReadBuffer;
  #isBulk = false;
  /** There is one when somebody goes on using the present bulk buffer. */
  #loan: Loan | undefined = undefined;
  #systemError: string | undefined = undefined;

  constructor(handle: StreamHandle) {
    this.#handle = handle;
  }

  start(events: TransportEvents): void {
    this.#events = events;
    this.#handle.owner = this;
    this.#handle.onread = onRead;
    this.#handle.useUserBuffer(sharedReadBuffer);
  }

  get localAddress(): Address | undefined {
    const name: SocketName = {};
    this.#handle.getsockname?.(name);
    return addressOf(name);
  }

  get remoteAddress(): Address | undefined {
    const name: SocketName = {};
    this.#handle.getpeername?.(name);
    return addressOf(name);
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  readStart(): void {
    if (this.#state !== 'closed') this.#handle.readStart();
  }

  readStop(): void {
    if (this.#state !== 'closed') this.#handle.readStop();
  }

  setBulk(isBulk: boolean): void {
    this.#isBulk = isBulk;
  }

  /** What arrived is in the buffer; returns another buffer for the next read, or nothing. */
  read(length: number): Buffer | undefined {
    const events = this.#events as TransportEvents;
    if (length > 0) {
      events.onBytes(this.#buffer, length);
      return this.#chooseBuffer();
    }
    if (length === 0) return undefined;
    if (length === UV_EOF) {
      events.onEnd();
      return undefined;
    }
    this.#systemError = getSystemErrorName(length);
    this.destroy();
    return undefined;
  }

  #chooseBuffer(): Buffer | undefined {
    const isShared = this.#buffer === sharedReadBuffer;
    const isLent = this.#loan !== undefined;
    if (this.#isBulk ? !isShared && !isLent : isShared) return undefined;
    // A lent buffer goes back to the pool when its writes are through.
    if (!isShared && !isLent) releaseBulkBuffer(this.#buffer);
    this.#loan = undefined;
    this.#buffer = this.#isBulk ? acquireBulkBuffer() : sharedReadBuffer;
    return this.#buffer;
  }

  /** Somebody goes on using bytes just read, once more than before; `giveBack` is the counterpart. */
  lend(bytes: Buffer): Loan | undefined {
    if (this.#buffer === sharedReadBuffer || bytes.buffer !== this.#buffer.buffer) return undefined;
    this.#loan ??= { buffer: this.#buffer, writes: 0 };
    this.#loan.writes++;
    return this.#loan;
  }

  writeText(text: string): void {
    if (this.#state !== 'open') return;
    const request = takeRequest();
    const error = this.#handle.writeLatin1String(request, text);
    this.#wrote(error, request, undefined, undefined);
  }

  writeOwned(text: string, bytes: Buffer): void {
    if (this.#state !== 'open') return;
    const request = takeRequest();
    this.#wrote(this.#send(request, text, bytes), request, bytes, undefined);
  }

  writeRead(text: string, bytes: Buffer, from: Transport | undefined): void {
    if (this.#state !== 'open') return;
    const isOwned = from instanceof HandleTransport && from.ownsBytes(bytes);
    if (!isOwned) {
      this.writeOwned(text, Buffer.from(bytes));
      return;
    }
    const request = takeRequest();
    const error = this.#send(request, text, bytes);
    // Only what the kernel did not take at once must outlive this call.
    const isAsync = bindings.stream.streamBaseState[bindings.stream.kLastWriteWasAsync] !== 0;
    this.#wrote(error, request, bytes, isAsync ? from.lend(bytes) : undefined);
  }

  writeShared(bytes: Buffer): boolean {
    if (this.#state !== 'open') return true;
    const request = takeRequest();
    const error = this.#handle.writeBuffer(request, bytes);
    const isAsync = bindings.stream.streamBaseState[bindings.stream.kLastWriteWasAsync] !== 0;
    this.#wrote(error, request, bytes, undefined);
    return error !== 0 || !isAsync;
  }

  ownsBytes(bytes: Buffer): boolean {
    return this.#buffer !== sharedReadBuffer && bytes.buffer === this.#buffer.buffer;
  }

  #send(request: WriteRequest, text: string, bytes: Buffer): number {
    return text === ''
      ? this.#handle.writeBuffer(request, bytes)
      : this.#handle.writev(request, [text, 'latin1', bytes, 'buffer'], false);
  }

  #wrote(
    error: number,
    request: WriteRequest,
    bytes: Buffer | undefined,
    loan: Loan | undefined,
  ): void {
    const { streamBaseState, kLastWriteWasAsync, kBytesWritten } = bindings.stream;
    if (error !== 0) {
      if (loan !== undefined) giveBack(loan);
      this.#systemError = getSystemErrorName(error);
      // Not now: whoever writes is in the middle of something.
      setImmediate(() => this.destroy());
      return;
    }
    if (streamBaseState[kLastWriteWasAsync] === 0) {
      spareRequest = request;
      return;
    }
    const length = streamBaseState[kBytesWritten] as number;
    this.#queuedBytes += length;
    request.bytes = length;
    request.owner = this;
    request.buffer = loan ?? bytes;
    request.oncomplete = loan === undefined ? onWritten : onWrittenLent;
  }

  /** @internal A write that had to wait is through. */
  written(length: number, status: number): void {
    this.#queuedBytes -= length;
    // What was not sent when we closed is reported too.
    if (this.#state === 'closed') return;
    if (status !== 0) {
      this.#systemError ??= getSystemErrorName(status);
      this.destroy();
      return;
    }
    this.#events?.onDrained();
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#handle.shutdown(new bindings.stream.ShutdownWrap());
  }

  destroy(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#handle.close(() => this.#closed());
  }

  reset(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    const canReset = this.#handle.reset !== undefined;
    const isReset = canReset && this.#handle.reset?.(() => this.#closed()) === 0;
    if (!isReset) this.#handle.close(() => this.#closed());
  }

  setKeepAlive({ idleSeconds, intervalSeconds, probes }: KeepAlive): void {
    this.#handle.setKeepAlive?.(true, idleSeconds, intervalSeconds, probes);
  }

  #closed(): void {
    if (this.#buffer !== sharedReadBuffer && this.#loan === undefined)
      releaseBulkBuffer(this.#buffer);
    this.#buffer = sharedReadBuffer;
    this.#events?.onClose(this.#systemError);
  }
}

function takeRequest(): WriteRequest {
  const request = spareRequest ?? new bindings.stream.WriteWrap();
  spareRequest = undefined;
  return request;
}

function onRead(this: StreamHandle): Buffer | undefined {
  const length = bindings.stream.streamBaseState[bindings.stream.kReadBytesOrError] as number;
  return (this.owner as HandleTransport).read(length);
}

function onWritten(this: WriteRequest, status: number): void {
  (this.owner as HandleTransport).written(this.bytes ?? 0, status);
}

function onWrittenLent(this: WriteRequest, status: number): void {
  giveBack(this.buffer as Loan);
  (this.owner as HandleTransport).written(this.bytes ?? 0, status);
}

function giveBack(loan: Loan): void {
  loan.writes--;
  if (loan.writes === 0) releaseBulkBuffer(loan.buffer);
}

function addressOf({ address, port }: SocketName): Address | undefined {
  if (address === undefined || port === undefined) return undefined;
  return { kind: 'ip', host: address, port };
}
