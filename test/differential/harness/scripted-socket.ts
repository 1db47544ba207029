import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from './step.ts';

/** One end of a connection that records what arrives and lets a script wait for it. */
export class ScriptedSocket {
  readonly socket: Socket;
  #chunks: Buffer[] = [];
  #peerEnded = false;
  #endedHere = false;
  #waiters: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    socket.on('end', () => this.#onPeerEnd());
    socket.on('error', () => this.#onPeerEnd());
    socket.on('close', () => this.#onPeerEnd());
  }

  /** Everything that has arrived. */
  get received(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  /** The peer has sent FIN or RST, and this end had not closed before. */
  get peerEnded(): boolean {
    return this.#peerEnded;
  }

  /** This end closed first. */
  get endedHere(): boolean {
    return this.#endedHere;
  }

  /** Resolves with true as soon as the condition holds, with false when it does not within the time. */
  async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (!condition()) {
      const left = deadline - Date.now();
      if (left <= 0) return false;
      await this.#nextEvent(left);
    }
    return true;
  }

  async perform(step: Step): Promise<void> {
    switch (step.do) {
      case 'send':
        this.socket.write(Buffer.from(step.bytes, 'latin1'));
        return;
      case 'pause':
        await sleep(step.ms);
        return;
      case 'halfClose':
        this.socket.end();
        return;
      case 'close':
        this.#endedHere = !this.#peerEnded;
        await new Promise<void>((done) => this.socket.end(done));
        this.socket.destroy();
        return;
      case 'reset':
        this.#endedHere = !this.#peerEnded;
        this.socket.resetAndDestroy();
        return;
    }
  }

  #onPeerEnd(): void {
    if (!this.#endedHere) this.#peerEnded = true;
    this.#wake();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  #nextEvent(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
