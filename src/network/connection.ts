import { latin1 } from '#base/latin1.ts';
import type { Address } from '#network/address.ts';
import type { EventTurn, TurnFlusher } from '#network/event-turn.ts';
import type { Transport, TransportEvents } from '#network/transport.ts';

/** Who ended a connection: we did, the peer did, or the network broke it. */
export type CloseReason = 'local' | 'remote' | 'reset';

/** What the owner of a connection (a codec, mostly) hears of it. */
export interface ConnectionEvents {
  /** `bytes[0..length)` were read; they are valid only during the call. */
  onBytes(bytes: Buffer, length: number): void;
  /** The peer finished sending. */
  onEnd(): void;
  onClose(reason: CloseReason, systemError: string | undefined): void;
  /** So many bytes were handed to the transport. */
  onSent(length: number): void;
  /** More is waiting to be written than the buffer limit allows. */
  onAboveWriteBufferHighWatermark(): void;
  /** No more than half of it is waiting any more. */
  onBelowWriteBufferLowWatermark(): void;
}

/** Text that waits for the end of the turn is sent before that when there is more of it than this. */
const PENDING_TEXT_MAX = 65_536;

/** Up to here bytes are joined to the pending text: one write instead of two. */
const JOIN_BYTES_MAX = 16_384;

type State = 'connecting' | 'open' | 'closing' | 'closed';

/** Whose bytes are being handled: they can be passed on uncopied (see `Transport.writeRead`). */
let reading: Transport | undefined;

/**
 * One connection above its transport. What is written in a turn is collected and sent once after
 * it; what the kernel does not take is counted against the buffer limit.
 */
export class Connection implements TransportEvents, TurnFlusher {
  readonly #transport: Transport;
  readonly #turn: EventTurn;
  readonly #events: ConnectionEvents;
  #state: State;
  #text = '';
  #isDirty = false;
  #readDisableCount = 0;
  #isReading = false;
  readonly #highWatermarkBytes: number;
  #isAboveHighWatermark = false;
  #isClosedByUs = false;
  /** The transport is closed as soon as everything queued is sent. */
  #endsWhenSent = false;
  /** Collects output beside `#text`. */
  #writer: TurnFlusher | undefined = undefined;

  /** `highWatermarkBytes` 0 is no limit (Envoy's `per_connection_buffer_limit_bytes`). */
  constructor(
    transport: Transport,
    turn: EventTurn,
    events: ConnectionEvents,
    state: 'connecting' | 'open',
    highWatermarkBytes: number,
  ) {
    this.#transport = transport;
    this.#turn = turn;
    this.#events = events;
    this.#state = state;
    this.#highWatermarkBytes = highWatermarkBytes || Number.POSITIVE_INFINITY;
    transport.start(this);
  }

  get isOpen(): boolean {
    return this.#state === 'open' || this.#state === 'connecting';
  }

  get isAboveHighWatermark(): boolean {
    return this.#isAboveHighWatermark;
  }

  get localAddress(): Address | undefined {
    return this.#transport.localAddress;
  }

  /** Bytes handed over that the kernel has not taken yet. */
  get bufferedBytes(): number {
    return this.#transport.queuedBytes + this.#text.length;
  }

