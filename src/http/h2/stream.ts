import type { StreamResetReason } from '#http/codec.ts';
import { PendingData } from '#http/h2/pending-data.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { BytesMeter } from '#stream-info/bytes-meter.ts';

/**
 * Where a stream stands (RFC 9113 section 5.1); nobody reserves streams here, since nobody pushes.
 *
 *     idle --HEADERS--> open --END_STREAM sent------> halfClosedLocal --received--> closed
 *                         \---END_STREAM received--> halfClosedRemote ----sent-----^
 *
 * RST_STREAM, either way, closes it from everywhere.
 */
export type StreamState = 'idle' | 'open' | 'halfClosedLocal' | 'halfClosedRemote' | 'closed';

/** What is to be sent behind the pending body. */
export type SendTail = 'none' | 'end' | HeaderMap;

export const NO_RESET = -1;
/** The message did not say how long its body is. */
export const UNKNOWN_LENGTH = -1;

/** One stream of a connection: what both sides have in common. */
export abstract class Http2Stream implements BytesMeter {
  id = 0;
  state: StreamState = 'idle';
  /** What the peer lets us send; a change of its settings can make it negative. */
  sendWindow = 0;
  /** What we still let the peer send. */
  receiveWindow = 0;
  /** Bytes received for which the peer has not been given new window yet. */
  uncreditedBytes = 0;
  /** Those of them that came while nobody wanted to read. */
  heldBytes = 0;
  /** By how much the window that the peer is kept at is larger than it began. */
  grownBytes = 0;
  readDisables = 0;
  /** What `content-length` promised of the message that is being received. */
  bodyLength = UNKNOWN_LENGTH;
  receivedBytes = 0;
  /** The head of the message was received (for responses, the final one). */
  hasHead = false;
  /** What waits to be sent; a stream without back-pressure never needs one. */
  pending: PendingData | undefined = undefined;
  tail: SendTail = 'none';
  /** An error code: RST_STREAM follows as soon as everything is sent. */
  resetBehind: number = NO_RESET;
  /** More is pending than the limit allows. */
  isOverLimit = false;
  /** What the owner was told last. */
  isAboveHighWatermark = false;
  wireBytesReceived = 0;
  wireBytesSent = 0;
  headerBytesReceived = 0;
  headerBytesSent = 0;
  decompressedHeaderBytesReceived = 0;
  decompressedHeaderBytesSent = 0;
  /** Its place in the queue of those that have something to send. */
  isQueued = false;
  nextQueued: Http2Stream | undefined = undefined;
  previousQueued: Http2Stream | undefined = undefined;

  get bytesMeter(): BytesMeter {
    return this;
  }

  /** A header block came. */
  meterHeadersReceived(wireBytes: number, plainBytes: number): void {
    this.wireBytesReceived += wireBytes;
    this.headerBytesReceived += wireBytes;
    this.decompressedHeaderBytesReceived += plainBytes;
  }

  meterHeadersSent(wireBytes: number, plainBytes: number): void {
    this.wireBytesSent += wireBytes;
    this.headerBytesSent += wireBytes;
    this.decompressedHeaderBytesSent += plainBytes;
  }

  get isClosed(): boolean {
    return this.state === 'closed';
  }

  get pendingBytes(): number {
    return this.pending === undefined ? 0 : this.pending.length;
  }

  /** Whether the message that we send is written to its end, sent or not. */
  get isLocalEndWritten(): boolean {
    return this.tail !== 'none' || this.state === 'halfClosedLocal' || this.state === 'closed';
  }

  /** Whether the end of the message is written and not sent. */
  get isEndPending(): boolean {
    return this.tail !== 'none' && (this.state === 'open' || this.state === 'halfClosedRemote');
  }

  get isRemoteEnded(): boolean {
    return this.state === 'halfClosedRemote' || this.state === 'closed';
  }

  append(bytes: Buffer, start: number, end: number): void {
    this.pending ??= new PendingData();
    this.pending.append(bytes, start, end);
  }

  /** END_STREAM was sent. */
  endLocal(): void {
    this.state = this.state === 'halfClosedRemote' ? 'closed' : 'halfClosedLocal';
  }

  /** END_STREAM was received. */
  endRemote(): void {
    this.state = this.state === 'halfClosedLocal' ? 'closed' : 'halfClosedRemote';
  }

  /** A piece of the body; `endStream`: the message ends with it. */
  abstract onData(bytes: Buffer, endStream: boolean): void;
  abstract onTrailers(trailers: HeaderMap): void;
  /** The stream ends before its time, by the peer's doing. */
  abstract onReset(reason: StreamResetReason, details: string): void;
  /** Some of what is pending was sent, or all of it. */
  abstract onPendingSent(): void;
  abstract onAboveWriteBufferHighWatermark(): void;
  abstract onBelowWriteBufferLowWatermark(): void;
}
