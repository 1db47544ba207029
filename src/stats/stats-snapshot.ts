import type { BlockRecord } from '#stats/block-record.ts';
import type { HistogramCounts } from '#stats/histogram-counts.ts';
import type { NamedRecords } from '#stats/named-records.ts';
import type { TextReadout } from '#stats/text-readout.ts';
import type { ThreadMemory } from '#stats/thread-memory.ts';

/** All statistics at one moment, by full name and in no order. */
export interface StatsSnapshot {
  readonly counters: ReadonlyMap<string, number>;
  readonly gauges: ReadonlyMap<string, number>;
  readonly histograms: ReadonlyMap<string, HistogramCounts>;
  readonly textReadouts: ReadonlyMap<string, string>;
}

export function snapshotOf(
  threads: readonly ThreadMemory[],
  blocks: Iterable<BlockRecord>,
  unowned: NamedRecords,
  textReadouts: ReadonlyMap<string, TextReadout>,
): StatsSnapshot {
  const counters = new Map<string, number>();
  const gauges = new Map<string, number>();
  const histograms = new Map<string, HistogramCounts>();
  const addNamed = (named: NamedRecords): void => {
    for (const { name, kind, value } of named.scalars.values()) {
      (kind === 'counter' ? counters : gauges).set(name, value + 0);
    }
    for (const record of named.histograms.values()) {
      histograms.set(record.name, record.cumulative());
    }
  };
  for (const block of blocks) {
    for (const [field, { kind, name }] of block.group.fields.entries()) {
      if (kind === 'histogram') continue;
      const target = kind === 'counter' ? counters : gauges;
      target.set(block.prefix + name, block.value(threads, field) + 0);
    }
    if (block.named !== undefined) addNamed(block.named);
  }
  addNamed(unowned);
  const texts = [...textReadouts].map(([name, { value }]) => [name, value] as const);
  return { counters, gauges, histograms, textReadouts: new Map(texts) };
}
