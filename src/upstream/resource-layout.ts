import {
  createResourceSegment,
  RESOURCE_CLUSTER_SLOTS,
  RESOURCE_SEGMENT_SLOTS,
  RESOURCE_USED_SLOT,
  type ResourceAddress,
  totalSlots,
  workerSlots,
} from '#upstream/resource-memory.ts';

/** The main thread's side of the circuit breakers' memory: gives out places and reads them. */
export class ResourceLayout {
  readonly #workers: number;
  readonly #segments: SharedArrayBuffer[] = [];
  readonly #totals: Int32Array[] = [];
  readonly #free: ResourceAddress[] = [];
  #next: ResourceAddress = 0;

  /** `workers` is how many workers there can be at a time. */
  constructor(workers: number) {
    this.#workers = workers;
  }

  /** All segments made so far, in order. */
  get segments(): readonly SharedArrayBuffer[] {
    return this.#segments;
  }

  take(): ResourceAddress {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    const used = this.#next % RESOURCE_SEGMENT_SLOTS;
    const isFull = used === 0 || used + RESOURCE_CLUSTER_SLOTS > RESOURCE_SEGMENT_SLOTS;
    if (isFull) {
      this.#next = this.#segments.length * RESOURCE_SEGMENT_SLOTS;
      const segment = createResourceSegment(this.#workers);
      this.#segments.push(segment);
      this.#totals.push(totalSlots(segment));
    }
    const address = this.#next;
    this.#next += RESOURCE_CLUSTER_SLOTS;
    return address;
  }

  /** The count of one resource, of all workers; `undefined` when it was never used. */
  countOf(address: ResourceAddress, resource: number): number | undefined {
    const totals = this.#totals[Math.floor(address / RESOURCE_SEGMENT_SLOTS)] as Int32Array;
    const offset = address % RESOURCE_SEGMENT_SLOTS;
    const used = Atomics.load(totals, offset + RESOURCE_USED_SLOT);
    return (used & (1 << resource)) === 0 ? undefined : Atomics.load(totals, offset + resource);
  }

  /** Gives back what a worker held that is no more. Before another one takes its number. */
  reclaim(worker: number): void {
    for (const [index, segment] of this.#segments.entries()) {
      const own = workerSlots(segment, worker);
      const totals = this.#totals[index] as Int32Array;
      for (let slot = 0; slot < RESOURCE_SEGMENT_SLOTS; slot++) {
        const held = own[slot] as number;
        if (held === 0) continue;
        Atomics.sub(totals, slot, held);
        own[slot] = 0;
      }
    }
  }
}
