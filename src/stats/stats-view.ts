import type { BlockRecord } from '#stats/block-record.ts';
import { compareNames, FieldOrders } from '#stats/field-order.ts';
import type { NamedRecords } from '#stats/named-records.ts';
import { type EntryFilter, entriesOfPrefix, type PrefixGroup } from '#stats/prefix-group.ts';
import type { StatEntry, TextReadoutEntry } from '#stats/stat-entry.ts';
import { boundsOf, type StatsConfig } from '#stats/stats-config.ts';
import type { TextReadout } from '#stats/text-readout.ts';
import type { ThreadMemory } from '#stats/thread-memory.ts';

/** What the view looks at; the store changes it. */
export interface StatsRecords {
  readonly threads: readonly ThreadMemory[];
  readonly blocks: ReadonlyMap<number, BlockRecord>;
  /** What goes with no block. */
  readonly unowned: NamedRecords;
  readonly textReadouts: ReadonlyMap<string, TextReadout>;
  /** Changes whenever a block comes or goes. */
  readonly layoutVersion: number;
}

/** One step of the sorted list: the entries below a prefix, or one entry by itself. */
type Step = PrefixGroup | StatEntry;

/**
 * All statistics in the order of their names, produced one after another so that a page of 500,000
 * needs neither their names at once nor the main thread for long.
 */
export class StatsView {
  readonly #records: StatsRecords;
  readonly #config: StatsConfig;
  readonly #orders = new FieldOrders();
  #prefixes: readonly PrefixGroup[] = [];
  #prefixesVersion = -1;

  constructor(records: StatsRecords, config: StatsConfig) {
    this.#records = records;
    this.#config = config;
  }

  /** Counters and gauges, or histograms. May be read slowly: what changes meanwhile is missed. */
  *entries(filter: EntryFilter): Generator<StatEntry, void, void> {
    const steps = this.#steps(filter);
    for (let index = 0; index < steps.length; ) {
      const first = steps[index] as Step;
      let end = index + 1;
      if ('prefix' in first) {
        while (end < steps.length && nameOf(steps[end] as Step).startsWith(first.prefix)) end++;
      }
      if (end === index + 1) {
        yield* this.#entriesOf(first, filter);
      } else {
        // Names below nested prefixes interleave: `cluster.a.version` and the cluster `a.b`.
        const nested = steps
          .slice(index, end)
          .flatMap((step) => [...this.#entriesOf(step, filter)]);
        yield* nested.sort((a, b) => compareNames(a.name, b.name));
      }
      index = end;
    }
  }

  textReadouts(usedOnly: boolean): TextReadoutEntry[] {
    return [...this.#records.textReadouts.values()]
      .filter((readout) => readout.used || !usedOnly)
      .map(({ name, value }) => ({ kind: 'textReadout' as const, name, value }))
      .sort((a, b) => compareNames(a.name, b.name));
  }

  /** Upper bounds of the buckets in which a histogram is shown. */
  boundsOf(name: string): readonly number[] {
    return boundsOf(this.#config, name);
  }

  #entriesOf(step: Step, filter: EntryFilter): Iterable<StatEntry> {
    if (!('prefix' in step)) return [step];
    return entriesOfPrefix(step, this.#records.threads, this.#orders, filter);
  }

  #steps(filter: EntryFilter): readonly Step[] {
    const { unowned } = this.#records;
    const single: StatEntry[] =
      filter.list === 'scalars'
        ? unowned.scalarEntries(filter.usedOnly)
        : unowned.histogramEntries();
    if (single.length === 0) return this.#sortedPrefixes();
    const steps: Step[] = [...this.#sortedPrefixes(), ...single];
    return steps.sort((a, b) => compareNames(nameOf(a), nameOf(b)));
  }

  #sortedPrefixes(): readonly PrefixGroup[] {
    if (this.#prefixesVersion === this.#records.layoutVersion) return this.#prefixes;
    const byPrefix = new Map<string, BlockRecord[]>();
    for (const block of this.#records.blocks.values()) {
      const same = byPrefix.get(block.prefix);
      if (same === undefined) byPrefix.set(block.prefix, [block]);
      else same.push(block);
    }
    this.#prefixes = Array.from(byPrefix, ([prefix, blocks]) => ({ prefix, blocks })).sort((a, b) =>
      compareNames(a.prefix, b.prefix),
    );
    this.#prefixesVersion = this.#records.layoutVersion;
    return this.#prefixes;
  }
}

function nameOf(step: Step): string {
  return 'prefix' in step ? step.prefix : step.name;
}
