import {
  createSegment,
  offsetOf,
  type SlotAddress,
  StatMemory,
  UNWRITTEN,
} from '#stats/stat-memory.ts';

/** One thread's statistics as the main thread reads them. */
export class ThreadMemory {
  readonly blocks = new StatMemory();
  readonly #segments: SharedArrayBuffer[] = [];
  readonly #ownSegments: Float64Array[] = [];
  #handedOver = 0;

  /** Makes the memory for blocks as large as the layout. */
  grow(segmentCount: number): void {
    while (this.#segments.length < segmentCount) {
      const segment = createSegment();
      this.#segments.push(segment);
      this.blocks.addSegment(segment);
    }
  }

  /** All segments of blocks, in order. */
  get segments(): readonly SharedArrayBuffer[] {
    return this.#segments;
  }

  /** The segments that the thread has not got yet; they count as handed over. */
  takeNewSegments(): SharedArrayBuffer[] {
    const segments = this.#segments.slice(this.#handedOver);
    this.#handedOver = this.#segments.length;
    return segments;
  }

  addOwnSegments(segments: readonly SharedArrayBuffer[]): void {
    for (const segment of segments) this.#ownSegments.push(new Float64Array(segment));
  }

  ownSegment(index: number): Float64Array {
    const segment = this.#ownSegments[index];
    if (segment === undefined) throw new Error(`assertion failed: segment ${index} not announced`);
    return segment;
  }

  /** Makes a block as new. Only when no thread writes to it. */
  clear(address: SlotAddress, slots: number): void {
    const offset = offsetOf(address);
    this.blocks.slotsOf(address).fill(UNWRITTEN, offset, offset + slots);
  }
}
