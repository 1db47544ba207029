import { BlockRecord } from '#stats/block-record.ts';
import { NamedRecords } from '#stats/named-records.ts';
import type { NamedStatsAnnouncement } from '#stats/named-stats.ts';
import { SlotAllocator } from '#stats/slot-allocator.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { StatGroup } from '#stats/stat-group.ts';
import type { SlotAddress } from '#stats/stat-memory.ts';
import { defaultStatsConfig, type StatsConfig } from '#stats/stats-config.ts';
import { type StatsSnapshot, snapshotOf } from '#stats/stats-snapshot.ts';
import { type StatsRecords, StatsView } from '#stats/stats-view.ts';
import { TextReadout } from '#stats/text-readout.ts';
import { ThreadMemory } from '#stats/thread-memory.ts';
import { WorkerStats } from '#stats/worker-stats.ts';

/** What a new worker needs to count: plain, to be posted to it. */
export interface WorkerRegistration {
  readonly segments: readonly SharedArrayBuffer[];
}

/**
 * All statistics of the process, on the main thread. It lays out blocks, the same for every thread,
 * finds out what threads named themselves, and adds everything up when somebody looks.
 *
 * The life of a block: `allocate` (shown from now on), `release` by the last user (hidden from now
 * on), `WorkerStats.drop` in every worker (the memory is used again). A worker's announcements must
 * arrive in the order in which it made them.
 */
export class StatsStore {
  readonly #allocator = new SlotAllocator();
  readonly #workers = new Map<number, ThreadMemory>();
  readonly #mainMemory = new ThreadMemory();
  readonly #state = {
    /** The main thread's own memory first. */
    threads: [this.#mainMemory] as readonly ThreadMemory[],
    blocks: new Map<SlotAddress, BlockRecord>(),
    unowned: new NamedRecords(undefined),
    textReadouts: new Map<string, TextReadout>(),
    layoutVersion: 0,
  };
  readonly #hidden = new Map<SlotAddress, BlockRecord>();
  readonly #byName = new Map<string, BlockRecord>();
  /** Released blocks, with the workers that may still write to them. */
  readonly #released = new Map<SlotAddress, { record: BlockRecord; waitFor: Set<number> }>();
  readonly config: StatsConfig;
  /** For pages: all statistics in the order of their names. */
  readonly view: StatsView;
  /** The main thread's own statistics. */
  readonly main: WorkerStats = new WorkerStats((announcement) => {
    this.#accept(this.#mainMemory, announcement);
  });

