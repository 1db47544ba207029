import type { BlockRecord } from '#stats/block-record.ts';
import { compareNames, type FieldOrders } from '#stats/field-order.ts';
import type { StatEntry } from '#stats/stat-entry.ts';
import { UNWRITTEN } from '#stats/stat-memory.ts';
import type { ThreadMemory } from '#stats/thread-memory.ts';

/** Which statistics a page is about. */
export type EntryFilter = {
  /** Which of the two lists is wanted: counters and gauges come in one, histograms in another. */
  readonly list: 'scalars' | 'histograms';
  /** Leaves out what was never written to. */
  readonly usedOnly: boolean;
};

/** Blocks that share a prefix, such as the two of a cluster, with what was named with them. */
export interface PrefixGroup {
  readonly prefix: string;
  readonly blocks: readonly BlockRecord[];
}

/** The entries of one prefix in the order of their names. */
export function* entriesOfPrefix(
  { prefix, blocks }: PrefixGroup,
  threads: readonly ThreadMemory[],
  orders: FieldOrders,
  filter: EntryFilter,
): Generator<StatEntry, void, void> {
  const named = namedEntries(blocks, filter);
  let next = 0;
  for (const { name, kind, block, field } of orders.of(blocks.map(({ group }) => group))) {
    const fullName = prefix + name;
    while (next < named.length && (named[next] as StatEntry).name < fullName) {
      yield named[next++] as StatEntry;
    }
    if ((kind === 'histogram') !== (filter.list === 'histograms')) continue;
    const record = blocks[block] as BlockRecord;
    if (!record.shows(field)) continue;
    if (kind === 'histogram') {
      const isNamed = record.named?.histograms.has(fullName) ?? false;
      if (isNamed || filter.usedOnly) continue;
      yield { kind, name: fullName, record: undefined };
      continue;
    }
    const value = record.value(threads, field);
    if (filter.usedOnly && Object.is(value, UNWRITTEN)) continue;
    yield { kind, name: fullName, value: value + 0 };
  }
  yield* named.slice(next);
}

/** What threads named themselves under a prefix, sorted. */
function namedEntries(blocks: readonly BlockRecord[], filter: EntryFilter): StatEntry[] {
  const entries: StatEntry[] = [];
  for (const { named } of blocks) {
    if (named === undefined) continue;
    entries.push(
      ...(filter.list === 'scalars'
        ? named.scalarEntries(filter.usedOnly)
        : named.histogramEntries()),
    );
  }
  return entries.sort((a, b) => compareNames(a.name, b.name));
}