  /** The connect succeeded: from now on writes go out. */
  markConnected(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    if (this.#text !== '') this.#markDirty();
  }

  /** Begins reading, once the owner is ready to hear. */
  startReading(): void {
    if (this.#readDisableCount > 0 || this.#isReading || this.#state === 'closed') return;
    this.#isReading = true;
    this.#transport.readStart();
  }

  /** Counted: reading goes on when every `readDisable(true)` was taken back. */
  readDisable(isDisabled: boolean): void {
    if (isDisabled) {
      if (this.#readDisableCount++ === 0 && this.#isReading) {
        this.#isReading = false;
        this.#transport.readStop();
      }
      return;
    }
    if (--this.#readDisableCount === 0) this.startReading();
  }

  /** Behaves as if more were waiting than the limit allows, until some of what waits is sent. */
  holdBack(): void {
    if (this.#isAboveHighWatermark || this.#transport.queuedBytes === 0) return;
    this.#isAboveHighWatermark = true;
    this.#events.onAboveWriteBufferHighWatermark();
  }

  /** Calls `run` in a turn of its own (see `EventTurn.later`). */
  later(run: () => void): void {
    this.#turn.later(run);
  }

  /** Calls `flushTurn` when the present events are handled. */
  atTurnEnd(flusher: TurnFlusher): void {
    this.#turn.flushAtEnd(flusher);
  }

  /** Large bodies are coming (or are over): see `Transport.setBulk`. */
  setBulk(isBulk: boolean): void {
    this.#transport.setBulk(isBulk);
  }

  /** Queues latin1 text: one character, one byte. */
  write(text: string): void {
    if (!this.isOpen) return;
    this.#text = this.#text === '' ? text : this.#text + text;
    this.#markDirty();
    if (this.#text.length > PENDING_TEXT_MAX && this.#state === 'open') this.#sendText();
  }

  /** Queues bytes that the caller will overwrite. */
  writeBytes(bytes: Buffer): void {
    if (!this.isOpen) return;
    if (bytes.length <= JOIN_BYTES_MAX || this.#state === 'connecting') {
      this.write(latin1(bytes, 0, bytes.length));
      return;
    }
    const text = this.#text;
    this.#text = '';
    this.#transport.writeRead(text, bytes, reading);
    this.#events.onSent(text.length + bytes.length);
    this.#checkWatermark();
  }

  /**
   * `writer` collects output of its own; it is asked for it at the end of the turn, and before the
   * connection finishes. It sees to it that it asks only once a turn.
   */
  flushAtTurnEnd(writer: TurnFlusher): void {
    this.#writer = writer;
    this.#turn.flushAtEnd(writer);
  }

  /** Sends bytes at once (see `Transport.writeShared`). */
  writeShared(bytes: Buffer): boolean {
    if (this.#state === 'connecting') this.write(latin1(bytes, 0, bytes.length));
    if (this.#state !== 'open') return true;
    this.#sendText();
    const isFree = this.#transport.writeShared(bytes);
    this.#events.onSent(bytes.length);
    this.#checkWatermark();
    return isFree;
  }

  /** Tells the peer that nothing more will be sent; reading goes on. */
  endWriting(): void {
    if (this.#state !== 'open') return;
    this.#sendText();
    this.#transport.end();
  }

  flushTurn(): void {
    this.#isDirty = false;
    if (this.#state === 'open') this.#sendText();
  }

  /**
   * The owner has nothing more to say and wants to hear nothing more: sends what is queued and
   * drops what the peer still sends, so that its last bytes do not turn ours into a reset. The end
   * comes with `destroy`, or by itself once everything is sent if `endsWhenSent`.
   */
  finish(endsWhenSent: boolean): void {
    if (this.#state !== 'open') return this.destroy();
    this.#writer?.flushTurn();
    this.#sendText();
    this.#state = 'closing';
    this.#endsWhenSent = endsWhenSent;
    if (endsWhenSent && this.#transport.queuedBytes === 0) return this.destroy();
    this.#readDisableCount = 0;
    this.startReading();
  }

  /** Ends everything at once; what was not sent is lost. `cause` says whose wish it was. */
  destroy(cause: 'local' | 'remote' = 'local'): void {
    if (this.#state === 'closed') return;
    this.#isClosedByUs = cause === 'local';
    this.#state = 'closing';
    this.#transport.destroy();
  }

  /** Like `destroy`, and the peer is told with a TCP reset. */
  reset(): void {
    if (this.#state === 'closed') return;
    this.#isClosedByUs = true;
    this.#state = 'closing';
    this.#transport.reset();
  }

  onBytes(bytes: Buffer, length: number): void {
    if (this.#state === 'closing') return;
    this.#turn.begin();
    reading = this.#transport;
    this.#events.onBytes(bytes, length);
    reading = undefined;
    this.#turn.end();
  }

  onEnd(): void {
    this.#turn.begin();
    this.#events.onEnd();
    this.#turn.end();
  }

  onDrained(): void {
    const { queuedBytes } = this.#transport;
    if (this.#endsWhenSent && queuedBytes === 0) this.destroy();
    if (this.#state === 'closed' || !this.#isAboveHighWatermark) return;
    if (queuedBytes * 2 > this.#highWatermarkBytes) return;
    this.#turn.begin();
    this.#isAboveHighWatermark = false;
    this.#events.onBelowWriteBufferLowWatermark();
    this.#turn.end();
  }

  onClose(systemError: string | undefined): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    const otherwise = systemError === undefined ? 'remote' : 'reset';
    this.#turn.begin();
    this.#events.onClose(this.#isClosedByUs ? 'local' : otherwise, systemError);
    this.#turn.end();
  }

  #markDirty(): void {
    if (this.#isDirty || this.#state === 'connecting') return;
    this.#isDirty = true;
    this.#turn.flushAtEnd(this);
  }

  #sendText(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#transport.writeText(text);
    this.#events.onSent(text.length);
    this.#checkWatermark();
  }

  #checkWatermark(): void {
    if (this.#isAboveHighWatermark || this.#transport.queuedBytes <= this.#highWatermarkBytes)
      return;
    this.#isAboveHighWatermark = true;
    this.#events.onAboveWriteBufferHighWatermark();
  }
}
