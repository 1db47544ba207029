import { HistogramRecord } from '#stats/histogram-record.ts';
import { NamedRecord } from '#stats/named-record.ts';
import type { NamedStat } from '#stats/named-stats.ts';
import type { SlotAddress } from '#stats/stat-memory.ts';
import type { ThreadMemory } from '#stats/thread-memory.ts';
import type { WorkerStats } from '#stats/worker-stats.ts';

/** The statistics that threads named themselves: those of one block, or those that stay for ever. */
export class NamedRecords {
  readonly #owner: SlotAddress | undefined;
  readonly #scalars = new Map<string, NamedRecord>();
  readonly #histograms = new Map<string, HistogramRecord>();

  constructor(owner: SlotAddress | undefined) {
    this.#owner = owner;
  }

  /** By full name, in no order. */
  get scalars(): ReadonlyMap<string, NamedRecord> {
    return this.#scalars;
  }

  get histograms(): ReadonlyMap<string, HistogramRecord> {
    return this.#histograms;
  }

  accept(thread: ThreadMemory, { name, kind, segment, offset, decade }: NamedStat): void {
    const slots = thread.ownSegment(segment);
    if (kind === 'histogram') {
      let histogram = this.#histograms.get(name);
      if (histogram === undefined) {
        histogram = new HistogramRecord(name);
        this.#histograms.set(name, histogram);
      }
      histogram.addLocation(thread, slots, offset, decade);
      return;
    }
    let record = this.#scalars.get(name);
    if (record === undefined) {
      record = new NamedRecord(name, kind);
      this.#scalars.set(name, record);
    }
    record.addLocation(thread, slots, offset);
  }

  resetCounters(): void {
    for (const record of this.#scalars.values()) if (record.kind === 'counter') record.reset();
  }

  flushHistograms(): void {
    for (const histogram of this.#histograms.values()) histogram.flush();
  }

  fold(thread: ThreadMemory, heir: WorkerStats): void {
    for (const record of this.#scalars.values()) record.fold(thread, heir, this.#owner);
    for (const record of this.#histograms.values()) record.fold(thread, heir, this.#owner);
  }
}
