import type { DecadeMemory } from '#stats/histogram.ts';
import { UNWRITTEN } from '#stats/stat-memory.ts';
import type { ThreadMemory } from '#stats/thread-memory.ts';
import type { WorkerStats } from '#stats/worker-stats.ts';

/** Where one thread counts. */
interface Location extends DecadeMemory {
  readonly thread: ThreadMemory;
}

/** A counter or gauge that threads named themselves: the sum of what each of them counted. */
export class NamedRecord {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  #locations: Location[] = [];
  /** What was counted before the last reset. */
  #baseline = 0;

  constructor(name: string, kind: 'counter' | 'gauge') {
    this.name = name;
    this.kind = kind;
  }

  addLocation(thread: ThreadMemory, slots: Float64Array, offset: number): void {
    this.#locations.push({ thread, slots, offset });
  }

  /** -0 when no thread has written yet. */
  get value(): number {
    let sum = UNWRITTEN;
    for (const { slots, offset } of this.#locations) sum += slots[offset] as number;
    return this.#baseline === 0 ? sum : sum - this.#baseline;
  }

  reset(): void {
    this.#baseline += this.value;
  }

  /** Forgets a dead thread; what it counted goes to `heir`, what it gauged is gone. */
  fold(thread: ThreadMemory, heir: WorkerStats, owner: number | undefined): void {
    const dead = this.#locations.filter((location) => location.thread === thread);
    if (dead.length === 0) return;
    this.#locations = this.#locations.filter((location) => location.thread !== thread);
    for (const { slots, offset } of dead) {
      const last = slots[offset] as number;
      if (this.kind === 'counter') heir.counter(this.name, owner).add(last);
      else heir.gauge(this.name, owner).add(Object.is(last, UNWRITTEN) ? UNWRITTEN : 0);
    }
  }
}
