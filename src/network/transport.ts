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

/** How the kernel finds out whether a silent peer is still there. */
export interface KeepAlive {
  /** Silence before the first probe. */
  readonly idleSeconds: number;
  readonly intervalSeconds: number;
  /** Without an answer to so many the connection is broken. */
  readonly probes: number;
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
  /**
   * Sends bytes of a buffer that the caller wants to write to again. True: it may do so at once;
   * false: the kernel did not take everything, and the buffer belongs to the transport from now on.
   */
  writeShared(bytes: Buffer): boolean;
  /** Ends our side once everything queued is sent. */
  end(): void;
  /** Ends both sides at once. */
  destroy(): void;
  /** Ends both sides with a TCP reset. */
  reset(): void;
  setKeepAlive(keepAlive: KeepAlive): void;
}
