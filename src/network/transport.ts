import type { Address } from '#network/address.ts';

/** What the owner of a transport hears. Bytes are valid only during the call. */
export interface TransportEvents {
  onBytes(bytes: Buffer, length: number): void;
  /** The peer finished sending. */
  onEnd(): void;
  /** Some of what was queued, or all of it, went to the kernel. */
  onDrained(): void;
  /** Nothing more comes. `systemError` is `ECONNRESET` and the like, when that was the cause. */
  onClose(systemError: string | undefined): void;
}

/**
 * The bytes of one connection, both ways: below this line nobody knows of turns, watermarks or
 * protocols. Implemented over Node's stream handles (plain sockets, fast) and over `net.Socket`
 * (everything else).
 */
export interface Transport {
  readonly localAddress: Address | undefined;
  readonly remoteAddress: Address | undefined;
  /** Bytes that the kernel has not taken yet. */
  readonly queuedBytes: number;
  /** Must be called once, before anything else. */
  start(events: TransportEvents): void;
  readStart(): void;
  readStop(): void;
  /**
   * Expect large bodies (or no longer): reads into a large buffer of its own, so that what was read
   * can be passed on without a copy.
   */
  setBulk(isBulk: boolean): void;
  /** Sends latin1 text. */
  writeText(text: string): void;
  /** Sends text, then bytes of which the caller gives up the ownership. */
  writeOwned(text: string, bytes: Buffer): void;
  /**
   * Sends text, then bytes that `from` has just read (in its `onBytes`). Copies them unless they
   * lie in a buffer of `from`'s own.
   */
  writeRead(text: string, bytes: Buffer, from: Transport | undefined): void;
  /** Ends our side once everything queued is sent. */
  end(): void;
  /** Ends both sides at once. */
  destroy(): void;
  /** Ends both sides with a TCP reset. */
  reset(): void;
  setKeepAlive(idleSeconds: number): void;
}
