import { HISTOGRAM_SLOTS, Histogram } from '#stats/histogram.ts';
import { StatBlock } from '#stats/stat-block.ts';
import type { StatGroup } from '#stats/stat-group.ts';
import { createSegment, SEGMENT_SLOTS, type SlotAddress, StatMemory } from '#stats/stat-memory.ts';

/** A statistic that a worker made by itself, for the main thread to find. */
export interface NamedStat {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Which of the worker's own segments, and where in it. */
  readonly segment: number;
  readonly offset: number;
}

/** What a worker tells the main thread as soon as it made statistics of its own. */
export interface NamedStatsAnnouncement {
  readonly segments: readonly SharedArrayBuffer[];
  readonly stats: readonly NamedStat[];
}

/** A counter (or gauge) of which the name became known only while traffic flowed. */
export class NamedCounter {
  readonly #slots: Float64Array;
  readonly #offset: number;

  constructor(slots: Float64Array, offset: number) {
    this.#slots = slots;
    this.#offset = offset;
  }

  inc(): void {
    (this.#slots[this.#offset] as number) += 1;
  }

  add(amount: number): void {
    (this.#slots[this.#offset] as number) += amount;
  }

  set(value: number): void {
    this.#slots[this.#offset] = value;
  }
}

/**
 * A worker's statistics. Blocks lie where the main thread put them (its layout is the same for all
 * workers); what only traffic can name (`upstream_rq_503`, histograms) is made here on first use
 * and announced.
 */
export class WorkerStats {
  readonly #blocks = new StatMemory();
  readonly #announce: (announcement: NamedStatsAnnouncement) => void;
  readonly #counters = new Map<string, NamedCounter>();
  readonly #histograms = new Map<string, Histogram>();
  #ownSegment: Float64Array | undefined = undefined;
  #ownSegmentIndex = -1;
  #ownSegmentUsed = SEGMENT_SLOTS;
  #newSegments: SharedArrayBuffer[] = [];
  #newStats: NamedStat[] = [];

  constructor(announce: (announcement: NamedStatsAnnouncement) => void) {
    this.#announce = announce;
  }

  /** The main thread grew the layout. */
  addSegments(segments: readonly SharedArrayBuffer[]): void {
    for (const segment of segments) this.#blocks.addSegment(segment);
  }

  /** A block that the main thread laid out at `address`; `prefix` ends with a dot. */
  block(_group: StatGroup<string>, address: SlotAddress, prefix: string): StatBlock {
    return new StatBlock(this, this.#blocks, address, prefix);
  }

  /** The counter of a full name; keep what you get, the look-up costs more than the counting. */
  counter(name: string): NamedCounter {
    return this.#named(name, 'counter');
  }

  gauge(name: string): NamedCounter {
    return this.#named(name, 'gauge');
  }

  histogram(name: string): Histogram {
    let histogram = this.#histograms.get(name);
    if (histogram === undefined) {
      const offset = this.#take(name, 'histogram', HISTOGRAM_SLOTS);
      histogram = new Histogram(this.#ownSegment as Float64Array, offset);
      this.#histograms.set(name, histogram);
    }
    return histogram;
  }

  #named(name: string, kind: 'counter' | 'gauge'): NamedCounter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      const offset = this.#take(name, kind, 1);
      counter = new NamedCounter(this.#ownSegment as Float64Array, offset);
      this.#counters.set(name, counter);
    }
    return counter;
  }

  #take(name: string, kind: NamedStat['kind'], slots: number): number {
    if (this.#ownSegmentUsed + slots > SEGMENT_SLOTS) {
      const memory = createSegment();
      this.#ownSegment = new Float64Array(memory);
      this.#ownSegmentIndex++;
      this.#ownSegmentUsed = 0;
      this.#newSegments.push(memory);
    }
    const offset = this.#ownSegmentUsed;
    this.#ownSegmentUsed += slots;
    if (this.#newStats.length === 0) queueMicrotask(() => this.#announceNew());
    this.#newStats.push({ name, kind, segment: this.#ownSegmentIndex, offset });
    return offset;
  }

  #announceNew(): void {
    const announcement = { segments: this.#newSegments, stats: this.#newStats };
    this.#newSegments = [];
    this.#newStats = [];
    this.#announce(announcement);
  }
}
