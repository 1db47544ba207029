import { HistogramRecord } from '#stats/histogram-record.ts';
import { NamedRecord } from '#stats/named-record.ts';
import type { NamedStat } from '#stats/named-stats.ts';
import type { HistogramEntry, ScalarEntry } from '#stats/stat-entry.ts';
import { type SlotAddress, UNWRITTEN } from '#stats/stat-memory.ts';
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

  /** In no order. */
  scalarEntries(usedOnly: boolean): ScalarEntry[] {
    const entries: ScalarEntry[] = [];
    for (const { name, kind, value } of this.#scalars.values()) {
      if (usedOnly && Object.is(value, UNWRITTEN)) continue;
      entries.push({ kind, name, value: value + 0 });
    }
    return entries;
  }

  /** In no order; every histogram has at least one value. */
  histogramEntries(): HistogramEntry[] {
    return Array.from(this.#histograms.values(), (record) => ({
      kind: 'histogram',
      name: record.name,
      record,
    }));
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
