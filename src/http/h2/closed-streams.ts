/** Closed streams that are remembered, the last ones of a connection. */
const REMEMBERED = 32;

/** How a stream was closed. */
export type ClosedBy = 'end' | 'localReset' | 'remoteReset' | 'unknown';

const CAUSES: readonly ClosedBy[] = ['unknown', 'end', 'localReset', 'remoteReset'];
const CODES = { end: 1, localReset: 2, remoteReset: 3 } as const;

/**
 * Tells what a frame for a closed stream means (RFC 9113 section 5.1): behind our RST_STREAM it was
 * under way and is ignored, behind the peer's own end it is an error.
 */
export class ClosedStreams {
  /** The number of a stream without its lowest bit, which all have, and two bits of its cause. */
  readonly #entries: number[] = [];
  #next = 0;
  /** Frames of a stream that we reset may come, and we would not know it any more. */
  #hasForgottenReset = false;

  add(id: number, by: Exclude<ClosedBy, 'unknown'>): void {
    const entries = this.#entries;
    const entry = ((id >>> 1) << 2) | CODES[by];
    if (entries.length < REMEMBERED) {
      entries.push(entry);
      return;
    }
    const at = this.#next;
    if (((entries[at] as number) & 3) === CODES.localReset) this.#hasForgottenReset = true;
    entries[at] = entry;
    this.#next = (at + 1) % REMEMBERED;
  }

  /** Of a stream that is not open: `unknown` if it never was, as far as can be told. */
  closedBy(id: number): ClosedBy {
    const wanted = (id >>> 1) << 2;
    for (const entry of this.#entries) {
      if ((entry & ~3) === wanted) return CAUSES[entry & 3] as ClosedBy;
    }
    return this.#hasForgottenReset ? 'localReset' : 'unknown';
  }

  /** Whether the peer must have known that the stream was closed. */
  isPeersFault(id: number): boolean {
    const by = this.closedBy(id);
    return by === 'end' || by === 'remoteReset';
  }
}
