import { SEGMENT_SLOTS, type SlotAddress } from '#stats/stat-memory.ts';

/** Decides where blocks lie. Blocks of one size take each other's places; memory never shrinks. */
export class SlotAllocator {
  readonly #free = new Map<number, SlotAddress[]>();
  #next: SlotAddress = 0;
  #segmentCount = 0;

  /** Segments that addresses given so far lie in. */
  get segmentCount(): number {
    return this.#segmentCount;
  }

  take(slots: number): SlotAddress {
    if (slots > SEGMENT_SLOTS) throw new Error(`assertion failed: a block of ${slots} slots`);
    const reused = this.#free.get(slots)?.pop();
    if (reused !== undefined) return reused;
    const room = this.#segmentCount * SEGMENT_SLOTS - this.#next;
    if (room < slots) {
      this.#next = this.#segmentCount * SEGMENT_SLOTS;
      this.#segmentCount++;
    }
    const address = this.#next;
    this.#next += slots;
    return address;
  }

  give(address: SlotAddress, slots: number): void {
    const same = this.#free.get(slots);
    if (same === undefined) this.#free.set(slots, [address]);
    else same.push(address);
  }
}
