import { type DecadeMemory, SUM_SLOT } from '#stats/histogram.ts';
import { bucketCountOf, firstBucketOf } from '#stats/histogram-buckets.ts';
import { HistogramCounts } from '#stats/histogram-counts.ts';
import type { ThreadMemory } from '#stats/thread-memory.ts';
import type { WorkerStats } from '#stats/worker-stats.ts';

interface Location extends DecadeMemory {
  readonly thread: ThreadMemory;
  readonly decade: number;
}

/** A histogram with the parts of all threads. */
export class HistogramRecord {
  readonly name: string;
  #locations: Location[] = [];
  #atLastFlush: HistogramCounts = HistogramCounts.empty;
  #interval: HistogramCounts = HistogramCounts.empty;

  constructor(name: string) {
    this.name = name;
  }

  addLocation(thread: ThreadMemory, slots: Float64Array, offset: number, decade: number): void {
    this.#locations.push({ thread, slots, offset, decade });
    this.#locations.sort((a, b) => a.decade - b.decade);
  }

  /** Everything that was ever recorded. */
  cumulative(): HistogramCounts {
    const buckets: number[] = [];
    const counts: number[] = [];
    let sum = 0;
    for (let index = 0; index < this.#locations.length; ) {
      const { decade } = this.#locations[index] as Location;
      let end = index + 1;
      while (this.#locations[end]?.decade === decade) end++;
      for (let bucket = 0; bucket < bucketCountOf(decade); bucket++) {
        const count = this.#sumOf(index, end, bucket);
        if (count === 0) continue;
        buckets.push(firstBucketOf(decade) + bucket);
        counts.push(count);
      }
      if (decade === 0) sum = this.#sumOf(index, end, SUM_SLOT);
      index = end;
    }
    return new HistogramCounts(buckets, counts, sum);
  }

  /** What was recorded in the last interval that is over. */
  get interval(): HistogramCounts {
    return this.#interval;
  }

  /** Ends an interval. */
  flush(): void {
    const now = this.cumulative();
    this.#interval = now.minus(this.#atLastFlush);
    this.#atLastFlush = now;
  }

  /** Forgets a dead thread; what it recorded goes to `heir`. */
  fold(thread: ThreadMemory, heir: WorkerStats, owner: number | undefined): void {
    const dead = this.#locations.filter((location) => location.thread === thread);
    if (dead.length === 0) return;
    this.#locations = this.#locations.filter((location) => location.thread !== thread);
    const histogram = heir.histogram(this.name, owner);
    for (const location of dead) histogram.absorb(location.decade, location);
  }

  #sumOf(from: number, to: number, slot: number): number {
    let sum = 0;
    for (let index = from; index < to; index++) {
      const { slots, offset } = this.#locations[index] as Location;
      sum += slots[offset + slot] as number;
    }
    return sum;
  }
}
