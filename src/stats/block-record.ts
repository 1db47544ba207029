import type { NamedRecords } from '#stats/named-records.ts';
import type { StatGroup } from '#stats/stat-group.ts';
import { offsetOf, type SlotAddress, UNWRITTEN } from '#stats/stat-memory.ts';
import type { ThreadMemory } from '#stats/thread-memory.ts';

/** A block as the main thread sees it: the same slots in every thread, and what was named with it. */
export class BlockRecord {
  readonly group: StatGroup<string>;
  readonly prefix: string;
  readonly address: SlotAddress;
  /** How many asked for this block and did not release it. */
  users = 1;
  /** Undefined until a thread named the first. */
  named: NamedRecords | undefined = undefined;
  #baseline: Float64Array | undefined = undefined;

  /** The fields that the configuration does not want to be shown. */
  readonly #rejected: ReadonlySet<number> | undefined;

  constructor(
    group: StatGroup<string>,
    prefix: string,
    address: SlotAddress,
    accepts: ((name: string) => boolean) | undefined,
  ) {
    this.group = group;
    this.prefix = prefix;
    this.address = address;
    this.#rejected = accepts === undefined ? undefined : rejectedFields(group, prefix, accepts);
  }

  shows(field: number): boolean {
    return this.#rejected === undefined || !this.#rejected.has(field);
  }

  /** The full name of a field. */
  nameOf(field: number): string {
    return this.prefix + (this.group.fields[field] as { readonly name: string }).name;
  }

  /** Whether a full name is that of one of the group's fields. */
  hasField(name: string): boolean {
    return Object.hasOwn(this.group.field, name.slice(this.prefix.length));
  }

  /** The sum over threads of one field; -0 when no thread has written yet. */
  value(threads: readonly ThreadMemory[], field: number): number {
    let sum = UNWRITTEN;
    const slot = offsetOf(this.address) + field;
    for (const thread of threads) sum += thread.blocks.slotsOf(this.address)[slot] as number;
    const baseline = this.#baseline?.[field] ?? 0;
    return baseline === 0 ? sum : sum - baseline;
  }

  /**
   * Counters begin again at 0. The threads' own memory stays as it is, since only they may write
   * to it without losing counts; what they had counted is subtracted from now on.
   */
  resetCounters(threads: readonly ThreadMemory[]): void {
    for (const [field, { kind }] of this.group.fields.entries()) {
      if (kind !== 'counter') continue;
      const value = this.value(threads, field);
      if (value === 0) continue;
      this.#baseline ??= new Float64Array(this.group.slotCount);
      (this.#baseline[field] as number) += value;
    }
    this.named?.resetCounters();
  }

  /** A dead thread's counts go to `heir`, what it gauged is gone. */
  fold(thread: ThreadMemory, heir: ThreadMemory): void {
    const offset = offsetOf(this.address);
    const from = thread.blocks.slotsOf(this.address);
    const to = heir.blocks.slotsOf(this.address);
    for (let field = 0; field < this.group.slotCount; field++) {
      const last = from[offset + field] as number;
      const isCounter = this.group.fields[field]?.kind === 'counter';
      const inherited = isCounter || Object.is(last, UNWRITTEN) ? last : 0;
      (to[offset + field] as number) += inherited;
    }
  }
}

function rejectedFields(
  group: StatGroup<string>,
  prefix: string,
  accepts: (name: string) => boolean,
): ReadonlySet<number> | undefined {
  const rejected = new Set<number>();
  for (const [field, { name }] of group.fields.entries()) {
    if (!accepts(prefix + name)) rejected.add(field);
  }
  return rejected.size === 0 ? undefined : rejected;
}
