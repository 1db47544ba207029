import { latin1 } from '#base/latin1.ts';
import type { EventTurn, TurnFlusher } from '#network/event-turn.ts';
import type { OwnedSocket, ReadTarget } from '#network/static-read.ts';

/** Who ended a connection, and how. */
export type CloseReason = 'local' | 'remote' | 'reset';

/** What the owner of a connection (a codec, mostly) hears of it. */
export interface ConnectionEvents {
  /** `bytes[0..length)` were read; they are valid only during the call. */
  onBytes(bytes: Buffer, length: number): void;
  /** The peer finished sending. */
  onEnd(): void;
  onClose(reason: CloseReason, systemError: string | undefined): void;
  /** More is waiting to be written than the buffer limit allows. */
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
}

/** Up to here bytes are joined to the pending text: one write instead of two, without a copy kept. */
const JOIN_BYTES_MAX = 16_384;
const NOTHING = Buffer.alloc(0);

type State = 'connecting' | 'open' | 'closing' | 'closed';

/**
 * One TCP (or Unix) connection. What is written in a turn is collected and sent once at its end;
 * what the kernel does not take is counted against the buffer limit.
 */
export class Connection implements ReadTarget, TurnFlusher {
  readonly #socket: OwnedSocket;
  readonly #turn: EventTurn;
  readonly #events: ConnectionEvents;
  #state: State;
  #text = '';
  #isDirty = false;
  #isCorked = false;
  #readDisableCount = 0;
  #isReading = false;
  #highWatermarkBytes: number;
  #isAboveHighWatermark = false;
  #isDrainWatched = false;
  #closeReason: CloseReason = 'remote';
  #systemError: string | undefined = undefined;

  constructor(
    socket: OwnedSocket,
    turn: EventTurn,
    events: ConnectionEvents,
    state: 'connecting' | 'open',
    highWatermarkBytes: number,
  ) {
    this.#socket = socket;
    this.#turn = turn;
    this.#events = events;
    this.#state = state;
    this.#highWatermarkBytes = highWatermarkBytes;
    socket.readTarget = this;
    socket.on('end', onSocketEnd);
    socket.on('error', onSocketError);
    socket.on('close', onSocketClose);
  }

  get socket(): OwnedSocket {
    return this.#socket;
  }

  get isOpen(): boolean {
    return this.#state === 'open' || this.#state === 'connecting';
  }

  get isAboveHighWatermark(): boolean {
    return this.#isAboveHighWatermark;
  }

  /** Bytes handed over that the kernel has not taken yet. */
  get bufferedBytes(): number {
    return this.#socket.writableLength + this.#text.length;
  }

  /** The connect succeeded. */
  markConnected(): void {
    if (this.#state === 'connecting') this.#state = 'open';
  }

  /** Begins reading, once the owner is ready to hear. */
  startReading(): void {
    if (this.#readDisableCount === 0 && !this.#isReading && this.isOpen) {
      this.#isReading = true;
      this.#socket.resume();
    }
  }

  /** Counted: reading goes on when every `readDisable(true)` was taken back. */
  readDisable(isDisabled: boolean): void {
    if (isDisabled) {
      if (this.#readDisableCount++ === 0 && this.#isReading) {
        this.#isReading = false;
        this.#socket.pause();
      }
      return;
    }
    if (--this.#readDisableCount === 0) this.startReading();
  }

  /** Queues latin1 text: one character, one byte. */
  write(text: string): void {
    if (!this.isOpen) return;
    this.#text = this.#text === '' ? text : this.#text + text;
    this.#markDirty();
  }

  /** Queues bytes that the caller will overwrite: they are copied where they must be kept. */
  writeBytes(bytes: Buffer): void {
    if (!this.isOpen) return;
    if (bytes.length <= JOIN_BYTES_MAX) {
      this.#text += latin1(bytes, 0, bytes.length);
      this.#markDirty();
      return;
    }
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
    }
    this.#sendText();
    this.#socket.write(Buffer.from(bytes));
    this.#markDirty();
  }

  flushTurn(): void {
    this.#isDirty = false;
    if (this.#state === 'closed') return;
    this.#sendText();
    if (this.#isCorked) {
      this.#isCorked = false;
      this.#socket.uncork();
    }
    if (this.#socket.writableLength > this.#highWatermarkBytes) this.#rise();
  }

  /** Sends what is queued, then ends our side; the peer may go on sending until `destroy`. */
  end(): void {
    if (!this.isOpen) return;
    this.flushTurn();
    this.#closeReason = 'local';
    this.#state = 'closing';
    this.#socket.end();
  }

  /** Ends everything at once; what was not sent is lost. */
  destroy(): void {
    if (this.#state === 'closed') return;
    this.#closeReason = 'local';
    this.#state = 'closing';
    this.#socket.destroy();
  }

  /** Like `destroy`, and the peer is told with a TCP reset. */
  reset(): void {
    if (this.#state === 'closed') return;
    this.#closeReason = 'local';
    this.#state = 'closing';
    this.#socket.resetAndDestroy();
  }

  onRead(bytes: Buffer, length: number): void {
    this.#turn.begin();
    this.#events.onBytes(bytes, length);
    this.#turn.end();
  }

  /** @internal */
  socketEnded(): void {
    this.#turn.begin();
    this.#events.onEnd();
    this.#turn.end();
  }

  /** @internal */
  socketFailed(error: NodeJS.ErrnoException): void {
    this.#systemError = error.code ?? error.message;
    if (this.#state !== 'closing') this.#closeReason = 'reset';
  }

  /** @internal */
  socketClosed(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#turn.begin();
    this.#events.onClose(this.#closeReason, this.#systemError);
    this.#turn.end();
  }

  #markDirty(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#turn.flushAtEnd(this);
  }

  #sendText(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#socket.write(text, 'latin1');
  }

  #rise(): void {
    if (!this.#isAboveHighWatermark) {
      this.#isAboveHighWatermark = true;
      this.#events.onAboveWriteBufferHighWatermark();
    }
    if (this.#isDrainWatched) return;
    // No 'drain' comes below Node's own mark, but the callback of an empty write does.
    this.#isDrainWatched = true;
    this.#socket.write(NOTHING, () => this.#sink());
  }

  #sink(): void {
    this.#isDrainWatched = false;
    if (this.#state === 'closed' || !this.#isAboveHighWatermark) return;
    this.#turn.begin();
    this.#isAboveHighWatermark = false;
    this.#events.onBelowWriteBufferLowWatermark();
    this.#turn.end();
  }
}

function connectionOf(socket: unknown): Connection {
  return (socket as OwnedSocket).readTarget as Connection;
}

function onSocketEnd(this: unknown): void {
  connectionOf(this).socketEnded();
}

function onSocketError(this: unknown, error: NodeJS.ErrnoException): void {
  connectionOf(this).socketFailed(error);
}

function onSocketClose(this: unknown): void {
  connectionOf(this).socketClosed();
}
