/** Closed streams that are remembered, the last ones of a connection. */
const REMEMBERED = 32;

/** How a stream was closed. */
export type ClosedBy = 'end' | 'localReset' | 'remoteReset' | 'unknown';

const CAUSES: readonly ClosedBy[] = ['unknown', 'end', 'localReset', 'remoteReset'];
const LOCAL_RESET = 2;

/**
 * Tells what a frame for a closed stream means (RFC 9113 section 5.1): behind our RST_STREAM it was
 * under way and is ignored, behind the peer's own end it is an error.
 */
export class ClosedStreams {
  /** The number of a stream without its lowest bit, which all have, and two bits of its cause. */
  #entries: Int32Array | undefined = undefined;
  #next = 0;
  /** Frames of a stream that we reset may come, and we would not know it any more. */
  #hasForgottenReset = false;

  add(id: number, by: Exclude<ClosedBy, 'unknown'>): void {
    this.#entries ??= new Int32Array(REMEMBERED);
    const at = this.#next;
    if (((this.#entries[at] as number) & 3) === LOCAL_RESET) this.#hasForgottenReset = true;
    this.#entries[at] = ((id >>> 1) << 2) | CAUSES.indexOf(by);
    this.#next = (at + 1) % REMEMBERED;
  }

  /** Of a stream that is not open: `unknown` if it never was, as far as can be told. */
  closedBy(id: number): ClosedBy {
    const wanted = (id >>> 1) << 2;
    for (const entry of this.#entries ?? []) {
      if ((entry & ~3) === wanted && (entry & 3) !== 0) return CAUSES[entry & 3] as ClosedBy;
    }
    return this.#hasForgottenReset ? 'localReset' : 'unknown';
  }

  /** Whether the peer must have known that the stream was closed. */
  isPeersFault(id: number): boolean {
    const by = this.closedBy(id);
    return by === 'end' || by === 'remoteReset';
  }
}
