/** Slots in one segment: 64 KiB of shared memory. A block never crosses a segment's end. */
export const SEGMENT_SLOTS = 8192;

/**
 * What a slot holds before anything was written to it. It counts like 0 and `Object.is` tells it
 * from a 0 that was written, which is how `/stats?usedonly` knows; no second array is needed.
 */
export const UNWRITTEN = -0;

/** Where a block lies: `segment * SEGMENT_SLOTS + offset`, the same in every thread. */
export type SlotAddress = number;

/** A segment in which nothing was written to yet. */
export function createSegment(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(SEGMENT_SLOTS * Float64Array.BYTES_PER_ELEMENT);
  new Float64Array(memory).fill(UNWRITTEN);
  return memory;
}

/** Where an address lies within its segment. */
export function offsetOf(address: SlotAddress): number {
  return address % SEGMENT_SLOTS;
}

/**
 * One thread's own copy of all statistics. Only that thread writes to it, so plain additions lose
 * nothing; the main thread reads every thread's copy and adds them up.
 */
export class StatMemory {
  readonly #segments: Float64Array[] = [];

  addSegment(memory: SharedArrayBuffer): void {
    this.#segments.push(new Float64Array(memory));
  }

  get segmentCount(): number {
    return this.#segments.length;
  }

  /** What a slot holds; 0 where there is no memory for it yet. */
  valueAt(address: SlotAddress): number {
    return this.#segments[Math.floor(address / SEGMENT_SLOTS)]?.[offsetOf(address)] ?? 0;
  }

  /** The segment that holds an address. */
  slotsOf(address: SlotAddress): Float64Array {
    const segment = this.#segments[Math.floor(address / SEGMENT_SLOTS)];
    if (segment === undefined) throw new Error(`assertion failed: no segment for slot ${address}`);
    return segment;
  }
}
