import type { StatGroup, StatKind } from '#stats/stat-group.ts';

/** A field of one of several blocks that share a prefix. */
export interface OrderedField {
  readonly name: string;
  readonly kind: StatKind;
  /** Which of the blocks. */
  readonly block: number;
  readonly field: number;
}

/** The fields of blocks with one prefix in the order of their names: computed once for all clusters. */
export class FieldOrders {
  readonly #orders = new Map<string, readonly OrderedField[]>();

  of(groups: readonly StatGroup<string>[]): readonly OrderedField[] {
    const key = groups.map((group) => group.name).join(' ');
    let order = this.#orders.get(key);
    if (order === undefined) {
      order = groups
        .flatMap((group, block) =>
          group.fields.map(({ name, kind }, field) => ({ name, kind, block, field })),
        )
        .sort((a, b) => compareNames(a.name, b.name));
      this.#orders.set(key, order);
    }
    return order;
  }
}

/** Envoy's order of names: by bytes, no language involved. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