  constructor(config: StatsConfig = defaultStatsConfig) {
    this.config = config;
    this.view = new StatsView(this.#state, config);
  }

  /** What pages read. */
  get records(): StatsRecords {
    return this.#state;
  }

  /**
   * Lays out a block of which the statistics are shown under `prefix` (which ends with a dot). The
   * same group and prefix again is the same block, with one more user: a cluster that is updated
   * goes on counting where it was.
   */
  allocate(group: StatGroup<string>, prefix: string): SlotAddress {
    const key = keyOf(group, prefix);
    const known = this.#byName.get(key);
    if (known !== undefined) {
      known.users++;
      return known.address;
    }
    const record = this.#layOut(group, prefix);
    this.#byName.set(key, record);
    this.#state.blocks.set(record.address, record);
    this.#state.layoutVersion++;
    return record.address;
  }

  /** Lays out a block that no page of statistics shows, such as a host's; `read` tells its values. */
  allocateHidden(group: StatGroup<string>): SlotAddress {
    const record = this.#layOut(group, '');
    this.#hidden.set(record.address, record);
    return record.address;
  }

  /** The sum over threads of one field of a block. */
  read(address: SlotAddress, field: number): number {
    const record = this.#state.blocks.get(address) ?? this.#hidden.get(address);
    return record === undefined ? 0 : record.value(this.#state.threads, field) + 0;
  }

  /** A block that the main thread counts in itself. */
  block(group: StatGroup<string>, prefix: string): StatBlock {
    return this.main.block(group, this.allocate(group, prefix), prefix);
  }

  /**
   * One user less. With the last one the block and what was named with it vanish from all pages;
   * its memory waits until every worker of now has dropped it or ended.
   */
  release(address: SlotAddress): void {
    const record = this.#state.blocks.get(address) ?? this.#hidden.get(address);
    if (record === undefined) throw new Error(`assertion failed: no block at ${address}`);
    record.users--;
    if (record.users > 0) return;
    this.#state.blocks.delete(address);
    this.#hidden.delete(address);
    this.#state.layoutVersion++;
    const key = keyOf(record.group, record.prefix);
    if (this.#byName.get(key) === record) this.#byName.delete(key);
    this.#released.set(address, { record, waitFor: new Set(this.#workers.keys()) });
    this.main.drop(address);
    this.#reclaim(address);
  }

  /** Makes a worker's memory. Its segments count as handed over. */
  registerWorker(workerId: number): WorkerRegistration {
    const memory = new ThreadMemory();
    memory.grow(this.#allocator.segmentCount);
    this.#workers.set(workerId, memory);
    this.#updateThreads();
    return { segments: memory.takeNewSegments() };
  }

  /**
   * Segments that a worker does not have yet. To be sent with, or before, the configuration that
   * uses blocks allocated since; `WorkerStats.addSegments` takes them.
   */
  takeNewSegments(workerId: number): readonly SharedArrayBuffer[] {
    return this.#workers.get(workerId)?.takeNewSegments() ?? [];
  }

  /** The memory of all workers but this one; changes when workers come, go, or get more of it. */
  peersOf(workerId: number): readonly (readonly SharedArrayBuffer[])[] {
    const others = [...this.#workers].filter(([id]) => id !== workerId);
    return others.map(([, memory]) => memory.segments);
  }

  /** An announcement of an ended worker has no effect: `workerEnded` came first. */
  acceptAnnouncement(workerId: number, announcement: NamedStatsAnnouncement): void {
    const memory = this.#workers.get(workerId);
    if (memory === undefined) return;
    this.#accept(memory, announcement);
    for (const address of announcement.dropped) {
      this.#released.get(address)?.waitFor.delete(workerId);
      this.#reclaim(address);
    }
  }

  /** Keeps what a worker counted, which never goes backwards, and forgets what it gauged. */
  workerEnded(workerId: number): void {
    const memory = this.#workers.get(workerId);
    if (memory === undefined) return;
    this.#workers.delete(workerId);
    this.#updateThreads();
    for (const record of [...this.#state.blocks.values(), ...this.#hidden.values()]) {
      record.fold(memory, this.#mainMemory);
      record.named?.fold(memory, this.main);
    }
    this.#state.unowned.fold(memory, this.main);
    this.main.announceNow();
    for (const [address, { waitFor }] of this.#released) {
      waitFor.delete(workerId);
      this.#reclaim(address);
    }
  }

  textReadout(name: string): TextReadout {
    let readout = this.#state.textReadouts.get(name);
    if (readout === undefined) {
      readout = new TextReadout(name);
      this.#state.textReadouts.set(name, readout);
    }
    return readout;
  }

  /** Sets every counter to 0; gauges and histograms stay. */
  resetCounters(): void {
    for (const record of this.#state.blocks.values()) record.resetCounters(this.#state.threads);
    this.#state.unowned.resetCounters();
  }

  /** Ends the interval of all histograms. To be called every `stats_flush_interval`. */
  flushHistograms(): void {
    for (const record of this.#state.blocks.values()) record.named?.flushHistograms();
    this.#state.unowned.flushHistograms();
  }

  /** Everything at once; costly where there are many clusters. */
  snapshot(): StatsSnapshot {
    this.main.announceNow();
    return snapshotOf(this.view);
  }

  #layOut(group: StatGroup<string>, prefix: string): BlockRecord {
    const address = this.#allocator.take(group.slotCount);
    const before = this.#mainMemory.blocks.segmentCount;
    if (this.#allocator.segmentCount > before) {
      for (const thread of this.#state.threads) thread.grow(this.#allocator.segmentCount);
      this.main.addSegments(this.#mainMemory.takeNewSegments());
    }
    return new BlockRecord(group, prefix, address, this.config.accepts);
  }

  #accept(memory: ThreadMemory, { segments, stats }: NamedStatsAnnouncement): void {
    memory.addOwnSegments(segments);
    const { accepts } = this.config;
    for (const stat of stats) {
      if (accepts !== undefined && !accepts(stat.name)) continue;
      const records =
        stat.owner === undefined ? this.#state.unowned : this.#recordsOfOwner(stat.owner);
      records?.accept(memory, stat);
    }
  }

  /** Undefined when the block was released meanwhile. */
  #recordsOfOwner(owner: SlotAddress): NamedRecords | undefined {
    const record = this.#state.blocks.get(owner) ?? this.#hidden.get(owner);
    if (record !== undefined) record.named ??= new NamedRecords(owner);
    return record?.named;
  }

  #reclaim(address: SlotAddress): void {
    const released = this.#released.get(address);
    if (released === undefined || released.waitFor.size > 0) return;
    this.#released.delete(address);
    const { slotCount } = released.record.group;
    for (const thread of this.#state.threads) thread.clear(address, slotCount);
    this.#allocator.give(address, slotCount);
  }

  #updateThreads(): void {
    this.#state.threads = [this.#mainMemory, ...this.#workers.values()];
  }
}

function keyOf(group: StatGroup<string>, prefix: string): string {
  return `${group.name} ${prefix}`;
}
