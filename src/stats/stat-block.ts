import type { Histogram } from '#stats/histogram.ts';
import type { NamedCounter } from '#stats/named-counter.ts';
import type { StatGroup } from '#stats/stat-group.ts';
import { offsetOf, type SlotAddress, type StatMemory } from '#stats/stat-memory.ts';
import type { WorkerStats } from '#stats/worker-stats.ts';

/**
 * One thing's statistics of one group, as the thread that counts sees them. Field numbers come
 * from the group: `stats.inc(clusterStats.field.upstream_rq_total)`.
 */
export class StatBlock {
  readonly #slots: Float64Array;
  readonly #base: number;
  readonly #address: SlotAddress;
  /** What stands before the field's name: `cluster.reviews.`. */
  readonly prefix: string;
  readonly #owner: WorkerStats;
  readonly #group: StatGroup<string>;
  /** What is named here goes with the block at this address; undefined: it stays for ever. */
  readonly #namedOwner: SlotAddress | undefined;
  #histograms: (Histogram | undefined)[] | undefined = undefined;

  constructor(
    owner: WorkerStats,
    memory: StatMemory,
    group: StatGroup<string>,
    address: SlotAddress,
    prefix: string,
    { goes }: { readonly goes: boolean } = { goes: true },
  ) {
    this.#owner = owner;
    this.#group = group;
    this.#address = address;
    this.#namedOwner = goes ? address : undefined;
    this.#slots = memory.slotsOf(address);
    this.#base = offsetOf(address);
    this.prefix = prefix;
  }

  /** Adds one to a counter or gauge. */
  inc(field: number): void {
    (this.#slots[this.#base + field] as number) += 1;
  }

  add(field: number, amount: number): void {
    (this.#slots[this.#base + field] as number) += amount;
  }

  /** Takes one from a gauge. */
  dec(field: number): void {
    (this.#slots[this.#base + field] as number) -= 1;
  }

  /** Sets a gauge of this thread; the sum over threads is what is shown. */
  set(field: number, value: number): void {
    this.#slots[this.#base + field] = value;
  }

  /** This thread's own part of a counter or gauge. */
  get(field: number): number {
    return this.#slots[this.#base + field] as number;
  }

  /** A counter or gauge of a block that the main thread laid out, of all workers together, the others' as this thread happens to see them. */
  total(field: number): number {
    let sum = this.get(field);
    for (const peer of this.#owner.peers) sum += peer.valueAt(this.#address + field);
    return sum;
  }

  /** Records a value in a histogram of the group; its memory is taken with the first value. */
  record(field: number, value: number): void {
    this.#histograms ??= [];
    let histogram = this.#histograms[field];
    if (histogram === undefined) {
      histogram = this.histogram((this.#group.fields[field] as { readonly name: string }).name);
      this.#histograms[field] = histogram;
    }
    histogram.record(value);
  }

  /**
   * A counter that the group does not list, such as `upstream_rq_503`. It goes when the block goes;
   * keep what you get, the look-up costs more than the counting.
   */
  counter(name: string): NamedCounter {
    return this.#owner.counter(this.prefix + name, this.#namedOwner);
  }

  gauge(name: string): NamedCounter {
    return this.#owner.gauge(this.prefix + name, this.#namedOwner);
  }

  histogram(name: string): Histogram {
    return this.#owner.histogram(this.prefix + name, this.#namedOwner);
  }
}
