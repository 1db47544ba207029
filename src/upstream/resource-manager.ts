import type { CircuitBreakerThresholds } from '#upstream/cluster-config.ts';
import {
  RESOURCE_PRIORITY_SLOTS,
  RESOURCE_SEGMENT_SLOTS,
  RESOURCE_USED_SLOT,
  Resource,
  type ResourceAddress,
  type ResourceMemory,
} from '#upstream/resource-memory.ts';

/**
 * One limit of a cluster's circuit breaker. The count is common to all workers; each also notes its own
 * part, so that the main thread can give back what a crashed worker held.
 */
export class LimitedResource {
  readonly max: number;
  readonly #totals: Int32Array;
  readonly #own: Int32Array;
  readonly #slot: number;
  readonly #usedSlot: number;
  readonly #usedBit: number;
  #isMarkedUsed = false;

  constructor(max: number, memory: ResourceMemory, base: ResourceAddress, resource: number) {
    const offset = base % RESOURCE_SEGMENT_SLOTS;
    this.max = max;
    this.#totals = memory.totalsAt(base);
    this.#own = memory.ownAt(base);
    this.#slot = offset + resource;
    this.#usedSlot = offset + RESOURCE_USED_SLOT;
    this.#usedBit = 1 << resource;
  }

  /** Takes one if fewer than the limit are in use in all workers. */
  tryAcquire(): boolean {
    if (Atomics.add(this.#totals, this.#slot, 1) >= this.max) {
      Atomics.sub(this.#totals, this.#slot, 1);
      return false;
    }
    this.#noteAcquired();
    return true;
  }

  /** Takes one whatever the limit, for what must go on: a pool's first connection, a retry's request. */
  acquire(): void {
    Atomics.add(this.#totals, this.#slot, 1);
    this.#noteAcquired();
  }

  /** Gives back one that was taken in this worker. */
  release(): void {
    (this.#own[this.#slot] as number) -= 1;
    Atomics.sub(this.#totals, this.#slot, 1);
  }

  /** Whether `tryAcquire` would succeed now. */
  canAcquire(): boolean {
    return this.count < this.max;
  }

  /** In use now, in all workers. */
  get count(): number {
    return Atomics.load(this.#totals, this.#slot);
  }

  #noteAcquired(): void {
    (this.#own[this.#slot] as number) += 1;
    if (this.#isMarkedUsed) return;
    this.#isMarkedUsed = true;
    Atomics.or(this.#totals, this.#usedSlot, this.#usedBit);
  }
}

/** A cluster's circuit breaker for one priority. */
export class ResourceManager {
  readonly connections: LimitedResource;
  readonly pendingRequests: LimitedResource;
  readonly requests: LimitedResource;
  readonly retries: LimitedResource;

  constructor(limits: CircuitBreakerThresholds, memory: ResourceMemory, base: ResourceAddress) {
    const { connections, pendingRequests, requests, retries } = Resource;
    this.connections = new LimitedResource(limits.maxConnections, memory, base, connections);
    this.pendingRequests = new LimitedResource(
      limits.maxPendingRequests,
      memory,
      base,
      pendingRequests,
    );
    this.requests = new LimitedResource(limits.maxRequests, memory, base, requests);
    this.retries = new LimitedResource(limits.maxRetries, memory, base, retries);
  }
}

/** Where the high priority's slots of a cluster begin. */
export function highPriorityAddress(address: ResourceAddress): ResourceAddress {
  return address + RESOURCE_PRIORITY_SLOTS;
}
