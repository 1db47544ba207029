import { type DecadeMemory, Histogram, slotsOfDecade } from '#stats/histogram.ts';
import { NamedCounter } from '#stats/named-counter.ts';
import type { NamedStat, NamedStatsAnnouncement } from '#stats/named-stats.ts';
import { StatBlock } from '#stats/stat-block.ts';
import type { StatGroup } from '#stats/stat-group.ts';
import {
  createSegment,
  SEGMENT_SLOTS,
  type SlotAddress,
  StatMemory,
  UNWRITTEN,
} from '#stats/stat-memory.ts';

/** Memory in this thread's own segments. */
interface OwnSlots extends DecadeMemory {
  readonly segment: number;
  readonly length: number;
}

/** What must be given back when a block goes. */
interface Belongings {
  readonly names: string[];
  readonly slots: OwnSlots[];
}

/**
 * One thread's statistics: a worker's, or the main thread's own. Blocks lie where the main thread
 * put them (its layout is the same for all); what only traffic can name (`upstream_rq_503`) and
 * histograms are made here on first use and announced.
 */
export class WorkerStats {
  readonly #blocks = new StatMemory();
  readonly #announce: (announcement: NamedStatsAnnouncement) => void;
  readonly #counters = new Map<string, NamedCounter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #ownBlocks = new Map<string, StatBlock>();
  readonly #ownMemory = new StatMemory();
  readonly #belongings = new Map<SlotAddress, Belongings>();
  readonly #free = new Map<number, OwnSlots[]>();
  /** The memory of the other workers, to be read only. */
  peers: readonly StatMemory[] = [];
  #ownSegment: Float64Array | undefined = undefined;
  #ownSegmentIndex = -1;
  #ownSegmentUsed = SEGMENT_SLOTS;
  #announcementIsDue = false;
  #newSegments: SharedArrayBuffer[] = [];
  #newStats: NamedStat[] = [];
  #dropped: SlotAddress[] = [];

  /** `announce` is called at the end of the turn in which something was made, never more often. */
  constructor(announce: (announcement: NamedStatsAnnouncement) => void) {
    this.#announce = announce;
  }

  /** The main thread grew the layout. */
  addSegments(segments: readonly SharedArrayBuffer[]): void {
    for (const segment of segments) this.#blocks.addSegment(segment);
  }

  /** What the other workers count in; replaces what was said before. */
  setPeers(peers: readonly (readonly SharedArrayBuffer[])[]): void {
    this.peers = peers.map((segments) => {
      const memory = new StatMemory();
      for (const segment of segments) memory.addSegment(segment);
      return memory;
    });
  }

  /** A block that the main thread laid out at `address`; `prefix` ends with a dot. */
  block(group: StatGroup<string>, address: SlotAddress, prefix: string): StatBlock {
    return new StatBlock(this, this.#blocks, group, address, prefix);
  }

  /**
   * A block that is laid out here, by each thread that needs it, and shown from then on: for groups
   * that only some traffic makes. It stays for ever; the same prefix again is the same block.
   */
  ownBlock(group: StatGroup<string>, prefix: string): StatBlock {
    const known = this.#ownBlocks.get(prefix);
    if (known !== undefined) return known;
    const { segment, offset } = this.#takeFresh(group.slotCount);
    for (const [index, { name, kind }] of group.fields.entries()) {
      if (kind === 'histogram') continue;
      const slot = { owner: undefined, decade: 0, segment, offset: offset + index };
      this.#newStats.push({ name: prefix + name, kind, ...slot });
    }
    this.#announceSoon();
    const address = segment * SEGMENT_SLOTS + offset;
    const block = new StatBlock(this, this.#ownMemory, group, address, prefix, { goes: false });
    this.#ownBlocks.set(prefix, block);
    return block;
  }

  /**
   * Gives up a block and everything that was named with it. Nothing of this thread may write to
   * them any more: the main thread uses the memory again.
   */
  drop(address: SlotAddress): void {
    const belongings = this.#belongings.get(address);
    this.#belongings.delete(address);
    for (const name of belongings?.names ?? []) {
      this.#counters.delete(name);
      this.#histograms.delete(name);
    }
    for (const one of belongings?.slots ?? []) {
      one.slots.fill(UNWRITTEN, one.offset, one.offset + one.length);
      const same = this.#free.get(one.length);
      if (same === undefined) this.#free.set(one.length, [one]);
      else same.push(one);
    }
    this.#dropped.push(address);
    this.#announceSoon();
  }

  /**
   * The counter of a full name; keep what you get, the look-up costs more than the counting. With
   * an `owner` it goes when that block is dropped.
   */
  counter(name: string, owner?: SlotAddress): NamedCounter {
    return this.#named(name, 'counter', owner);
  }

  gauge(name: string, owner?: SlotAddress): NamedCounter {
    return this.#named(name, 'gauge', owner);
  }

  histogram(name: string, owner?: SlotAddress): Histogram {
    let histogram = this.#histograms.get(name);
    if (histogram === undefined) {
      this.#belongingsOf(owner)?.names.push(name);
      histogram = new Histogram((decade) =>
        this.#take(name, 'histogram', owner, slotsOfDecade(decade), decade),
      );
      this.#histograms.set(name, histogram);
    }
    return histogram;
  }

  /** Announces at once what would be announced at the end of the turn. */
  announceNow(): void {
    if (!this.#announcementIsDue) return;
    this.#announcementIsDue = false;
    const announcement: NamedStatsAnnouncement = {
      segments: this.#newSegments,
      stats: this.#newStats,
      dropped: this.#dropped,
    };
    this.#newSegments = [];
    this.#newStats = [];
    this.#dropped = [];
    this.#announce(announcement);
  }

  #named(name: string, kind: 'counter' | 'gauge', owner: SlotAddress | undefined): NamedCounter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      this.#belongingsOf(owner)?.names.push(name);
      const { slots, offset } = this.#take(name, kind, owner, 1, 0);
      counter = new NamedCounter(slots, offset);
      this.#counters.set(name, counter);
    }
    return counter;
  }

  #take(
    name: string,
    kind: NamedStat['kind'],
    owner: SlotAddress | undefined,
    length: number,
    decade: number,
  ): DecadeMemory {
    const taken = this.#free.get(length)?.pop() ?? this.#takeFresh(length);
    this.#belongingsOf(owner)?.slots.push(taken);
    this.#newStats.push({
      name,
      kind,
      owner,
      decade,
      segment: taken.segment,
      offset: taken.offset,
    });
    this.#announceSoon();
    return taken;
  }

  #takeFresh(length: number): OwnSlots {
    if (this.#ownSegmentUsed + length > SEGMENT_SLOTS) {
      const memory = createSegment();
      this.#ownSegment = new Float64Array(memory);
      this.#ownSegmentIndex++;
      this.#ownSegmentUsed = 0;
      this.#newSegments.push(memory);
      this.#ownMemory.addSegment(memory);
    }
    const slots = this.#ownSegment as Float64Array;
    const offset = this.#ownSegmentUsed;
    this.#ownSegmentUsed += length;
    return { slots, segment: this.#ownSegmentIndex, offset, length };
  }

  #belongingsOf(owner: SlotAddress | undefined): Belongings | undefined {
    if (owner === undefined) return undefined;
    let belongings = this.#belongings.get(owner);
    if (belongings === undefined) {
      belongings = { names: [], slots: [] };
      this.#belongings.set(owner, belongings);
    }
    return belongings;
  }

  #announceSoon(): void {
    if (this.#announcementIsDue) return;
    this.#announcementIsDue = true;
    queueMicrotask(() => this.announceNow());
  }
}
