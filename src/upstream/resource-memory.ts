/** Where a cluster's occupancy lies: `segment * RESOURCE_SEGMENT_SLOTS + offset`, in every thread. */
export type ResourceAddress = number;

/** Slots of one segment for each party (the total, then each worker). */
export const RESOURCE_SEGMENT_SLOTS = 4096;

/** What is counted, for each priority. */
export const Resource = {
  connections: 0,
  pendingRequests: 1,
  requests: 2,
  retries: 3,
} as const;

/** Slots for one priority: the resources and a mask of those that were ever in use. */
export const RESOURCE_PRIORITY_SLOTS = 5;
export const RESOURCE_USED_SLOT = 4;
/** Slots for one cluster: default and high priority. */
export const RESOURCE_CLUSTER_SLOTS: number = 2 * RESOURCE_PRIORITY_SLOTS;

/** A segment holds the common total first and after it what each worker has of it. */
export function createResourceSegment(workers: number): SharedArrayBuffer {
  return new SharedArrayBuffer(
    (1 + workers) * RESOURCE_SEGMENT_SLOTS * Int32Array.BYTES_PER_ELEMENT,
  );
}

/** Views of a segment: the common total, or one worker's own part. */
export function totalSlots(segment: SharedArrayBuffer): Int32Array {
  return new Int32Array(segment, 0, RESOURCE_SEGMENT_SLOTS);
}

export function workerSlots(segment: SharedArrayBuffer, worker: number): Int32Array {
  const bytes = RESOURCE_SEGMENT_SLOTS * Int32Array.BYTES_PER_ELEMENT;
  return new Int32Array(segment, (1 + worker) * bytes, RESOURCE_SEGMENT_SLOTS);
}

/** The circuit breakers' memory as one worker sees it. */
export class ResourceMemory {
  readonly #worker: number;
  readonly #totals: Int32Array[] = [];
  readonly #own: Int32Array[] = [];

  /** `worker` counts from 0 and is the same for a worker that replaces another one. */
  constructor(worker: number) {
    this.#worker = worker;
  }

  addSegment(segment: SharedArrayBuffer): void {
    this.#totals.push(totalSlots(segment));
    this.#own.push(workerSlots(segment, this.#worker));
  }

  totalsAt(address: ResourceAddress): Int32Array {
    return this.#at(this.#totals, address);
  }

  ownAt(address: ResourceAddress): Int32Array {
    return this.#at(this.#own, address);
  }

  #at(views: readonly Int32Array[], address: ResourceAddress): Int32Array {
    const view = views[Math.floor(address / RESOURCE_SEGMENT_SLOTS)];
    if (view === undefined) throw new Error(`assertion failed: no segment for slot ${address}`);
    return view;
  }
}
