import type { Socket } from 'node:net';
import type { Address } from '#network/address.ts';
import type { KeepAlive, Transport, TransportEvents } from '#network/transport.ts';

/** A transport over `net.Socket` (and what is derived from it): works everywhere, costs more. */
export class SocketTransport implements Transport {
  readonly #socket: Socket;
  #events: TransportEvents | undefined = undefined;
  #systemError: string | undefined = undefined;
  readonly #onWritten = (): void => {
    if (!this.#socket.destroyed) this.#events?.onDrained();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  start(events: TransportEvents): void {
    const socket = this.#socket;
    this.#events = events;
    socket.on('data', (chunk: Buffer) => events.onBytes(chunk, chunk.length));
    socket.on('end', () => events.onEnd());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#systemError = error.code ?? error.message;
    });
    socket.on('close', () => events.onClose(this.#systemError));
    socket.pause();
  }

  get localAddress(): Address | undefined {
    const { localAddress: host, localPort: port } = this.#socket;
    return host === undefined || port === undefined ? undefined : { kind: 'ip', host, port };
  }

  get remoteAddress(): Address | undefined {
    const { remoteAddress: host, remotePort: port } = this.#socket;
    return host === undefined || port === undefined ? undefined : { kind: 'ip', host, port };
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  readStart(): void {
    this.#socket.resume();
  }

  readStop(): void {
    this.#socket.pause();
  }

  setBulk(): void {}

  writeText(text: string): void {
    if (this.#socket.writable) this.#socket.write(text, 'latin1', this.#onWritten);
  }

  writeOwned(text: string, bytes: Buffer): void {
    if (!this.#socket.writable) return;
    this.#socket.cork();
    if (text !== '') this.#socket.write(text, 'latin1');
    this.#socket.write(bytes, this.#onWritten);
    this.#socket.uncork();
  }

  writeRead(text: string, bytes: Buffer, from: Transport | undefined): void {
    // A socket's chunks are never written to again; any other buffer is.
    const isOurs = from instanceof SocketTransport;
    this.writeOwned(text, isOurs ? bytes : Buffer.from(bytes));
  }

  writeShared(bytes: Buffer): boolean {
    if (!this.#socket.writable) return true;
    this.#socket.write(bytes, this.#onWritten);
    return this.#socket.writableLength === 0;
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  setKeepAlive({ idleSeconds, intervalSeconds, probes }: KeepAlive): void {
    this.#socket.setKeepAlive(true, idleSeconds * 1000, intervalSeconds * 1000, probes);
  }
}
