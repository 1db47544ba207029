import type { Address } from '#network/address.ts';
import type { KeepAlive, Transport, TransportEvents } from '#network/transport.ts';

const ADDRESS: Address = { kind: 'ip', host: '127.0.0.1', port: 1 };

/** A transport without a network: the test says what arrives, and sees what was sent. */
export class ScriptedTransport implements Transport {
  readonly localAddress: Address = ADDRESS;
  readonly remoteAddress: Address = ADDRESS;
  /** Everything that was sent, as latin1. */
  sent = '';
  /** What was sent by each call. */
  readonly writes: string[] = [];
  isReading = false;
  isBulk = false;
  state: 'open' | 'ended' | 'destroyed' | 'reset' = 'open';
  queuedBytes = 0;
  /** While true nothing that is written leaves: it counts as queued. */
  isStuck = false;
  #events: TransportEvents | undefined = undefined;

  start(events: TransportEvents): void {
    this.#events = events;
  }

  /** Bytes arrive, from a buffer that is overwritten afterwards, as that of all reads is. */
  feed(text: string | Buffer): void {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : Buffer.from(text);
    this.#events?.onBytes(bytes, bytes.length);
    bytes.fill(0x3f);
  }

  feedEnd(): void {
    this.#events?.onEnd();
  }

  /** The connection is gone. */
  close(systemError?: string): void {
    this.#events?.onClose(systemError);
  }

  /** The kernel takes some of what is queued, or everything. */
  drain(bytes: number = this.queuedBytes): void {
    this.queuedBytes -= bytes;
    this.#events?.onDrained();
  }

  /** What was sent since the last call. */
  takeSent(): string {
    const { sent } = this;
    this.sent = '';
    return sent;
  }

  readStart(): void {
    this.isReading = true;
  }

  readStop(): void {
    this.isReading = false;
  }

  setBulk(isBulk: boolean): void {
    this.isBulk = isBulk;
  }

  writeText(text: string): void {
    this.#write(text);
  }

  writeOwned(text: string, bytes: Buffer): void {
    this.#write(text + bytes.toString('latin1'));
  }

  writeRead(text: string, bytes: Buffer): void {
    this.#write(text + bytes.toString('latin1'));
  }

  writeShared(bytes: Buffer): boolean {
    this.#write(bytes.toString('latin1'));
    if (!this.isStuck) return true;
    // As the kernel would hold on to it.
    return false;
  }

  end(): void {
    if (this.state === 'open') this.state = 'ended';
  }

  destroy(): void {
    if (this.state !== 'reset') this.state = 'destroyed';
  }

  reset(): void {
    this.state = 'reset';
  }

  setKeepAlive(_keepAlive: KeepAlive): void {}

  #write(text: string): void {
    if (this.state !== 'open') return;
    this.sent += text;
    this.writes.push(text);
    if (this.isStuck) this.queuedBytes += text.length;
  }
}
