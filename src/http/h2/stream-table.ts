import type { Http2Stream } from '#http/h2/stream.ts';

/** A power of two. Idle connections keep theirs. */
const INITIAL_SLOTS = 4;

/**
 * The streams of a connection of which something is still to be read or sent.
 *
 * Open addressing in one array, which is kept. A `Map` with as many deletions as insertions makes
 * itself a new table again and again, each old one referring to the next: one that outlived its
 * youth would keep all later ones, and their streams, from being collected cheaply.
 */
export class StreamTable<Stream extends Http2Stream> {
  #slots: (Stream | undefined)[] = new Array(INITIAL_SLOTS).fill(undefined);
  #mask = INITIAL_SLOTS - 1;
  #size = 0;
  /** How many stand in another slot than their own: none, unless streams last long. */
  #displaced = 0;
  /** Frames of one stream come in runs. */
  #last: Stream | undefined = undefined;

  get size(): number {
    return this.#size;
  }

  get(id: number): Stream | undefined {
    const last = this.#last;
    if (last !== undefined && last.id === id) return last;
    const stream = this.#slots[this.#slotOf(id)];
    if (stream !== undefined) this.#last = stream;
    return stream;
  }

  /** The stream's id must not be in the table. */
  add(stream: Stream): void {
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    this.#put(stream);
    this.#size++;
    this.#last = stream;
  }

  remove(stream: Stream): void {
    if (this.#last === stream) this.#last = undefined;
    const slot = this.#slotOf(stream.id);
    if (this.#slots[slot] !== stream) return;
    this.#size--;
    if (slot !== this.#homeOf(stream.id)) this.#displaced--;
    this.#slots[slot] = undefined;
    if (this.#displaced > 0) this.#closeGap(slot);
  }

  /** Visits all of them in any order; none may come or go meanwhile. */
  forEach(visit: (stream: Stream) => void): void {
    for (const stream of this.#slots) if (stream !== undefined) visit(stream);
  }

  /** All of them, oldest first, as they are now; streams may come and go while it is walked. */
  values(): readonly Stream[] {
    const streams = this.#slots.filter((stream) => stream !== undefined);
    return streams.sort((left, right) => left.id - right.id);
  }

  /** The two sides number their streams by twos. */
  #homeOf(id: number): number {
    return (id >>> 1) & this.#mask;
  }

  /** Where the stream is, or where it belongs. */
  #slotOf(id: number): number {
    const slots = this.#slots;
    let slot = this.#homeOf(id);
    for (;;) {
      const stream = slots[slot];
      if (stream === undefined || stream.id === id) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #put(stream: Stream): void {
    const slot = this.#slotOf(stream.id);
    this.#slots[slot] = stream;
    if (slot !== this.#homeOf(stream.id)) this.#displaced++;
  }

  /** Those behind an emptied slot that had to make way for it move up. */
  #closeGap(emptied: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = emptied;
    for (let next = (hole + 1) & mask; ; next = (next + 1) & mask) {
      const stream = slots[next];
      if (stream === undefined) return;
      const home = this.#homeOf(stream.id);
      // How far each is from home, going round: only who stands at or before the hole may move.
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      slots[hole] = stream;
      slots[next] = undefined;
      if (hole === home) this.#displaced--;
      hole = next;
    }
  }

  #grow(): void {
    const streams = this.#slots;
    this.#slots = new Array(streams.length * 2).fill(undefined);
    this.#mask = this.#slots.length - 1;
    this.#displaced = 0;
    for (const stream of streams) if (stream !== undefined) this.#put(stream);
  }
}
