/** Closed streams that are remembered, the last ones of a connection. */
const REMEMBERED = 64;

/** How a stream was closed. */
export type ClosedBy = 'end' | 'localReset' | 'remoteReset' | 'unknown';

/**
 * Tells what a frame for a closed stream means (RFC 9113 section 5.1): behind our RST_STREAM it was
 * under way and is ignored, behind the peer's own end it is an error.
 */
export class ClosedStreams {
  #ids: Int32Array | undefined = undefined;
  #next = 0;

  add(id: number, by: Exclude<ClosedBy, 'unknown'>): void {
    this.#ids ??= new Int32Array(REMEMBERED * 2);
    this.#ids[this.#next] = id;
    this.#ids[this.#next + 1] = by === 'localReset' ? 1 : by === 'remoteReset' ? 2 : 0;
    this.#next = (this.#next + 2) % (REMEMBERED * 2);
  }

  /** Whether the peer must have known that the stream was closed. */
  isPeersFault(id: number): boolean {
    const by = this.closedBy(id);
    return by === 'end' || by === 'remoteReset';
  }

  closedBy(id: number): ClosedBy {
    const ids = this.#ids;
    if (ids === undefined) return 'unknown';
    for (let index = 0; index < REMEMBERED * 2; index += 2) {
      if (ids[index] !== id) continue;
      const by = ids[index + 1];
      return by === 1 ? 'localReset' : by === 2 ? 'remoteReset' : 'end';
    }
    return 'unknown';
  }
}
